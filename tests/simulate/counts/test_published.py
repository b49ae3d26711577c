"""The engine gives the published figures of the KTH-SP2 log, to the last digit.

Gaussier, Glesser, Reis, Trystram: Improving backfilling by using machine learning to predict running times
(SC'15), as their repository's tables have it; FCFS as AccaSim has it.
"""

from dataclasses import replace

import pytest

from jobcast.simulate.counts.base import EASY, EASY_PLUS_PLUS, EASY_SJBF, FCFS, Rule
from jobcast.simulate.counts.engine import run
from tests.simulate.counts.logs import bounded_slowdown, first, read_log

pytestmark = pytest.mark.shared_data

EASY_TRUE = replace(EASY, estimates="actual")
SJBF_TRUE = replace(EASY_SJBF, estimates="actual")
SJBF_DOUBLED = replace(EASY_SJBF, estimates="doubled")
LAST_TWO = replace(EASY_PLUS_PLUS, correction="request")

PUBLISHED: list[tuple[Rule, float]] = [
    (EASY, 92.576539734),
    (EASY_TRUE, 71.722385112),
    (EASY_SJBF, 69.405400580),
    (SJBF_TRUE, 49.847718931),
    (SJBF_DOUBLED, 58.912532240),
    (EASY_PLUS_PLUS, 63.500677170),
    (LAST_TWO, 62.856882727),
]
ONCE_A_SECOND: list[tuple[Rule, float]] = [
    (EASY, 92.687653743),
    (EASY_TRUE, 71.722385112),
    (EASY_SJBF, 69.393636136),
    (SJBF_TRUE, 49.847241942),
    (EASY_PLUS_PLUS, 68.527257523),
]


@pytest.fixture(scope="module")
def kth(shared_logs):
    return read_log(shared_logs / "KTH-SP2-filtered.swf.gz", 100)


@pytest.mark.parametrize(("rule", "figure"), PUBLISHED)
def test_mean_bounded_slowdown_is_the_published_one(kth, rule, figure):
    assert bounded_slowdown(kth, run(kth, 100, rule).start).mean() == pytest.approx(figure, abs=1e-9)


@pytest.mark.parametrize(("rule", "figure"), ONCE_A_SECOND)
def test_mean_bounded_slowdown_when_events_of_a_second_are_one(kth, rule, figure):
    outcome = run(kth, 100, replace(rule, events="per-timestamp"))
    assert bounded_slowdown(kth, outcome.start).mean() == pytest.approx(figure, abs=1e-9)


def test_mean_flow_and_worst_slowdown_of_easy_are_the_published_ones(kth):
    start = run(kth, 100, EASY).start
    assert (start - kth.submit + kth.run).mean() == pytest.approx(15696.798181, abs=1e-6)
    assert bounded_slowdown(kth, start).max() == pytest.approx(14805.2)


def test_first_come_first_served_is_as_another_simulator_has_it(kth):
    jobs = first(kth, 10_000)
    start = run(jobs, 100, FCFS).start
    assert (start - jobs.submit).mean() == pytest.approx(391_080.1788, abs=1e-9)
    assert bounded_slowdown(jobs, start).mean() == pytest.approx(7403.790207, abs=1e-6)
