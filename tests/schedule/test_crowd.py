"""To tell a whole crowd at once why it waits decides as if each had been looked at."""

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings

from jobcast.schedule import one_pass
from jobcast.schedule.walk import Walk
from tests.schedule.driver import Driver
from tests.schedule.random_sites import Chance, Site, site
from tests.schedule.test_properties import SEEDS, disturbance


def crowded(seed: int) -> Site:
    """Return a site where each job comes five times."""
    whole = site(seed)
    more = [
        replace(each, job=replace(each.job, id=f"{copy}x{each.job.id}", after=None), at=each.at + 3 * copy)
        for copy, each in product(range(1, 5), whole.jobs)
    ]
    return replace(whole, jobs=(*whole.jobs, *more))


def decided(given: Site, seed: int) -> list[object]:
    """Return everything that is decided there while operators and machines interfere."""
    chance, made = Chance(seed), Driver(given.cluster, given.policy)
    for each in given.jobs:
        made.submit(each.job, at=each.at, runs=each.runs, exit_code=each.exit_code)
    for _ in range(6):
        made.happen(disturbance(given, chance))
    return [*made.run().log, made.waiting()]


def nobody(_walk: Walk) -> None:
    """Note nothing."""


@settings(max_examples=60, derandomize=True, deadline=None)
@given(SEEDS)
def test_what_is_known_of_a_crowd_changes_no_decision(seed: int) -> None:
    whole = crowded(seed)
    quick = decided(whole, seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(one_pass, "note_crowd", nobody)
        assert decided(whole, seed) == quick
