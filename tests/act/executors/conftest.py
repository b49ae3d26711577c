"""The embedded executor, with a starter of its own for each test."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.act.executors.bench import Bench
from tests.act.executors.starting import bench_in, end_starters


@pytest.fixture
def home() -> Iterator[Path]:
    """Give a folder that every user can enter, and end the starter that has its spool in there."""
    folder = Path(tempfile.mkdtemp(prefix="jobcast-"))
    folder.chmod(0o755)
    yield folder
    end_starters(folder)
    shutil.rmtree(folder)


@pytest.fixture
def bench(home: Path) -> Bench:
    return bench_in(home, groups=False)
