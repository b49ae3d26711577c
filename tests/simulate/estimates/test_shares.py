import numpy as np

from jobcast.simulate.estimates.base import UNKNOWN, Columns
from jobcast.simulate.estimates.shares import RUNS, FamilyShares

ANN, BOB = 0, 1


def shares(*jobs: tuple[int, int, int, int]) -> FamilyShares:
    """Return an estimator of whole run times for jobs given as user, processors, request and run time."""
    user, processors, request, run = np.array(jobs, dtype=np.int64).T
    return FamilyShares(Columns(request=request, run=run, user=user, processors=processors), part=1)


def told_of(estimator: FamilyShares, finished: int) -> FamilyShares:
    """Tell it that the first so many jobs have finished, one after another."""
    for job in range(finished):
        estimator.at_finish(job, now=job)
    return estimator


def test_each_job_is_reckoned_by_its_narrowest_family_with_history() -> None:
    estimator = told_of(
        shares(
            (ANN, 4, 1000, 100),
            (ANN, 4, 500, 100),
            (ANN, 2, 400, 160),
            (ANN, 4, 1000, 1),  # same request and processors: 0.1
            (ANN, 4, 800, 1),  # same processors: half-way between 0.1 and 0.2
            (ANN, 1, 800, 1),  # of the same user: the middle one of 0.1, 0.2, 0.4
            (BOB, 1, 100, 1),  # of everybody
        ),
        finished=3,
    )
    assert [estimator.at_submission(job, now=9) for job in (3, 4, 5, 6)] == [100, 120, 160, 20]


def test_the_request_is_reckoned_with_where_nothing_is_known() -> None:
    assert shares((ANN, 1, 700, 10)).at_submission(0, now=0) == 700


def test_jobs_of_unknown_users_are_taken_as_requested_and_teach_nothing() -> None:
    estimator = told_of(shares((UNKNOWN, 1, 700, 7), (UNKNOWN, 1, 700, 7), (ANN, 1, 700, 7)), finished=1)
    assert [estimator.at_submission(job, now=1) for job in (1, 2)] == [700, 700]


def test_old_runs_are_forgotten() -> None:
    jobs = [(ANN, 1, 100, 90)] * RUNS + [(ANN, 1, 100, 10)] * (RUNS + 1)
    assert told_of(shares(*jobs), finished=2 * RUNS).at_submission(2 * RUNS, now=0) == 10


def test_part_of_the_expected_run_time_is_reckoned_with_and_never_nothing() -> None:
    columns = Columns(
        request=np.array([100, 100, 2]),
        run=np.array([60, 60, 1]),
        user=np.array([ANN, ANN, ANN]),
        processors=np.array([1, 1, 1]),
    )
    estimator = told_of(FamilyShares(columns, part=0.25), finished=1)
    assert [estimator.at_submission(job, now=1) for job in (1, 2)] == [15, 1]
