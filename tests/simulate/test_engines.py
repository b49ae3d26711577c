from pathlib import Path

import numpy as np
import pytest

from jobcast.simulate.engines import overtook, simulate
from jobcast.simulate.metrics import measure
from jobcast.simulate.setup import Setup
from jobcast.simulate.swf import read_swf
from tests.simulate.made_up import trace

SECONDS = iter(range(1_000_000)).__next__

# The first job leaves 2 of 8, the second wants all 8, and of the two behind it only the short one fits before.
FOUR = trace((0, 100, 6), (1, 50, 8), (2, 60, 2), (3, 20, 2), user=["a", None, "a", "b"])


def test_a_short_job_is_backfilled_and_the_outcome_says_so():
    outcome = simulate(FOUR, Setup(policy="easy", estimates="actual"), seconds=SECONDS)
    assert outcome.start.tolist() == [0, 100, 2, 62]
    assert outcome.finish.tolist() == [100, 150, 62, 82]
    assert outcome.backfilled.tolist() == [False, False, True, True]
    assert (outcome.engine, outcome.seconds, outcome.jobs_per_second) == ("counts", 1, 4)


def test_first_come_first_served_lets_nobody_past():
    outcome = simulate(FOUR, Setup(policy="fcfs"), seconds=SECONDS)
    assert outcome.start.tolist() == [0, 100, 150, 150]
    assert not outcome.backfilled.any()


def test_jobs_of_no_user_are_simulated_too():
    outcome = simulate(trace((0, 10, 8), (0, 10, 8)), Setup(policy="easy++"), seconds=SECONDS)
    assert outcome.start.tolist() == [0, 10]


def test_who_starts_before_an_earlier_one_overtook_it():
    assert overtook(np.array([0, 5, 3, 5, 6])).tolist() == [False, False, True, False, False]


PUBLISHED = [
    ("easy", None, None, 92.576539734),
    ("easy", "actual", None, 71.722385112),
    ("easy-sjbf", None, None, 69.405400580),
    ("easy-sjbf", "actual", None, 49.847718931),
    ("easy++", None, None, 63.500677),
    ("easy-sjbf", "last-two", "request", 62.856883),
]
"""Average bounded slowdowns of KTH-SP2 in the data of the SC'15 paper (Gaussier et al.)."""


@pytest.mark.shared_data
@pytest.mark.parametrize("name", ["KTH-SP2-filtered", "KTH-SP2-1996-2"])
def test_the_published_figures_come_out_from_the_log_to_the_metrics(shared: Path, name: str):
    kth = read_swf(shared / f"data/swf/{name}.swf.gz")
    found = [
        measure(
            kth,
            simulate(kth, Setup(policy=policy, estimates=estimates, correction=correction), seconds=SECONDS),
        ).overall.mean_bounded_slowdown
        for policy, estimates, correction, _ in PUBLISHED
    ]
    assert found == pytest.approx([published for *_, published in PUBLISHED], abs=1e-6)
