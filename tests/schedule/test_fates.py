"""To pass over thousands at once decides, and tells reasons, as if each of them had been looked at."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import example, given, settings

from jobcast.schedule.event import Changed
from jobcast.schedule.facts import Facts
from jobcast.schedule.fates import Fates
from jobcast.schedule.job import After, Ending
from jobcast.schedule.walk import Walk
from tests.schedule.driver import Driver
from tests.schedule.random_sites import Chance, Site
from tests.schedule.test_crowd import crowded
from tests.schedule.test_properties import SEEDS, disturbance


def waiting_for_all_kinds_of_things(seed: int) -> Site:
    """Return a crowded site where some are held, some begin later, and some wait for others."""
    whole, chance = crowded(seed), Chance(seed)
    ids = [each.job.id for each in whole.jobs]
    jobs = tuple(
        replace(
            each,
            job=replace(
                each.job,
                hold=chance.seldom("user", 6) or "",
                begin=chance.seldom(chance.whole(0, 100), 6),
                after=chance.seldom(After(job=chance.one(*ids[:place]), ending=chance.one(*Ending)), 3)
                if place
                else None,
            ),
        )
        for place, each in enumerate(whole.jobs)
    )
    return replace(whole, jobs=jobs)


def decided(given: Site, seed: int) -> list[object]:
    """Return what is decided there while operators interfere and let go, and why those wait who are left."""
    chance, made = Chance(seed), Driver(given.cluster, given.policy)
    for each in given.jobs:
        made.submit(each.job, at=each.at, runs=each.runs, exit_code=each.exit_code)
    for each in given.jobs[::3]:
        made.happen(Changed(at=chance.whole(20, 90), job=replace(each.job, hold="")))
    for _ in range(6):
        made.happen(disturbance(given, chance))
    log = made.run().log
    return [*log, *((entry.job.id, entry.reason) for entry in made.state.waiting.values())]


def everybody(walk: Walk, queues: frozenset[str]) -> Iterator[int]:
    """Try all."""
    yield from walk.of_queues(queues).tolist()


@settings(max_examples=100, derandomize=True, deadline=None)
@example(70)  # those behind the first one, where nobody may pass it
@example(248)  # somebody suspended who once waited for another job
@example(369)  # gaps that come with the start that is planned for another job
@example(509)  # a promise that is made again in the pass in which it was taken back
@example(609)  # only a limit by machine hinders it, until another job is planned
@given(SEEDS)
def test_who_is_passed_over_is_decided_about_as_if_looked_at(seed: int) -> None:
    whole = waiting_for_all_kinds_of_things(seed)
    quick = decided(whole, seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Fates, "skip", lambda _self, _course, place, _now: place)
        patch.setattr(Fates, "room", lambda _self, _entry, _now: None)
        patch.setattr(Facts, "looked_at", lambda _self, _entry, _row: None)
        patch.setattr(Walk, "to_try", everybody)
        assert decided(whole, seed) == quick
