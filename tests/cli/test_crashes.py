"""The program itself is killed while it imports; importing again gives what one clean import gives."""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from jobcast.store import Store

ROWS = 130_000


@pytest.fixture(scope="module")
def trace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an SWF log long enough to be read in several batches."""
    file = tmp_path_factory.mktemp("trace") / "long.swf"
    lines = (f"{n} {n * 4} 60 3600 4 3000 1024 4 7200 2048 1 7 1 2 1 1 -1 -1\n" for n in range(1, ROWS))
    file.write_text("; UnixStartTime: 1767225600\n" + "".join(lines) + f"{ROWS} is no job\n")
    return file


def start(store: Path, trace: Path) -> "subprocess.Popen[str]":
    arguments = [
        sys.executable,
        "-m",
        "jobcast",
        "--store",
        str(store),
        "import",
        "swf",
        str(trace),
        "--json",
    ]
    return subprocess.Popen(
        arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ
    )


def content(store: Path) -> list[pl.DataFrame]:
    history = Store(store)
    return [
        history.collect(history.scan().sort("finish_time", "job_id")),
        history.collect(history.set_aside_records().sort("line")),
    ]


def test_killed_imports_are_completed_by_the_next(tmp_path, trace):
    chance = random.Random(7)
    for _ in range(5):
        process = start(tmp_path / "killed", trace)
        time.sleep(chance.uniform(0.3, 1.5))
        process.kill()
        process.communicate()
        content(tmp_path / "killed")
    for store in ("killed", "clean"):
        process = start(tmp_path / store, trace)
        assert process.communicate(timeout=120)[1] == ""
        assert process.returncode == 0
    for killed, clean in zip(content(tmp_path / "killed"), content(tmp_path / "clean"), strict=True):
        assert len(clean) > 0
        assert_frame_equal(killed, clean)
