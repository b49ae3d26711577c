"""Where the real logs lie, and the engines that are tested alike."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from jobcast.simulate.counts import engine
from jobcast.simulate.counts.base import Outcome


@pytest.fixture(scope="module")
def shared_logs() -> Path:
    """Return the folder of logs beside a checkout, where there is one."""
    folder = Path(__file__).parents[4] / "shared" / "data" / "swf"
    if not folder.is_dir():
        pytest.skip("needs 'shared/data/swf' beside the checkout: real logs are no part of the product")
    return folder


@pytest.fixture(scope="module")
def compiled() -> Callable[..., Outcome]:
    """Return the compiled engine."""
    pytest.importorskip("numba", reason="the compiled engine needs numba")
    return partial(engine.run, compiled=True)


@pytest.fixture(scope="module", params=["plain", "compiled"])
def run(request: pytest.FixtureRequest) -> Callable[..., Outcome]:
    """Return each of the engines."""
    if request.param == "compiled":
        return request.getfixturevalue("compiled")
    return partial(engine.run, compiled=False)
