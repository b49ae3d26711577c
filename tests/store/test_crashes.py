"""Real processes, killed, writing at once or out of room, lose nothing and write nothing twice."""

import random
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from jobcast.store import Store
from tests.made_up import month

ROOT = Path(__file__).parents[2]
JOBS = 1800
BATCH = 150

IMPORT = textwrap.dedent(f"""
    import sys
    from pathlib import Path
    from jobcast.history import SetAside
    from jobcast.store import Store
    from tests.made_up import month

    store, jobs = Store(Path(sys.argv[1])), month({JOBS}, days=6)
    print("ready", flush=True)
    for begin in range(0, len(jobs), {BATCH}):
        store.set_aside([SetAside(source="f", line=begin, reason="r", text=str(begin))])
        store.append(jobs.sample(fraction=1, shuffle=True, seed=7)[begin : begin + {BATCH}])
    store.compact(at_least=2)
""")


def start(path: Path, code: str = IMPORT) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-B", "-c", code, str(path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def finish(process: "subprocess.Popen[str]") -> None:
    _, complaints = process.communicate(timeout=120)
    assert process.returncode == 0, complaints


def jobs_of(store: Store) -> pl.DataFrame:
    return store.collect(store.scan().sort("finish_time", "job_id"))


def assert_complete(path: Path) -> None:
    store = Store(path)
    assert_frame_equal(jobs_of(store), month(JOBS, days=6).sort("finish_time", "job_id"))
    assert len(store.collect(store.set_aside_records())) == JOBS // BATCH


def test_an_import_killed_at_any_moment_is_readable_and_completed_by_the_next(tmp_path):
    chance = random.Random(20260101)
    whole = month(JOBS, days=6)
    killed = 0
    for _ in range(6):
        process = start(tmp_path)
        time.sleep(chance.uniform(0.02, 1.2))
        process.kill()
        process.communicate()
        killed += process.returncode == -9
        kept = jobs_of(Store(tmp_path))
        assert kept["job_id"].is_unique().all()
        assert kept["job_id"].is_in(whole["job_id"].implode()).all()
    assert killed
    finish(start(tmp_path))
    assert_complete(tmp_path)
    assert not list((tmp_path / "incoming").iterdir())


def test_importers_at_the_same_time_lose_nothing_and_write_nothing_twice(tmp_path):
    importers = [start(tmp_path) for _ in range(3)]
    while any(importer.poll() is None for importer in importers):
        kept = jobs_of(Store(tmp_path))  # a reader needs no lock and sees no half file
        assert kept["job_id"].is_unique().all()
    for importer in importers:
        finish(importer)
    assert_complete(tmp_path)


def test_a_full_disk_is_told_and_the_store_is_completed_when_there_is_room(tmp_path):
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (9000, 9000))\n"
    process = start(tmp_path, limit + IMPORT)
    _, complaints = process.communicate(timeout=120)
    assert process.returncode == 1
    assert "StoreError: no room to write" in complaints
    assert not list(tmp_path.glob("incoming/*"))
    jobs_of(Store(tmp_path))
    finish(start(tmp_path))
    assert_complete(tmp_path)


def test_a_directory_that_may_not_be_written_is_told(tmp_path):
    if not Path("/proc/sys/kernel").is_dir():
        pytest.skip("needs a file system that refuses even root: /proc")
    process = start(Path("/proc/sys/kernel/jobcast"))
    _, complaints = process.communicate(timeout=120)
    assert "StoreError: cannot" in complaints
