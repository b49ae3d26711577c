"""Where the real logs lie, and the engines that are tested alike."""

from collections.abc import Callable
from functools import partial
from hashlib import blake2b
from pathlib import Path

import pytest

from jobcast.simulate.counts import engine as counts_engine
from jobcast.simulate.counts.base import Outcome

SOURCE = Path(counts_engine.__file__).parent


@pytest.fixture(scope="module")
def shared_logs() -> Path:
    """Return the folder of logs beside a checkout, where there is one."""
    folder = Path(__file__).parents[4] / "shared" / "data" / "swf"
    if not folder.is_dir():
        pytest.skip("needs 'shared/data/swf' beside the checkout: real logs are no part of the product")
    return folder


@pytest.fixture(scope="module")
def compiled(pytestconfig: pytest.Config) -> Callable[..., Outcome]:
    """Return the compiled engine; its machine code is kept until any of its files changes."""
    config = pytest.importorskip("numba.core.config", reason="the compiled engine needs numba")
    sources = b"".join(file.read_bytes() for file in sorted(SOURCE.rglob("*.py")))
    digest = blake2b(sources, digest_size=8).hexdigest()
    config.CACHE_DIR = str(pytestconfig.cache.mkdir(f"numba-{digest}"))
    return partial(counts_engine.run, compiled=True)


@pytest.fixture(scope="module", params=["plain", "compiled"])
def run(request: pytest.FixtureRequest) -> Callable[..., Outcome]:
    """Return each of the engines."""
    if request.param == "compiled":
        return request.getfixturevalue("compiled")
    return partial(counts_engine.run, compiled=False)
