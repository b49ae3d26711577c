"""What is true of every cluster, policy and trace: the driver checks all invariants after each step."""

from hypothesis import given, settings
from hypothesis import strategies as st

from jobcast.decision import Cause, Decision
from jobcast.schedule.dependency import mentioned
from jobcast.schedule.event import (
    Cancelled,
    Changed,
    Event,
    Favoured,
    MachineCame,
    MachineLeft,
    MachineTold,
    ResumeAsked,
    SuspendAsked,
    Tick,
    Vacated,
)
from jobcast.schedule.state import Entry
from tests.schedule.driver import Driver
from tests.schedule.random_sites import Chance, Site, exact_site, site

SEEDS = st.integers(0, 1 << 32)
BOUNDED = settings(max_examples=120, derandomize=True)
RULES = {
    Cause.HELD,
    Cause.QUEUE_CLOSED,
    Cause.NOT_ALLOWED,
    Cause.BOOKED,
    Cause.NO_MACHINE,
    Cause.SPAN,
    Cause.LIMIT,
}
"""Reasons for which a job may wait for ever though nobody runs."""


def played(given: Site, *, one_by_one: bool = False) -> Driver:
    """Let everything happen at a site."""
    made = Driver(given.cluster, given.policy, one_by_one=one_by_one)
    for each in given.jobs:
        made.submit(each.job, at=each.at, runs=each.runs, exit_code=each.exit_code)
    return made


def is_explained(entry: Entry, made: Driver) -> bool:
    """Tell whether a job may wait though nothing happens any more."""
    after = entry.job.after
    if after is not None and any(name not in made.state.ended for name in mentioned(after)):
        return True
    if entry.job.booking and all(each.name != entry.job.booking for each in made.state.bookings()):
        return True
    return not RULES.isdisjoint(made.quiet_causes[entry.job.id])


@BOUNDED
@given(SEEDS)
def test_every_simulation_ends_with_everybody_done_refused_or_waiting_for_a_reason(seed: int) -> None:
    ends_well(site(seed))


def ends_well(given: Site) -> None:
    made = played(given).run()
    assert not made.state.running
    assert not made.state.suspended
    unexplained = {
        name: entry.reason for name, entry in made.state.waiting.items() if not is_explained(entry, made)
    }
    assert not unexplained
    for name in made.state.ended:
        tracked = made.jobs[name]
        if tracked.end is not None and tracked.starts and made.state.ended[name] == tracked.exit_code:
            assert tracked.ran == tracked.runs  # through suspension nothing was lost or gained


@BOUNDED
@given(SEEDS)
def test_where_everybody_runs_as_long_as_reckoned_all_end_and_the_head_is_on_time(seed: int) -> None:
    all_end(exact_site(seed))


def all_end(given: Site) -> None:
    assert played(given).run().waiting() == {}


@settings(BOUNDED, max_examples=40)
@given(SEEDS)
def test_the_same_events_give_the_same_decisions(seed: int) -> None:
    logs: list[list[tuple[int, Decision]]] = [played(site(seed)).run().log for _ in range(2)]
    assert logs[0] == logs[1]


def disturbance(given: Site, chance: Chance) -> Event:
    """Return something that operators or machines do."""
    at, number = chance.whole(0, 80), str(chance.whole(0, 8))
    machine = chance.one(*given.cluster.machines)
    known = {each.job.id: each.job for each in given.jobs}
    return chance.one(
        Cancelled(at=at, job=number),
        SuspendAsked(at=at, job=number),
        ResumeAsked(at=at, job=number),
        Favoured(at=at, job=number, rank=chance.whole(-1, 1)),
        MachineLeft(at=at, machine=machine.name),
        MachineCame(at=at, machine=machine),
        MachineTold(at=at, machine=machine.name, facts={"load": chance.whole(0, 3)}),
        Changed(at=at, job=known.get(number, given.jobs[0].job)),
        Vacated(at=at, job=number, hold=chance.one("", "", "user")),
        Tick(at=at),
    )


@BOUNDED
@given(SEEDS)
def test_nothing_breaks_when_operators_and_machines_interfere(seed: int) -> None:
    survives(site(seed))


def survives(given: Site) -> None:
    chance = Chance(len(given.jobs) + given.jobs[0].at)
    made = played(given)
    for _ in range(6):
        made.happen(disturbance(given, chance))
    made.run()
    for machine in given.cluster.machines:
        made.happen(MachineCame(at=made.state.now + 1, machine=machine))
    for name in made.state.suspended:
        made.happen(ResumeAsked(at=made.state.now + 1, job=name))
    made.run()
    assert not made.state.running
    assert not made.state.suspended
    assert all(is_explained(entry, made) for entry in made.state.waiting.values())
