"""Jobs that will probably fail stand behind others; those that have failed somewhere go elsewhere."""

from dataclasses import replace

import pytest
from hypothesis import given, settings

from jobcast.decision import Cause
from jobcast.schedule.event import (
    Changed,
    Favoured,
    Finished,
    MachineCame,
    MachineLeft,
    Submitted,
    Tick,
    Vacated,
)
from jobcast.schedule.expression import parse
from jobcast.schedule.facts import Facts
from jobcast.schedule.failing import Failing
from jobcast.schedule.fates import Fates
from jobcast.schedule.job import BatchJob
from jobcast.schedule.policy import Policy, Queue
from jobcast.schedule.state import State
from jobcast.schedule.step import begin, next_time, step
from jobcast.schedule.walk import Walk
from jobcast.schedule.why import why
from tests.schedule.driver import Driver
from tests.schedule.made_up import BY_QUEUE, easy, job, many, one, queues
from tests.schedule.random_sites import Chance, Site, site
from tests.schedule.test_checkpoint import Restarted
from tests.schedule.test_fates import everybody, waiting_for_all_kinds_of_things
from tests.schedule.test_order import line, waiting
from tests.schedule.test_properties import SEEDS, disturbance, ends_well

LOWERS = Failing(lower_at=0.5, lowered_for=100)
LOW_AND_HIGH = {
    "queues": queues(Queue(name="low", priority=1), Queue(name="high", priority=2)),
    "default_queue": "low",
}


def test_one_that_will_probably_fail_stands_behind_the_others() -> None:
    jobs = (job("bad", failing=0.5), job("good", failing=0.49), job("unknown"), job("worse", failing=0.9))
    assert line(easy(failing=LOWERS), *jobs) == ("good", "unknown", "bad", "worse")


def test_without_the_rule_a_chance_changes_nothing() -> None:
    assert line(easy(), job("bad", failing=1.0), job("good", failing=0.0)) == ("bad", "good")


def test_it_stands_behind_those_of_its_own_queue_alone() -> None:
    policy = easy(order=BY_QUEUE, failing=LOWERS, **LOW_AND_HIGH)
    jobs = (
        job("low", queue="low"),
        job("bad", queue="high", failing=0.8),
        job("high", queue="high"),
        job("low2", queue="low"),
    )
    assert line(policy, *jobs) == ("high", "bad", "low", "low2")


def test_that_holds_where_a_formula_mixes_queue_and_time() -> None:
    order = (parse("queue_priority * 10 - queued_at"),)
    policy = easy(order=order, failing=LOWERS, **LOW_AND_HIGH)
    jobs = (
        job("bad", queue="high", failing=0.8),
        job("low", queue="low"),
        job("high", queue="high"),
        job("low2", queue="low"),
    )
    assert line(policy, *jobs) == ("high", "bad", "low", "low2")


def test_it_goes_behind_those_who_come_later_until_it_has_waited_long_enough() -> None:
    policy = easy(failing=LOWERS)
    state = waiting(policy, job("bad", failing=0.8), job("good"))
    assert state.line == ("good", "bad")
    assert next_time(state) == 101
    state, _ = step(state, [Submitted(at=100, job=job("late"))], policy)
    assert state.line == ("good", "late", "bad")
    state, _ = step(state, [Tick(at=101)], policy)
    assert state.line == ("bad", "good", "late")


def test_it_is_backfilled_after_the_others() -> None:
    policy = easy(failing=LOWERS, backfill_order=(parse("-estimate"),))
    state, _ = step(begin(one(4), policy), [Submitted(at=0, job=job("runs", 3, 100))], policy)
    coming = (job("head", 4, 100), job("bad", 1, 10, failing=0.8), job("good", 1, 20))
    state, _ = step(state, [Submitted(at=1, job=each) for each in coming], policy)
    assert list(state.running) == ["runs", "good"]


def test_whom_an_operator_favours_is_not_lowered() -> None:
    policy = easy(failing=LOWERS)
    state = waiting(policy, job("good"), job("bad", failing=0.8))
    state, _ = step(state, [Favoured(at=5, job="bad", rank=1)], policy)
    assert state.line == ("bad", "good")
    state, _ = step(state, [Favoured(at=6, job="bad", rank=0)], policy)
    assert state.line == ("good", "bad")


def test_who_is_known_better_meanwhile_stands_where_it_would() -> None:
    policy = easy(failing=LOWERS)
    state = waiting(policy, job("bad", failing=0.8), job("good"))
    state, _ = step(state, [Changed(at=5, job=job("bad", failing=0.1))], policy)
    assert state.line == ("bad", "good")


def test_another_policy_takes_it_back() -> None:
    state = waiting(easy(failing=LOWERS), job("bad", failing=0.8), job("good"))
    state, _ = step(state, [Tick(at=9)], easy())
    assert state.line == ("bad", "good")


AVOIDING = job("again", 1, 100, avoids=frozenset({"m1"}))


def avoiding(cpus: int = 1, *others: BatchJob, machines: int = 2) -> State:
    """Return the state after others came, and then one that has failed on m1."""
    policy = easy()
    events = [Submitted(at=0, job=each) for each in (*others, AVOIDING)]
    return step(begin(many(machines, cpus), policy), events, policy)[0]


def where(state: State) -> list[str]:
    taken = state.running["again"].taken
    assert taken is not None
    return [share.machine for share in taken.allocation(state.grid)]


def test_one_that_has_failed_somewhere_goes_elsewhere() -> None:
    assert where(avoiding()) == ["m2"]


def test_it_waits_for_another_machine_that_is_busy_and_says_so() -> None:
    state = avoiding(2, job("runs", 2, 50), job("runs2", 2, 50))
    state, _ = step(state, [Finished(at=5, job="runs")], easy())
    told = why(state, "again")
    assert told is not None
    assert (told.reason.cause, told.reason.values) == (Cause.AVOIDS, {"machines": "m1"})
    assert told.sentence() == "waits for another machine than m1, where it has failed"


def test_where_no_other_machine_could_take_it_it_goes_where_it_failed() -> None:
    assert where(avoiding(machines=1)) == ["m1"]
    policy = easy()
    state, _ = step(begin(many(2, 1), policy), [MachineLeft(at=0, machine="m2")], policy)
    state, _ = step(state, [Submitted(at=1, job=AVOIDING)], policy)
    assert where(state) == ["m1"]


def test_it_is_kept_from_no_machine_by_others_of_its_kind() -> None:
    state = avoiding(1, job("runs", 1, 50), job("runs2", 1, 50))
    state, _ = step(state, [Submitted(at=1, job=job("like", 1, 100))], easy())
    state, _ = step(state, [Finished(at=5, job="runs")], easy())
    assert list(state.running) == ["runs2", "like"]


def test_after_an_attempt_that_failed_it_learns_where_not_to_go() -> None:
    policy = easy()
    plain = job("again", 1, 100)
    state, _ = step(begin(many(2, 1), policy), [Submitted(at=0, job=plain)], policy)
    assert where(state) == ["m1"]
    events = [Vacated(at=5, job="again"), Changed(at=5, job=replace(plain, avoids=frozenset({"m1"})))]
    state, _ = step(state, events, policy)
    assert where(state) == ["m2"]
    state, _ = step(state, [MachineCame(at=6, machine=state.cluster.machines[0])], policy)
    assert where(state) == ["m2"]


def risky(whole: Site, seed: int) -> Site:
    """Return a site whose jobs have chances of failing, and some of which have failed somewhere."""
    chance = Chance(seed + 1)
    machines = [machine.name for machine in whole.cluster.machines]
    jobs = tuple(
        replace(
            each,
            job=replace(
                each.job,
                failing=chance.one(None, 0.1, 0.5, 0.9),
                avoids=frozenset(name for name in machines if chance.seldom(name, 4)),
            ),
        )
        for each in whole.jobs
    )
    rule = Failing(lower_at=0.5, lowered_for=chance.one(10, 40, 1000))
    return Site(whole.cluster, replace(whole.policy, failing=rule), jobs)


class Ordered(Driver):
    """Sees before each step that the line is as the rule says."""

    @staticmethod
    def between(state: State, _policy: Policy) -> State:  # type: ignore[override]
        for place, entry in enumerate(state.queued.entries):
            if entry.lowered and state.waiting.get(entry.job.id) is entry and not entry.rank:
                behind = state.queued.entries[place:]
                better = [
                    each.job.id
                    for each in behind
                    if not each.lowered
                    and not each.rank
                    and each.queue.name == entry.queue.name
                    and state.waiting.get(each.job.id) is each
                ]
                assert better == [], entry.job.id
        return state


def decided(made: Driver, given: Site, seed: int) -> list[object]:
    """Return what is decided while operators and machines interfere."""
    chance = Chance(seed)
    for each in given.jobs:
        made.submit(each.job, at=each.at, runs=each.runs, exit_code=each.exit_code)
    for _ in range(6):
        made.happen(disturbance(given, chance))
    log = made.run().log
    return [*log, *((entry.job.id, entry.reason) for entry in made.state.waiting.values())]


@settings(max_examples=100, derandomize=True, deadline=None)
@given(SEEDS)
def test_nobody_is_lost_for_being_likely_to_fail(seed: int) -> None:
    ends_well(risky(site(seed), seed))


@settings(max_examples=60, derandomize=True, deadline=None)
@given(SEEDS)
def test_a_quick_look_and_a_restart_change_no_decision(seed: int) -> None:
    given = risky(waiting_for_all_kinds_of_things(seed), seed)
    quick = decided(Ordered(given.cluster, given.policy), given, seed)
    assert decided(Restarted(given.cluster, given.policy), given, seed) == quick
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Fates, "skip", lambda _self, _course, place, _now: place)
        patch.setattr(Fates, "room", lambda _self, _entry, _now: None)
        patch.setattr(Facts, "looked_at", lambda _self, _entry, _row: None)
        patch.setattr(Walk, "to_try", everybody)
        assert decided(Driver(given.cluster, given.policy), given, seed) == quick
