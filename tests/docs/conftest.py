"""Logs beside the checkout, for the figures of pages."""

from pathlib import Path

import pytest

from tests.readme import ROOT


@pytest.fixture(scope="session")
def shared_logs() -> Path:
    """Return the folder of logs beside a checkout, where there is one."""
    folder = ROOT.parent / "shared" / "data" / "swf"
    if not folder.is_dir():
        pytest.skip("needs 'shared/data/swf' beside the checkout: real logs are no part of the product")
    return folder
