from datetime import timedelta

import pytest

from jobcast.errors import InputError
from jobcast.simulate.history import read_history
from jobcast.store import Store
from jobcast.units import GIB
from tests.made_up import NEW_YEAR, frame, job

NOON = NEW_YEAR + timedelta(hours=12)
HOUR = timedelta(hours=1)


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(tmp_path / "store")


def test_a_finished_job_becomes_a_job_of_the_trace(store):
    known = {
        "array_index": 3, "cores_requested": 4, "memory_requested": 8 * GIB, "memory_peak": GIB, "run_limit": 7200.0,
        "gpus_requested": 1, "group": "ic", "project": "p1", "name": "sim", "command": "run",
    }  # fmt: skip
    store.append(frame(job("7", **known)))
    trace = read_history(store, processors=16)
    assert (trace.name, trace.processors, trace.origin) == ("store", 16, NOON - timedelta(hours=2))
    assert trace.jobs.row(0, named=True) == {
        "id": "7[3]",
        "submit": 0,
        "run": 3600,
        "request": 7200,
        "cores": 4,
        "memory": 8 * GIB,
        "memory_used": GIB,
        "gpus": 1,
        "user": "chen",
        "group": "ic",
        "project": "p1",
        "queue": "pnr",
        "name": "sim",
        "command": "run",
        "after": None,
        "think": None,
        "state": "done",
        "waited": 3600,
    }
    assert (trace.set_aside, trace.changed) == ({}, {})


def test_what_is_left_out_or_changed_is_counted(store):
    store.append(
        frame(
            job("1", cores_requested=2, run_limit=9000.0),
            job("2", cores_requested=2, start_time=None, run_time=None, state="cancelled"),
            job("3", cores_requested=99, run_limit=9000.0),
            job("4", run_limit=0.0, submit_time=None),
            job("5", cores_requested=1, run_time=0.0, start_time=NOON),
            job("6", cores_requested=1, run_limit=1800.0, run_time=None),
        )
    )
    trace = read_history(store, processors=16)
    assert trace.set_aside == {"never_ran": 1, "too_wide": 1, "no_run_time": 1}
    assert trace.jobs.select("id", "submit", "run", "request", "cores").rows() == [
        ("1", 0, 3600, 9000, 2),
        ("6", 0, 1800, 1800, 1),
        ("4", 3600, 3600, None, 1),
    ]
    assert trace.changed == {
        "request_0": 1,
        "cores_assumed": 1,
        "submit_assumed": 1,
        "run_capped": 1,
        "no_request": 1,
    }


def test_only_jobs_that_finished_in_the_period_are_read(store):
    store.append(frame(job("1"), job("2", finish_time=NOON + timedelta(days=2))))
    trace = read_history(store, since=NOON + timedelta(days=1), processors=1)
    assert trace.jobs["id"].to_list() == ["2"]


def test_no_history_tells_how_many_processors_there_are(store):
    store.append(frame(job("1", cores_requested=3), job("2", cores_requested=4)))
    with pytest.raises(InputError, match="store doesn't say how many processors") as caught:
        read_history(store)
    assert caught.value.hint == "--processors N, or --machines 32x8:64GB; at least 7 were in use at once"


def test_a_history_without_jobs_is_refused(store):
    with pytest.raises(InputError, match="store holds no jobs"):
        read_history(store, processors=4)


@pytest.mark.parametrize(
    ("since", "until", "message"),
    [
        (NOON + HOUR, None, "no job of the history finished since 2026-01-01 13:00 UTC"),
        (None, NOON - timedelta(days=1), "no job of the history finished before 2025-12-31 12:00 UTC"),
        (
            NOON + HOUR,
            NOON + timedelta(days=1),
            "no job of the history finished between 2026-01-01 13:00 and 2026-01-02 12:00 UTC",
        ),
    ],
)
@pytest.mark.parametrize("cluster", [None, "loom"])
def test_a_history_without_jobs_of_that_time_says_which_it_has(store, since, until, message, cluster):
    store.append(frame(job("1"), job("2", finish_time=NOON - timedelta(hours=3))))
    with pytest.raises(InputError) as caught:
        read_history(store, since=since, until=until, processors=4, cluster=cluster)
    assert str(caught.value) == message
    assert caught.value.hint == "its oldest job finished on 2026-01-01, its newest at 2026-01-01 12:00 UTC"


def test_jobs_of_several_clusters_are_not_mixed(store):
    store.append(frame(job("1"), job("2", cluster="felt")))
    with pytest.raises(InputError, match="several clusters") as caught:
        read_history(store, processors=1)
    assert caught.value.hint == "name one with --cluster: felt, loom"
    assert read_history(store, processors=1, cluster="felt").jobs["id"].to_list() == ["2"]
    with pytest.raises(InputError, match="no jobs of the cluster silk") as caught:
        read_history(store, processors=1, cluster="silk")
    assert caught.value.hint == "clusters there are: felt, loom"
