from dataclasses import asdict

import numpy as np
import polars as pl
import pytest

from jobcast.simulate.metrics import Figures, as_dict, measure
from tests.simulate.made_up import outcome, trace

THREE = trace(
    (0, 100, 4), (10, 5, 8), (10, 20, 2), queue=["long", "short", None], user=["chen", "chen", "wang"]
)
RUN = outcome(THREE, 0, 120, 100)
"""Waits 0, 110, 90; flows 100, 115, 110; slowdowns 1, 11.5, 5.5."""


def test_all_jobs_count_alike():
    metrics = measure(THREE, RUN)
    assert asdict(metrics.overall) == pytest.approx(
        {
            "jobs": 3,
            "mean_wait_s": 200 / 3,
            "median_wait_s": 90,
            "p95_wait_s": 108,
            "max_wait_s": 110,
            "mean_flow_s": 325 / 3,
            "mean_bounded_slowdown": 18 / 3,
            "max_bounded_slowdown": 11.5,
            "core_hours": 480 / 3600,
        },
        abs=1e-9,
    )
    assert (metrics.makespan_s, metrics.utilisation) == (125, pytest.approx(480 / (125 * 8), abs=1e-12))
    assert (metrics.killed, metrics.preempted, metrics.backfilled, metrics.refused) == (0, 0, 0, 0)


def test_the_threshold_bounds_the_slowdown_of_short_jobs():
    assert measure(THREE, RUN, threshold=1).overall.max_bounded_slowdown == 23
    assert measure(THREE, RUN, threshold=1000).overall.mean_bounded_slowdown == 1


def test_groups_are_measured_likewise():
    metrics = measure(THREE, RUN)
    assert {name: group.jobs for name, group in metrics.queues.items()} == {"": 1, "long": 1, "short": 1}
    assert {name: group.mean_wait_s for name, group in metrics.users.items()} == {"chen": 55, "wang": 90}
    assert {name: group.max_bounded_slowdown for name, group in metrics.sizes.items()} == {
        "2-4": 5.5,
        "5-16": 11.5,
    }


def test_a_job_counts_in_the_queue_that_it_was_in():
    metrics = measure(THREE, outcome(THREE, 0, 120, 100, queue=pl.Series(["night", "short", "night"])))
    assert {name: group.jobs for name, group in metrics.queues.items()} == {"night": 2, "short": 1}
    assert {name: group.mean_wait_s for name, group in metrics.queues.items()} == {"night": 45, "short": 110}


def test_what_happened_to_jobs_on_the_way_is_counted():
    metrics = measure(
        THREE,
        outcome(
            THREE, 0, 120, 100,
            killed=np.array([True, False, False]),
            finish=np.array([40, 125, 180]),
            preemptions=np.array([0, 0, 2]),
            backfilled=np.array([False, False, True]),
        ),
    )  # fmt: skip
    assert (metrics.killed, metrics.preempted, metrics.backfilled) == (1, 1, 1)
    assert metrics.overall.core_hours * 3600 == pytest.approx(4 * 40 + 8 * 5 + 2 * 20)
    assert metrics.overall.mean_flow_s == pytest.approx((40 + 115 + 170) / 3)


def test_refused_jobs_are_counted_and_not_measured():
    run = outcome(THREE, 0, -1, 100, finish=np.array([100, -1, 120]), refused={1: "too_large"})
    metrics = measure(THREE, run)
    assert (metrics.overall.jobs, metrics.refused, metrics.overall.mean_wait_s) == (2, 1, 45)


def test_where_no_job_ran_there_are_no_means():
    run = outcome(THREE, -1, -1, -1, finish=np.full(3, -1), refused=dict.fromkeys(range(3), "never"))
    metrics = measure(THREE, run)
    none = dict.fromkeys(Figures.__dataclass_fields__)
    assert asdict(metrics.overall) == {**none, "jobs": 0, "core_hours": 0}
    assert (metrics.makespan_s, metrics.utilisation, metrics.queues) == (0, 0, {})


def test_wide_jobs_that_run_for_years_overflow_nothing():
    huge = trace(*[(0, 10**9, 10**7)] * 3, processors=10**7)
    assert measure(huge, outcome(huge, 0, 10**9, 2 * 10**9)).utilisation == pytest.approx(1)


def test_as_plain_values_the_overall_figures_stand_at_the_top():
    values = as_dict(measure(THREE, RUN))
    assert (values["jobs"], values["mean_wait_s"], values["threshold_s"]) == (3, 200 / 3, 10.0)
    assert values["queues"]["long"]["max_wait_s"] == 0
