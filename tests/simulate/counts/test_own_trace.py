"""A trace of our own, on 32 processors that are busy to three quarters: what came out once comes out again."""

from dataclasses import replace
from functools import cache

import pytest

from jobcast.simulate.counts.base import (
    CONSERVATIVE,
    EASY,
    EASY_PLUS_PLUS,
    EASY_SJBF,
    FCFS,
    Given,
    Jobs,
    Rule,
)
from tests.simulate.counts.logs import bounded_slowdown, made_up

ONCE_A_SECOND = "per-timestamp"

OUTCOMES: list[tuple[Rule, int, float, int]] = [
    (FCFS, 771245648, 8867.69661304008, 0),
    (EASY, 35007546, 308.2147315233089, 0),
    (replace(EASY, events=ONCE_A_SECOND), 35007726, 308.218489797304, 0),
    (replace(EASY, estimates="actual"), 20565064, 201.8715917142132, 0),
    (EASY_SJBF, 67855528, 502.9867546951994, 0),
    (replace(EASY_SJBF, estimates="doubled"), 78883715, 582.050271719006, 0),
    (replace(EASY_SJBF, estimates="last-two"), 30603691, 335.2186296308413, 762),
    (EASY_PLUS_PLUS, 31206261, 334.601924850532, 2941),
    (replace(EASY_PLUS_PLUS, correction="doubling"), 41108717, 430.9754054328301, 2609),
    (replace(EASY_PLUS_PLUS, correction="doubling-uncapped"), 36919889, 403.8877600972196, 2490),
    (replace(EASY_PLUS_PLUS, events=ONCE_A_SECOND), 31646914, 333.17004694170396, 2967),
    (Rule(depth=4, events=ONCE_A_SECOND), 35023752, 308.1868963320299, 0),
    (
        Rule(depth=4, events=ONCE_A_SECOND, order="shortest-first", estimates="last-two"),
        30678733,
        340.1991760009448,
        735,
    ),
    (CONSERVATIVE, 37004716, 316.19099672262683, 0),
    (
        replace(CONSERVATIVE, estimates="last-two", correction="incremental"),
        35955417,
        364.2606288460194,
        2872,
    ),
]
"""Rule, seconds waited by all jobs together, mean bounded slowdown, estimates that were outlived."""


@cache
def trace() -> Jobs:
    return made_up(2000, 32, seed=1)


@pytest.mark.parametrize(("rule", "waited", "slowdown", "outlived"), OUTCOMES)
def test_a_rule_gives_what_it_gave(run, rule, waited, slowdown, outlived):
    jobs = trace()
    outcome = run(jobs, 32, rule)
    assert (outcome.start - jobs.submit).sum() == waited
    assert bounded_slowdown(jobs, outcome.start).mean() == pytest.approx(slowdown, abs=1e-9)
    assert outcome.corrections.sum() == outlived


def test_estimates_given_for_each_job_count_as_the_same_that_are_asked_for(run):
    jobs = trace()
    given = replace(EASY_SJBF, estimates=Given(seconds=jobs.request))
    assert run(jobs, 32, replace(given, events=ONCE_A_SECOND)).start.tolist() == (
        run(jobs, 32, replace(EASY_SJBF, events=ONCE_A_SECOND)).start.tolist()
    )
