"""The engine gives the published figures of the KTH-SP2 log, to the last digit.

Gaussier, Glesser, Reis, Trystram: Improving backfilling by using machine learning to predict running times
(SC'15), as their repository's tables have it; FCFS as AccaSim has it.
"""

from dataclasses import replace

import pytest

from jobcast.simulate.counts.base import ALL, EASY, EASY_PLUS_PLUS, EASY_SJBF, FCFS, Rule
from tests.simulate.counts.logs import bounded_slowdown, first, read_log

pytestmark = pytest.mark.shared_data

EASY_TRUE = replace(EASY, estimates="actual")
SJBF_TRUE = replace(EASY_SJBF, estimates="actual")
SJBF_DOUBLED = replace(EASY_SJBF, estimates="doubled")
LAST_TWO = replace(EASY_PLUS_PLUS, correction="request")
DOUBLING = replace(EASY_PLUS_PLUS, correction="doubling-uncapped")

PUBLISHED: list[tuple[Rule, float]] = [
    (EASY, 92.576539734),
    (EASY_TRUE, 71.722385112),
    (EASY_SJBF, 69.405400580),
    (SJBF_TRUE, 49.847718931),
    (SJBF_DOUBLED, 58.912532240),
    (EASY_PLUS_PLUS, 63.500677170),
    (LAST_TWO, 62.856882727),
    (DOUBLING, 64.527474222),
]
ONCE_A_SECOND: list[tuple[Rule, float]] = [
    (EASY, 92.687653743),
    (EASY_TRUE, 71.722385112),
    (EASY_SJBF, 69.393636136),
    (SJBF_TRUE, 49.847241942),
    (EASY_PLUS_PLUS, 68.527257523),
]
BY_DEPTH = [(1, 92.687653743), (4, 90.777740), (100, 101.826934), (ALL, 101.826934)]
LUBLIN_BY_DEPTH = [(1, 590.053777), (4, 469.718979), (100, 489.337536), (ALL, 489.201322)]
"""Of this engine and of one written apart from it; nobody has published figures of full replanning."""


@pytest.fixture(scope="module")
def lublin(shared_logs):
    return read_log(shared_logs / "lublin_256.swf.gz", 256)


@pytest.fixture(scope="module")
def kth(shared_logs):
    return read_log(shared_logs / "KTH-SP2-filtered.swf.gz", 100)


@pytest.mark.parametrize(("rule", "figure"), PUBLISHED)
def test_mean_bounded_slowdown_is_the_published_one(run, kth, rule, figure):
    assert bounded_slowdown(kth, run(kth, 100, rule).start).mean() == pytest.approx(figure, abs=1e-9)


@pytest.mark.parametrize(("rule", "figure"), ONCE_A_SECOND)
def test_mean_bounded_slowdown_when_events_of_a_second_are_one(run, kth, rule, figure):
    outcome = run(kth, 100, replace(rule, events="per-timestamp"))
    assert bounded_slowdown(kth, outcome.start).mean() == pytest.approx(figure, abs=1e-9)


def test_mean_flow_and_worst_slowdown_of_easy_are_the_published_ones(run, kth):
    start = run(kth, 100, EASY).start
    assert (start - kth.submit + kth.run).mean() == pytest.approx(15696.798181, abs=1e-6)
    assert bounded_slowdown(kth, start).max() == pytest.approx(14805.2)


def test_first_come_first_served_is_as_another_simulator_has_it(run, kth):
    jobs = first(kth, 10_000)
    start = run(jobs, 100, FCFS).start
    assert (start - jobs.submit).mean() == pytest.approx(391_080.1788, abs=1e-9)
    assert bounded_slowdown(jobs, start).mean() == pytest.approx(7403.790207, abs=1e-6)


@pytest.mark.parametrize(("depth", "figure"), BY_DEPTH)
def test_mean_bounded_slowdown_where_several_jobs_are_promised_a_start(run, kth, depth, figure):
    outcome = run(kth, 100, Rule(depth=depth, events="per-timestamp"))
    assert bounded_slowdown(kth, outcome.start).mean() == pytest.approx(figure, abs=1e-6)


@pytest.mark.parametrize(("depth", "figure"), LUBLIN_BY_DEPTH)
def test_mean_bounded_slowdown_of_a_long_queue(run, lublin, depth, figure):
    outcome = run(lublin, 256, Rule(depth=depth, events="per-timestamp"))
    assert bounded_slowdown(lublin, outcome.start).mean() == pytest.approx(figure, abs=1e-6)
