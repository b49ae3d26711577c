import subprocess
import sys
import textwrap
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast.errors import InputError, StoreError
from jobcast.history import conform
from jobcast.systems.base import Site
from jobcast.systems.memprediction import MemPrediction, write_csv, write_sqlite

ROOT = Path(__file__).parents[3]
DAY = ROOT / "tests/recordings/memprediction/job_info_20240102.csv"
NOW = datetime(2030, 1, 1, tzinfo=UTC)
ZONES = [UTC, ZoneInfo("Asia/Shanghai"), timezone(timedelta(hours=5, minutes=30))]
WRITERS = [write_csv, write_sqlite]


def read(paths: list[Path], zone: tzinfo = UTC) -> pl.DataFrame:
    site = Site(now=NOW, timezone=zone)
    batches = [rows for path in paths for rows in MemPrediction().read(path, site)]
    assert [rows.set_aside for rows in batches] == [()] * len(batches)
    return pl.concat(rows.jobs for rows in batches).sort("job_id", "array_index", "finish_time")


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize("zone", ZONES, ids=str)
def test_what_is_written_reads_back_alike(write: object, zone: tzinfo, tmp_path: Path) -> None:
    jobs = read([DAY])
    assert callable(write)
    assert read(write(jobs, tmp_path, zone), zone).equals(jobs)


def test_a_day_is_written_as_memprediction_writes_it(tmp_path: Path) -> None:
    (path,) = write_csv(read([DAY]), tmp_path)
    assert path.name == "job_info_20240102.csv"
    assert path.read_text() == (
        "job_id,started_time,job_name,user,status,project,queue,cwd,command,rusage_mem,max_mem,avg_mem,"
        "finished_time,job_description,interactive_mode,cpu_time,span_hosts,processors_requested\n"
        '41000009,Sun Dec 31 23:51:07,"",jun.zhang,DONE,phoenix,normal,/proj/phoenix,'
        '"vcs -full64 -f ""a, b.f""",16384,14848,13209.60000038147,Tue Jan  2 00:15:43,'
        '"size=3\ncorner=ss",False,5419.1,1,8\n'
        "41000012[3],Mon Jan  1 23:57:50,sim,anna,EXIT,cobra,analog,/proj/cobra,spectre tb.scs,"
        '"",1228.8000001907349,"",Tue Jan  2 00:29:49,"",True,"","",4\n'
    )


@pytest.mark.parametrize("write", WRITERS)
def test_jobs_that_were_there_stay_and_none_comes_twice(write: object, tmp_path: Path) -> None:
    jobs = read([DAY])
    assert callable(write)
    write(jobs.head(1), tmp_path)
    write(jobs, tmp_path)
    paths = write(jobs.tail(1), tmp_path)
    assert read(paths).equals(jobs)
    assert {path.name for path in tmp_path.iterdir()} == {".jobcast.lock", *(path.name for path in paths)}


WRITER = textwrap.dedent("""
    import sys
    from pathlib import Path
    from jobcast.systems.memprediction import write_csv, write_sqlite
    from tests.made_up import month

    first = int(sys.argv[1])
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(first, first + 12):
        for write in (write_csv, write_sqlite):
            write(month(4, days=2, first_id=10 * number), Path(sys.argv[2]))
""")


def test_writers_at_the_same_time_lose_nothing(tmp_path: Path) -> None:
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(first), str(tmp_path)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for first in (100, 200)
    ]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.flush()
    complaints = [writer.communicate(timeout=120)[1] for writer in writers]
    assert (complaints, [writer.returncode for writer in writers]) == (["", ""], [0, 0])
    whole = sorted(
        str(10 * number + n) for first in (100, 200) for number in range(first, first + 12) for n in range(4)
    )
    names = [["2026_01.db"], ["job_info_20260101.csv", "job_info_20260102.csv"]]
    for files in names:
        assert sorted(read([tmp_path / name for name in files])["job_id"]) == whole
    assert {path.name for path in tmp_path.iterdir()} == {".jobcast.lock", *names[0], *names[1]}


def test_a_file_with_records_that_would_be_lost_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / DAY.name
    path.write_text(DAY.read_text() + "1,2\n")
    with pytest.raises(InputError, match="the first in line 6"):
        write_csv(read([DAY]), tmp_path)
    assert path.read_text().endswith("1,2\n")


def test_a_damaged_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "2024_01.db"
    path.write_bytes(b"SQLite format 3\x00" + b"x" * 5000)
    with pytest.raises(StoreError):
        write_sqlite(read([DAY]), tmp_path)
    assert path.stat().st_size == 5016


texts = st.text(st.characters(exclude_characters="\r\x00", exclude_categories=["Cs"])).filter(str.strip)


@pytest.mark.parametrize("write", WRITERS)
@given(texts, texts, st.integers(1, 2**52))
def test_any_text_and_amount_reads_back(
    tmp_path_factory: pytest.TempPathFactory, write: object, name: str, command: str, peak: int
) -> None:
    jobs = conform(
        read([DAY])
        .head(1)
        .with_columns(
            pl.lit(name).alias("name"), pl.lit(command).alias("command"), pl.lit(peak).alias("memory_peak")
        )
    )
    folder = tmp_path_factory.mktemp("days")
    assert callable(write)
    back = read(write(jobs.filter(pl.col("memory_peak") <= 2**50), folder)) if peak <= 2**50 else jobs
    assert back.equals(jobs)
