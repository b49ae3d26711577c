"""Which classes of jobs fail, counted job by job."""

import numpy as np
import pytest

from jobcast.train.failures.by_class import ClassOfJobs, by_class
from jobcast.train.failures.cases import Cases, Vantage
from jobcast.train.failures.classes import ClassSettings

pytest.importorskip("sklearn")


def cases(measured: list[tuple[float, float, float, float]], failed: list[bool]) -> Cases:
    jobs = len(failed)
    return Cases(
        vantage=Vantage.AFTERWARDS,
        features=(),
        matrix=np.empty((jobs, 0), np.float32),
        failed=np.array(failed, dtype=bool),
        asked=np.zeros(jobs, np.int64),
        finished=np.zeros(jobs, np.int64),
        measured=np.array(measured, np.float32).reshape(jobs, 4),
        cost=np.zeros(jobs),
    )


SHORT, LONG = (10.0, 50.0, 0.125, 2.0), (10_000.0, 100.0, 4.0, 50.0)


def test_each_class_tells_its_jobs_its_failures_and_what_they_used():
    both = cases([SHORT] * 30 + [LONG] * 10, [False] * 30 + [True] * 4 + [False] * 6)
    assert by_class(both, ClassSettings()) == (
        ClassOfJobs(jobs=30, failed=0, run_time=10, cpu=50, memory=0.125, instances=2),
        ClassOfJobs(jobs=10, failed=4, run_time=10_000, cpu=100, memory=4, instances=50),
    )
    assert [one.failed_share for one in by_class(both, ClassSettings())] == [0, 0.4]


def test_jobs_that_are_all_alike_are_one_class():
    alike = cases([SHORT] * 5, [True, False, True, False, False])
    assert [(one.jobs, one.failed) for one in by_class(alike, ClassSettings())] == [(5, 2)]


def test_what_no_job_tells_is_unknown_and_what_some_tell_is_their_average():
    nothing = float("nan")
    told = cases([(10.0, nothing, nothing, 2.0), (10.0, nothing, 0.5, 2.0)], [False, True])
    assert [(one.cpu, one.memory) for one in by_class(told, ClassSettings(fewest=1, most=1))] == [(None, 0.5)]


def test_of_no_jobs_there_is_no_class():
    assert by_class(cases([], []), ClassSettings()) == ()
