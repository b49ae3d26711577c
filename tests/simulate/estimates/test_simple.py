import numpy as np
import pytest

from jobcast.simulate.estimates.base import UNKNOWN, Columns
from jobcast.simulate.estimates.registry import ESTIMATES_NAMES, EstimatesName, make


def columns(*jobs: tuple[int, int, int]) -> Columns:
    """Return jobs of one processor, each given as user, request and run time."""
    user, request, run = np.array(jobs, dtype=np.int64).T
    return Columns(request=request, run=run, user=user, processors=np.ones_like(run))


def one_after_another(name: EstimatesName, jobs: Columns) -> list[int]:
    """Return what each job is reckoned to run when all before it have finished."""
    estimator, answers = make(name, jobs), []
    for job in range(len(jobs.run)):
        answers.append(estimator.at_submission(job, now=job))
        estimator.at_finish(job, now=job)
    return answers


ANN, BOB = 0, 1
JOBS = columns(
    (ANN, 600, 100),
    (ANN, 600, 301),
    (BOB, 900, 7),
    (ANN, 600, 20),
    (ANN, 120, 1),
    (ANN, 600, 60),
    (BOB, 900, 8),
    (BOB, 900, 9),
)


@pytest.mark.parametrize(
    ("name", "answers"),
    [
        ("requested", [600, 600, 900, 600, 120, 600, 900, 900]),
        ("doubled", [1200, 1200, 1800, 1200, 240, 1200, 1800, 1800]),
        ("actual", [100, 301, 7, 20, 1, 60, 8, 9]),
        ("last-two", [600, 600, 900, 200, 120, 10, 900, 7]),
    ],
)
def test_a_short_trace_is_reckoned_to_the_second(name: EstimatesName, answers: list[int]) -> None:
    assert one_after_another(name, JOBS) == answers


def test_the_last_two_are_those_that_finished_last_not_those_submitted_last() -> None:
    estimator = make("last-two", columns((ANN, 900, 10), (ANN, 900, 20), (ANN, 900, 300), (ANN, 900, 1)))
    for job in (2, 1, 0):
        estimator.at_finish(job, now=job)
    assert estimator.at_submission(3, now=9) == 15


def test_jobs_of_unknown_users_are_not_taken_for_those_of_one_user() -> None:
    jobs = columns(*[(UNKNOWN, 600, 10)] * 4)
    assert one_after_another("last-two", jobs) == [600] * 4


def test_every_estimator_can_be_made_by_its_name() -> None:
    assert [len(one_after_another(name, JOBS)) for name in ESTIMATES_NAMES] == [8] * len(ESTIMATES_NAMES)
