import gzip
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast.errors import InputError
from jobcast.history import Rows
from jobcast.systems.base import Site
from jobcast.systems.swf import Swf

SMALL = Path(__file__).parents[1] / "recordings/swf/small.swf"
SITE = Site(now=datetime(2030, 1, 1, tzinfo=UTC), cluster="test")
START = datetime.fromtimestamp(1700000000, UTC)


def read(path: Path) -> Rows:
    (rows,) = Swf().read(path, SITE)
    return rows


def lines(path: Path, *jobs: str) -> Rows:
    path.write_text("\n".join(jobs) + "\n")
    return read(path)


def test_a_line_of_18_numbers_becomes_a_job() -> None:
    job = {name: value for name, value in read(SMALL).jobs.row(0, named=True).items() if value is not None}
    assert job == {
        "system": "swf",
        "cluster": "test",
        "job_id": "1",
        "user": "u7",
        "group": "g2",
        "queue": "batch",
        "command": "app3",
        "submit_time": START,
        "start_time": START + timedelta(seconds=10),
        "finish_time": START + timedelta(seconds=110),
        "state": "done",
        "cores_requested": 4,
        "memory_requested": 4 * 4096 * 1024,
        "run_limit": 200.0,
        "memory_peak": 4 * 2048 * 1024,
        "memory_basis": "rss_per_core",
        "cpu_time": 360.0,
        "run_time": 100.0,
    }


def test_status_tells_how_a_job_ended_and_pieces_are_no_jobs() -> None:
    rows = read(SMALL)
    assert rows.jobs.select("job_id", "state", "exit_reason", "queue").rows() == [
        ("1", "done", None, "batch"),
        ("2", "failed", "unknown", "night"),
        ("3", "cancelled", None, "thin"),
        ("5", "done", None, "q9"),
    ]
    assert (rows.not_finished, rows.set_aside) == (1, ())


def test_a_job_cancelled_while_waiting_never_started() -> None:
    job = read(SMALL).jobs.row(2, named=True)
    assert [job[name] for name in ("start_time", "run_time")] == [None, None]
    assert job["finish_time"] == START + timedelta(seconds=45)


def test_a_wait_that_is_not_given_counts_as_none() -> None:
    job = read(SMALL).jobs.row(3, named=True)
    assert (job["start_time"], job["finish_time"]) == (
        START + timedelta(seconds=50),
        START + timedelta(seconds=110),
    )


def test_packed_logs_are_read_alike(tmp_path: Path) -> None:
    path = tmp_path / "small.swf.gz"
    path.write_bytes(gzip.compress(SMALL.read_bytes()))
    assert read(path).jobs.equals(read(SMALL).jobs)


def test_a_packed_log_that_is_cut_off_gives_what_stands_before(tmp_path: Path) -> None:
    path = tmp_path / "cut.swf.gz"
    whole = SMALL.read_text() + "".join(
        f"{at} {at} 1 1 1 -1 -1 1 1 -1 1 1 1 1 1 1 -1 -1\n" for at in range(9, 5000)
    )
    path.write_bytes(gzip.compress(whole.encode())[:-3000])
    rows, end = Swf().read(path, SITE)
    assert rows.jobs.height > 10
    assert [each.reason for each in (*rows.set_aside, *end.set_aside)] == ["truncated"]


def test_a_small_packed_log_that_is_cut_off_gives_its_beginning_and_counts_the_cut(tmp_path: Path) -> None:
    path = tmp_path / "cut.swf.gz"
    whole = "".join(f"{at} {at * 77} 1 1 1 -1 -1 1 1 -1 1 1 1 1 1 1 -1 -1\n" for at in range(9, 99))
    path.write_bytes(gzip.compress(whole.encode())[:-100])
    rows, end = Swf().read(path, SITE)
    assert rows.jobs.height > 10
    assert [each.reason for each in (*rows.set_aside, *end.set_aside)] == ["truncated"]


def test_lines_that_are_no_jobs_are_set_aside_with_their_reason(tmp_path: Path) -> None:
    good = "1 0 1 1 1 -1 -1 1 1 -1 1 1 1 1 1 1 -1 -1"
    rows = lines(tmp_path / "odd.swf", good, "2 0 1", good.replace("1", "x", 1), "4 0 -5 9" + good[7:] + " ;")
    assert rows.jobs["job_id"].to_list() == ["1", "4"]
    assert [(each.line, each.reason) for each in rows.set_aside] == [(2, "field_count"), (3, "not_a_number")]


def test_the_last_line_of_a_file_that_stops_within_it_is_truncated(tmp_path: Path) -> None:
    path = tmp_path / "cut.swf"
    path.write_bytes(SMALL.read_bytes()[:-80])
    assert [each.reason for each in read(path).set_aside] == ["truncated"]


LINE = "1 0 1 10 4 -1 99 4 10 -1 1 1 1 1 1 1 -1 -1"


@pytest.mark.parametrize("start", ["-99999999999", "9" * 30, "9" * 400])
def test_a_log_with_an_absurd_start_is_set_aside(tmp_path: Path, start: str) -> None:
    rows = lines(tmp_path / "absurd.swf", f"; UnixStartTime: {start}", LINE)
    assert (rows.jobs.height, len(rows.set_aside)) == (0, 1)


@pytest.mark.parametrize("comment", [";", "; UnixStartTime: 0", "; UnixStartTime: -1"])
def test_a_log_that_does_not_say_when_it_began_counts_from_2000(tmp_path: Path, comment: str) -> None:
    rows = lines(tmp_path / "made-up.swf", comment, LINE, LINE.replace("1 0", "2 1700000000", 1))
    assert rows.jobs["submit_time"].to_list() == [datetime(2000, 1, 1, tzinfo=UTC), START]


def test_a_queue_with_an_absurd_number_is_passed_over(tmp_path: Path) -> None:
    assert lines(tmp_path / "queue.swf", f"; Queue: {'9' * 5000} batch", LINE).jobs["queue"].to_list() == [
        "q1"
    ]


def test_a_file_without_such_lines_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not in the Standard Workload Format"):
        lines(tmp_path / "note.txt", "Dear diary")


@given(st.integers(0, 900), st.binary(max_size=4))
def test_each_line_of_a_damaged_log_is_accounted_for(
    tmp_path_factory: pytest.TempPathFactory, at: int, noise: bytes
) -> None:
    content = SMALL.read_bytes()
    damaged = content[:200] + content[200:][:at] + noise + content[200 + at + len(noise) :]
    path = tmp_path_factory.getbasetemp() / "damaged.swf"
    path.write_bytes(damaged)
    rows = read(path)
    wanted = [
        line for line in damaged.decode("latin-1").split("\n") if line.strip() and line.strip()[0] != ";"
    ]
    assert rows.jobs.height + len(rows.set_aside) + rows.not_finished == len(wanted)


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("name", "jobs", "aside", "pieces"),
    [
        ("UniLu-Gaia-2014-2", 51_860, 0, 127),
        ("KTH-SP2-1996-2", 28_489, 0, 0),
        ("KTH-SP2-filtered", 28_481, 0, 0),
        ("lublin_256", 10_000, 0, 0),
        ("MetaCentrum-wagap-2013", 16_737, 1_163, 0),
    ],
)
def test_logs_of_the_archive_are_read(shared: Path, name: str, jobs: int, aside: int, pieces: int) -> None:
    found = list(Swf().read(shared / f"data/swf/{name}.swf.gz", SITE))
    assert sum(rows.jobs.height for rows in found) == jobs
    assert sum(len(rows.set_aside) for rows in found) == aside
    assert sum(rows.not_finished for rows in found) == pieces
