import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast.errors import InputError
from jobcast.history import Rows
from jobcast.systems.base import Site
from jobcast.systems.memprediction import MemPrediction

DAY = Path(__file__).parents[2] / "recordings/memprediction/job_info_20240102.csv"
SITE = Site(now=datetime(2030, 1, 1, tzinfo=UTC), cluster="test")
HEADER = DAY.read_text().split("\n", 1)[0]


def read(path: Path, site: Site = SITE) -> Rows:
    batches = list(MemPrediction().read(path, site))
    return Rows(
        jobs=pl.concat(rows.jobs for rows in batches),
        set_aside=tuple(each for rows in batches for each in rows.set_aside),
        not_finished=sum(rows.not_finished for rows in batches),
    )


def row(**fields: str) -> str:
    """Return one record of HEADER."""
    usual = {"job_id": "1", "status": "DONE", "finished_time": "Tue Jan  2 00:15:43"}
    return ",".join((usual | fields).get(name, "") for name in HEADER.split(","))


def day(folder: Path, *rows: str, name: str = "job_info_20240102.csv") -> Rows:
    path = folder / name
    path.write_text("\n".join((HEADER, *rows, "")))
    return read(path)


def test_a_row_becomes_a_job() -> None:
    job = {name: value for name, value in read(DAY).jobs.row(0, named=True).items() if value is not None}
    assert job == {
        "system": "lsf",
        "cluster": "test",
        "job_id": "41000009",
        "user": "jun.zhang",
        "project": "phoenix",
        "queue": "normal",
        "command": 'vcs -full64 -f "a, b.f"',
        "cwd": "/proj/phoenix",
        "description": "size=3\ncorner=ss",
        "start_time": datetime(2023, 12, 31, 23, 51, 7, tzinfo=UTC),
        "finish_time": datetime(2024, 1, 2, 0, 15, 43, tzinfo=UTC),
        "state": "done",
        "cores_requested": 8,
        "memory_requested": 16384 * 1024**2,
        "interactive": False,
        "span_hosts": 1,
        "memory_peak": 14848 * 1024**2,
        "memory_mean": round(13209.6 * 1024**2),
        "memory_basis": "rss_sum",
        "cpu_time": 5419.1,
        "run_time": 87876.0,
    }


@pytest.mark.parametrize(
    ("column", "reason"),
    [
        ("rusage_mem", "bad_memory_requested"),
        ("max_mem", "bad_memory_peak"),
        ("avg_mem", "bad_memory_mean"),
        ("cpu_time", "bad_cpu_time"),
        ("span_hosts", "bad_span_hosts"),
        ("processors_requested", "bad_cores_requested"),
    ],
)
def test_an_amount_that_cannot_be_read_sets_its_row_aside(tmp_path: Path, column: str, reason: str) -> None:
    bad = [row(job_id=f"{at}", **{column: value}) for at, value in enumerate(("abc", "-50", "nan", "1e999"))]
    absent = [
        row(job_id=f"1{at}", **{column: value}) for at, value in enumerate(("", "-", "None", "0", "0.0"))
    ]
    rows = day(tmp_path, bad[0], *absent, *bad[1:], row(job_id="20", **{column: "3"}))
    assert [(each.line, each.reason, each.text) for each in rows.set_aside] == [
        (line, reason, text) for line, text in zip((2, 8, 9, 10), bad, strict=True)
    ]
    assert rows.jobs["job_id"].to_list() == ["10", "11", "12", "13", "14", "20"]
    read = rows.jobs[reason.removeprefix("bad_")]
    assert (read.null_count(), read[-1] is None) == (5, False)


def test_array_elements_failures_and_gaps_are_understood() -> None:
    rows = read(DAY)
    job = rows.jobs.row(1, named=True)
    assert (job["job_id"], job["array_index"], job["state"], job["exit_reason"]) == (
        "41000012",
        3,
        "failed",
        "unknown",
    )
    assert (job["memory_requested"], job["memory_mean"], job["cpu_time"], job["span_hosts"]) == (None,) * 4
    assert (rows.not_finished, rows.set_aside) == (1, ())


def test_the_29th_of_february_is_read(tmp_path: Path) -> None:
    rows = day(tmp_path, row(finished_time="Thu Feb 29 10:00:00"), name="job_info_20240229.csv")
    assert rows.jobs["finish_time"].to_list() == [datetime(2024, 2, 29, 10, tzinfo=UTC)]


def test_without_a_day_in_its_name_the_day_of_the_week_gives_the_year(tmp_path: Path) -> None:
    site = Site(now=datetime(2025, 3, 1, tzinfo=UTC), timezone=ZoneInfo("Asia/Shanghai"))
    path = tmp_path / "merge.csv"
    path.write_text("\n".join((HEADER, row(finished_time="Thu Feb 29 10:00:00"), "")))
    assert read(path, site).jobs["finish_time"].to_list() == [datetime(2024, 2, 29, 2, tzinfo=UTC)]


def test_columns_may_stand_in_any_order_with_others_between(tmp_path: Path) -> None:
    path = tmp_path / "job_info_20240102.csv"
    path.write_text("status,extra,finished_time,job_id\nDONE,x,Tue Jan  2 00:15:43,5\n")
    assert read(path).jobs["job_id"].to_list() == ["5"]


def test_missing_columns_are_named(tmp_path: Path) -> None:
    path = tmp_path / "job_info_20240102.csv"
    path.write_text("job_id,user\n1,ann\n")
    with pytest.raises(InputError, match="it lacks status, finished_time"):
        read(path)


def test_rows_that_cannot_be_read_are_set_aside_with_their_reason(tmp_path: Path) -> None:
    rows = day(
        tmp_path,
        row(),
        "1,2,3",
        row(job_id="x"),
        row(finished_time="Wed Jan  2 00:15:43"),
        row(job_name='"open', job_id="7"),
        row(job_id="8"),
    )
    assert rows.jobs["job_id"].to_list() == ["1", "8"]
    assert sorted((each.line, each.reason) for each in rows.set_aside) == [
        (3, "field_count"),
        (4, "no_job_id"),
        (5, "no_finish_time"),
        (6, "field_count"),
    ]


def test_a_month_in_sqlite_is_read_day_by_day(tmp_path: Path) -> None:
    path = tmp_path / "2024_01.db"
    with closing(sqlite3.connect(path)) as database, database:
        for name, end in (("20240102", "Tue Jan  2 00:15:43"), ("20240103", "Wed Jan  3 00:15:43")):
            columns = HEADER.replace("job_id", "job_id INT")
            database.execute(f'CREATE TABLE "{name}" ({columns})')
            insert = f'INSERT INTO "{name}" (job_id, status, finished_time) VALUES (?, ?, ?)'  # noqa: S608
            database.execute(insert, (7, "DONE", end))
            database.execute(insert, ("8[2]", "EXIT", None))
    first, second = MemPrediction().read(path, SITE)
    assert first.jobs.select("job_id", "finish_time").rows() == [
        ("7", datetime(2024, 1, 2, 0, 15, 43, tzinfo=UTC))
    ]
    assert [(each.source, each.line, each.reason) for each in second.set_aside] == [
        ("2024_01.db:20240103", 2, "no_finish_time")
    ]


def test_a_damaged_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "2024_01.db"
    path.write_bytes(b"SQLite format 3\x00" + b"x" * 5000)
    with pytest.raises(InputError, match="is damaged"):
        read(path)


@given(st.integers(0, 1000), st.binary(max_size=4))
def test_no_damage_makes_reading_fail(
    tmp_path_factory: pytest.TempPathFactory, at: int, noise: bytes
) -> None:
    content = DAY.read_bytes()
    at += len(HEADER) + 1
    path = tmp_path_factory.getbasetemp() / DAY.name
    path.write_bytes(content[:at] + noise + content[at + len(noise) :])
    rows = read(path)
    assert rows.jobs.height + len(rows.set_aside) + rows.not_finished >= 2
