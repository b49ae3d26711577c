"""Where the real logs lie."""

from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def shared_logs() -> Path:
    """Return the folder of logs beside a checkout, where there is one."""
    folder = Path(__file__).parents[4] / "shared" / "data" / "swf"
    if not folder.is_dir():
        pytest.skip("needs 'shared/data/swf' beside the checkout: real logs are no part of the product")
    return folder
