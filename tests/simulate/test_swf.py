import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast.errors import InputError
from jobcast.simulate import swf
from jobcast.simulate.swf import read_swf
from jobcast.simulate.trace import Trace
from tests.simulate.made_up import line, log, read

SMALL = Path(__file__).parents[1] / "recordings/swf/small.swf"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "made-up.swf"


def test_a_line_of_18_numbers_becomes_a_job() -> None:
    trace = read_swf(SMALL)
    assert (trace.name, trace.processors) == ("small.swf", 64)
    assert trace.origin == datetime.fromtimestamp(1700000000, UTC)
    assert trace.jobs.row(0, named=True) == {
        "id": "1",
        "submit": 0,
        "run": 100,
        "request": 200,
        "cores": 4,
        "memory": 4 * 4096 * 1024,
        "memory_used": 4 * 2048 * 1024,
        "gpus": None,
        "user": "u7",
        "group": "g2",
        "project": None,
        "queue": "batch",
        "name": None,
        "command": "app3",
        "after": None,
        "think": None,
        "state": "done",
        "waited": 10,
    }


def test_every_job_that_is_left_out_is_counted(path: Path) -> None:
    trace = read(
        path,
        line(job=1),
        line(job=2, run=0),
        line(job=3, run=-1, status=5),
        line(job=4, processors_asked=9),
        line(job=5, processors=9),
        line(job=6, time_asked=0),
        line(job=7, submit=-1),
        line(job=8, processors_asked=0),
        line(job=9, status=2),
        "10 what is this",
    )
    assert trace.jobs["id"].to_list() == ["1"]
    assert trace.set_aside == {
        "field_count": 1,
        "piece": 1,
        "no_submit": 1,
        "no_cores": 1,
        "too_wide": 2,
        "no_run_time": 2,
        "no_request": 1,
    }


def test_jobs_that_failed_while_they_ran_stay(path: Path) -> None:
    trace = read(path, line(job=1, status=0), line(job=2, status=5))
    assert trace.jobs["state"].to_list() == ["failed", "cancelled"]
    assert trace.set_aside == {}


def test_the_other_number_of_processors_stands_in(path: Path) -> None:
    trace = read(
        path, line(processors_asked=-1, processors=3), line(job=2, processors_asked=2, processors=-1)
    )
    assert trace.jobs["cores"].to_list() == [3, 2]


def test_no_job_runs_longer_than_it_asked_for(path: Path) -> None:
    trace = read(path, line(run=21), line(job=2))
    assert (trace.jobs["run"].to_list(), trace.changed) == ([20, 10], {"run_capped": 1})


def test_a_log_without_any_request_keeps_its_jobs(path: Path) -> None:
    trace = read(path, line(time_asked=-1), line(job=2, time_asked=-1, run=7))
    assert trace.jobs["request"].to_list() == [None, None]
    assert trace.requested().tolist() == [10, 7]
    assert (trace.set_aside, trace.changed) == ({}, {"no_request": 2})


def test_where_queues_set_limits_jobs_without_a_request_stay(path: Path) -> None:
    log(path, line(job=1), line(job=2, time_asked=-1))
    trace = read_swf(path, queues_limit=True)
    assert trace.jobs["request"].to_list() == [20, None]
    assert trace.set_aside == {}


def test_a_time_that_nobody_can_reckon_with_is_set_aside(path: Path) -> None:
    trace = read(path, line(job=1), line(job=2, submit=9_223_372_036_854_775_000))
    assert (trace.jobs["id"].to_list(), trace.set_aside) == (["1"], {"absurd_time": 1})


def test_jobs_are_put_in_order_of_their_submission_and_equal_ones_stay(path: Path) -> None:
    trace = read(path, line(job=1, submit=9), line(job=2, submit=3), line(job=3, submit=3))
    assert trace.jobs["id"].to_list() == ["2", "3", "1"]


def test_fractions_of_seconds_lose_no_run(path: Path) -> None:
    trace = read(path, line(submit="3.9", run="0.2", time_asked="1.5"))
    assert trace.jobs.select("submit", "run", "request").row(0) == (3, 1, 2)


def test_the_number_of_machines_stands_in_for_that_of_processors(path: Path) -> None:
    assert read(path, line(), header="; MaxNodes: 5").processors == 5


def test_the_number_of_processors_may_be_told(path: Path) -> None:
    assert read_swf(log(path, line()), processors=3).processors == 3


def test_nobody_knows_how_many_processors_there_are(path: Path) -> None:
    lines = [line(job=n, submit=n, wait=0, processors_asked=n) for n in (1, 2, 3)]
    with pytest.raises(InputError, match=r"made-up\.swf doesn't say how many processors there are") as caught:
        read(path, *lines, header="; MaxProcs: -1")
    assert caught.value.hint == "--processors N, or --machines 32x8:64GB; at least 6 were in use at once"


def test_a_log_of_which_nothing_is_left_is_refused_with_its_reasons(path: Path) -> None:
    with pytest.raises(InputError, match=r"no job of .* can be simulated: wider than the machine 2"):
        read(path, line(processors_asked=9), line(processors_asked=10))


@pytest.mark.parametrize("header", ["", "; MaxProcs: 8"])
def test_a_log_without_jobs_is_refused(path: Path, header: str) -> None:
    with pytest.raises(InputError):
        read(path, header=header)


def test_a_file_that_is_no_log_is_refused(path: Path) -> None:
    with pytest.raises(InputError, match="not in the Standard Workload Format"):
        read(path, "Dear diary", header="")


def test_a_log_that_counts_from_1970_is_taken_so(path: Path) -> None:
    assert read(path, line(submit=1356996147)).origin == datetime(1970, 1, 1, tzinfo=UTC)


def test_an_absurd_start_is_none(path: Path) -> None:
    made = read(path, line(), header=f"; MaxProcs: 8\n; UnixStartTime: {'9' * 14}")
    assert made.origin == datetime(2000, 1, 1, tzinfo=UTC)


def test_absurd_memory_is_unknown(path: Path) -> None:
    made = read(path, line(memory_asked=1 << 40, processors_asked=8))
    assert (made.jobs["memory"].to_list(), made.changed) == ([None], {"absurd_memory": 1})


def test_ids_that_stand_twice_become_different_ones(path: Path) -> None:
    made = read(path, line(), line(), line(job=2), line())
    assert (made.jobs["id"].to_list(), made.changed) == (["1", "1~2", "2", "1~3"], {"id_twice": 2})


def test_jobs_that_follow_each_other_in_a_circle_follow_none(path: Path) -> None:
    made = read(
        path,
        line(job=1, preceding=3, think=5),
        line(job=2, preceding=1, think=5),
        line(job=3, preceding=2, think=5),
        line(job=4, preceding=4),
        line(job=5, preceding=4, think=0),
        line(job=6, preceding=99),
    )
    assert made.jobs["after"].to_list() == [None, None, None, None, "4", None]
    assert made.jobs["think"].to_list() == [None, None, None, None, 0, None]
    assert made.changed == {"after_unknown": 1, "after_circle": 4}


def test_packed_logs_and_all_ends_of_lines_are_read_alike(path: Path) -> None:
    lines = [line(job=1), "  " + line(job=2, submit=4).replace(" ", "\t ")]
    plain = read(path, *lines)
    packed = path.with_suffix(".gz")
    packed.write_bytes(gzip.compress(path.read_bytes().replace(b"\n", b"\r\n").rstrip()))
    assert read_swf(packed).jobs.equals(plain.jobs)
    assert plain.jobs.height == 2


def test_a_damaged_log_gives_what_stands_before_and_counts_the_cut(path: Path) -> None:
    packed = path.with_suffix(".gz")
    lines = "\n".join(line(job=n, submit=n * 7) for n in range(1, 5000))
    packed.write_bytes(gzip.compress(("; MaxProcs: 8\n" + lines).encode())[:-3000])
    made = read_swf(packed)
    assert made.jobs.height > 100
    assert made.set_aside == {"truncated": 1}


NUMBERS = st.one_of(st.integers(-1, 3), st.sampled_from(["1.5", "-0.5", "x", "1e3", "", "nan", "7;"]))


@given(st.lists(st.lists(NUMBERS, min_size=16, max_size=19), min_size=1, max_size=5))
def test_the_fast_way_and_the_careful_way_agree(tmp_path_factory, rows) -> None:
    path = tmp_path_factory.getbasetemp() / "agree.swf"
    log(path, line(), *(" ".join(map(str, row)) for row in rows))
    fast = read_swf(path, processors=2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(swf, "_clean", _never_clean)
        careful = read_swf(path, processors=2)
    assert fast == _with_jobs(careful, fast)
    assert fast.jobs.equals(careful.jobs)
    wanted = len([1 for row in path.read_text().splitlines() if row.strip() and row.strip()[0] != ";"])
    assert fast.jobs.height + sum(fast.set_aside.values()) == wanted


def _never_clean(_path: object, _header: object) -> None:
    raise swf._NotCleanError


def _with_jobs(one: Trace, other: Trace) -> Trace:
    """Return the trace with the jobs of another: frames have no equality of their own."""
    return Trace(
        name=one.name,
        origin=one.origin,
        jobs=other.jobs,
        processors=one.processors,
        set_aside=one.set_aside,
        changed=one.changed,
    )


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("name", "size", "aside", "changed"),
    [
        ("KTH-SP2-filtered", (28_481, 100), {}, {}),
        ("KTH-SP2-1996-2", (28_481, 100), {"no_run_time": 8}, {"run_capped": 475}),
        ("lublin_256", (10_000, 256), {}, {"no_request": 10_000}),
        ("UniLu-Gaia-2014-2", (51_859, 2004), {"piece": 127, "no_run_time": 1}, {"run_capped": 1500}),
    ],
)
def test_logs_of_the_archive_are_filtered_as_in_the_published_tables(
    shared: Path, name: str, size: tuple[int, int], aside: dict[str, int], changed: dict[str, int]
) -> None:
    trace = read_swf(shared / f"data/swf/{name}.swf.gz")
    assert (trace.jobs.height, trace.processors) == size
    assert (trace.set_aside, trace.changed) == (aside, changed)
