"""The program itself is killed or out of room; running it again gives what one clean run gives."""

import os
import random
import subprocess
import sys
import textwrap
import time
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from jobcast.store import Store
from jobcast.systems.base import Site
from jobcast.systems.memprediction import MemPrediction
from tests.trained import made_up_history

ROWS = 130_000
SAMPLED = 12_000


@pytest.fixture(scope="module")
def trace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an SWF log long enough to be read in several batches."""
    file = tmp_path_factory.mktemp("trace") / "long.swf"
    lines = (f"{n} {n * 4} 60 3600 4 3000 1024 4 7200 2048 1 7 1 2 1 1 -1 -1\n" for n in range(1, ROWS))
    file.write_text("; UnixStartTime: 1767225600\n" + "".join(lines) + f"{ROWS} is no job\n")
    return file


@pytest.fixture
def _sacct(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a sacct that tells of four days in two months, and may be asked at any time."""
    begin = int(datetime(2024, 6, 29, tzinfo=UTC).timestamp())
    ends = ((n, begin + n * 4 * 86400 // SAMPLED) for n in range(SAMPLED))
    lines = (f"{n}|sim|ann|COMPLETED|1G|{end - 700}|{end - 600}|{end}|00:10:00|/proj/top" for n, end in ends)
    header = "JobID|JobName|User|State|ReqMem|Submit|Start|End|Elapsed|WorkDir"
    (tmp_path / "answer").write_text("\n".join((header, *lines)).replace("|", "\x1f") + "\n")
    program = tmp_path / "bin" / "sacct"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\nulimit -S -f $(ulimit -H -f)\ncat '{tmp_path}/answer'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)
    monkeypatch.setenv("JOBCAST_SAMPLE_MIN_INTERVAL", "0")


def begin(store: Path, *arguments: str) -> "subprocess.Popen[str]":
    words = [sys.executable, "-m", "jobcast", "--store", str(store), *arguments, "--json"]
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ)


def start(store: Path, trace: Path) -> "subprocess.Popen[str]":
    return begin(store, "import", "swf", str(trace))


def sampled(store: Path) -> list[set[str]]:
    """Return the jobs in the CSV files and in the databases, each of which must be whole."""
    site, found = Site(now=datetime(2030, 1, 1, tzinfo=UTC), timezone=UTC), []
    for form in ("*.csv", "*.db"):
        batches = [
            rows for path in (store / "memprediction").glob(form) for rows in MemPrediction().read(path, site)
        ]
        assert [rows.set_aside for rows in batches] == [()] * len(batches)
        jobs = [job for rows in batches for job in rows.jobs["job_id"]]
        assert len(set(jobs)) == len(jobs)
        found.append(set(jobs))
    return found


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


@pytest.mark.usefixtures("_sacct")
def test_killed_copies_are_whole_and_completed_by_the_next_sample(tmp_path):
    chance = random.Random(7)
    everything = {str(n) for n in range(SAMPLED)}
    killed = 0
    for turn in range(3):
        store = tmp_path / f"store-{turn}"
        process = begin(store, "sample", "--system", "slurm", "-c", "-d")
        while process.poll() is None and not list((store / "memprediction").glob(".*.part")):
            time.sleep(0.001)
        time.sleep(chance.uniform(0, 0.15))
        process.kill()
        process.communicate()
        killed += process.returncode == -9
        assert all(jobs <= everything for jobs in sampled(store))
        process = begin(store, "sample", "--system", "slurm", "-c", "-d")
        assert (process.communicate(timeout=120)[1], process.returncode) == ("", 0)
        assert sampled(store) == [everything, everything]
        assert sorted(file.name for file in (store / "memprediction").iterdir()) == [
            ".jobcast.lock",
            "2024_06.db",
            "2024_07.db",
            "job_info_20240629.csv",
            "job_info_20240630.csv",
            "job_info_20240701.csv",
            "job_info_20240702.csv",
        ]
    assert killed


def run_without_room(limit: int, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run the program, with few small trees, where no file may have more than `limit` bytes.

    Python keeps no compiled modules then (-B): it would keep halves of them, which no later process could load.
    """
    code = textwrap.dedent(f"""
        import resource
        from jobcast.cli.main import main
        from jobcast.train.boosting import BoostingSettings

        BoostingSettings.__init__.__kwdefaults__.update(num_iterations=8, num_leaves=7, num_threads=1)
        hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, hard))
        main()
    """)
    return subprocess.run(
        [sys.executable, "-B", "-c", code, *arguments],
        capture_output=True,
        check=False,
        text=True,
        timeout=120,
    )


@pytest.mark.usefixtures("_sacct")
@pytest.mark.parametrize(
    ("form", "error"),
    [
        ("-c", "error: no room to write {copies}: "),
        ("-d", "error: cannot write {copies}/2024_06.db: "),
    ],
)
def test_a_full_disk_is_told_by_a_sample_and_leaves_no_half_copy(tmp_path, form, error):
    store = tmp_path / "store"
    result = run_without_room(100_000, "--store", str(store), "sample", "--system", "slurm", form)
    told, cure = result.stderr.splitlines()
    assert told.startswith(error.format(copies=store / "memprediction"))
    assert cure.startswith("cure:  ")
    assert (result.stdout, result.returncode) == ("", 1)
    assert [file.name for file in (store / "memprediction").iterdir()] == [".jobcast.lock"]
    assert Store(store).mark("slurm", "default").reached is None
    process = begin(store, "sample", "--system", "slurm", form)
    assert (process.communicate(timeout=120)[1], process.returncode) == ("", 0)
    assert {str(n) for n in range(SAMPLED)} in sampled(store)


@pytest.mark.parametrize("limit", [pytest.param(8_000, id="trees"), pytest.param(20_000, id="arrays")])
def test_a_full_disk_is_told_by_training_and_leaves_no_half_model(tmp_path, limit):
    store = Store(tmp_path / "store")
    store.append(made_up_history())
    result = run_without_room(limit, "--store", str(store.path), "train", "--no-judge")
    error, cure = result.stderr.splitlines()
    assert error.startswith(f"error: no room to write {store.path}/models: ")
    assert cure == (
        "cure:  free some space or choose another place with --store, then run the same command again"
    )
    assert (result.stdout, result.returncode) == ("", 1)
    assert list((store.path / "models").iterdir()) == []


@pytest.mark.parametrize(
    "arguments", [["-o", "page.html"], ["-o", "data.json"], ["--format", "csv", "-o", "tables"]]
)
def test_a_full_disk_is_told_by_a_report_and_leaves_no_half_file(tmp_path, monkeypatch, arguments):
    store = Store(tmp_path / "store")
    store.append(made_up_history())
    monkeypatch.chdir(tmp_path)
    result = run_without_room(1_500, "--store", str(store.path), "report", *arguments)
    told, cure = result.stderr.splitlines()[-2:]
    assert told.startswith("error: no room to write ")
    assert cure.startswith("cure:  ")
    assert (result.stdout, result.returncode) == ("", 1)
    files = [file for file in tmp_path.rglob("*") if file.is_file() and store.path not in file.parents]
    assert all(file.stat().st_size < 1_500 and file.suffix == ".csv" for file in files)  # small tables, whole
