"""On one machine whose processors are counted, the core's plans are those of the literature."""

from dataclasses import replace

import pytest
from hypothesis import assume, given, settings

from jobcast.schedule.policies import conservative as conservative_policy
from jobcast.schedule.policies import easy as easy_policy
from jobcast.schedule.policy import Policy
from tests.schedule.naive import Pass, conservative, easy, simulate
from tests.schedule.random_sites import counting_site, exactly
from tests.schedule.test_properties import SEEDS, played

CASES = pytest.mark.parametrize(
    ("policy", "oracle"), [(easy_policy(), easy), (conservative_policy(), conservative)]
)


@CASES
@settings(max_examples=60, derandomize=True)
@given(seed=SEEDS)
def test_starts_are_those_of_the_definition(policy: Policy, oracle: Pass, seed: int) -> None:
    site = replace(counting_site(seed), policy=policy)
    assert played(site).run().starts() == simulate(site, oracle)


@settings(max_examples=60, derandomize=True)
@given(seed=SEEDS)
def test_where_run_times_are_known_easy_does_not_depend_on_how_events_are_grouped(seed: int) -> None:
    """Except where two jobs end in one second: what the first one gives up may let a smaller one go first."""
    site = replace(exactly(counting_site(seed)), policy=easy_policy())
    together = played(site).run()
    ends = [tracked.end for tracked in together.jobs.values()]
    assume(len(set(ends)) == len(ends))
    assert together.starts() == played(site, one_by_one=True).run().starts()
