"""Whoever sets the clock changes what time it is, and nothing else."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast.decision import Kill
from jobcast.schedule.checkpoint import Checkpoint, load, save
from jobcast.schedule.event import ClockStepped, Finished, Submitted, SuspendAsked, Tick
from jobcast.schedule.expression import parse
from jobcast.schedule.job import BatchJob
from jobcast.schedule.policy import FairShare, Policy, Queue
from jobcast.schedule.state import State
from jobcast.schedule.step import begin, next_time, step
from tests.schedule.made_up import SLOT_HOLD, easy, holding, job, one

HOUR = 3600
POLICIES = {
    "easy": easy(),
    "oldest first": easy(order=(parse("-queued_at"),), recalculate=600),
    "fair share": easy(order=(parse("fair_share"),), fair_share=FairShare()),
    "holding": holding(Queue(name="q", hold=SLOT_HOLD)),
}
"""Rules that count from a second: planned starts, order, use, holds."""


def begun(policy: Policy, at: int) -> State:
    """Return four CPUs on which one job runs, one is suspended, and one waits for both."""
    state = begin(one(4), policy, now=at)
    events: list[tuple[int, Any]] = [(0, job(name, 2, run_limit=600)) for name in ("runs", "stands")]
    events += [(10, job("waits", 4, run_limit=300)), (20, SuspendAsked(at=at + 20, job="stands"))]
    for second, event in events:
        told = Submitted(at=at + second, job=event) if isinstance(event, BatchJob) else event
        state, _ = step(state, [told], policy)
    return state


def kept(state: State) -> Checkpoint:
    """Return a state without when the order was last worked out, and the places in line of running jobs."""
    saved = save(state)
    waiting, suspended = (
        tuple(replace(each, valued_at=None) for each in jobs) for jobs in (saved.waiting, saved.suspended)
    )
    running = tuple(replace(each, valued_at=None, values=(), own_values=()) for each in saved.running)
    return replace(saved, waiting=waiting, suspended=suspended, running=running)


def went_on(state: State, policy: Policy, at: int) -> tuple[Checkpoint, list[str]]:
    """Let a minute pass, another job come and a job end; return the state and what was decided."""
    found = []
    for event in (
        Tick(at=at + 60),
        Submitted(at=at + 70, job=job("later", 1, run_limit=60)),
        Finished(at=at + 90, job="runs"),
        Tick(at=at + 500),
    ):
        state, decisions = step(state, [event], policy)
        found += [f"{type(each).__name__} {each.job} {each.reason.cause}" for each in decisions]
    return kept(state), found


@pytest.mark.parametrize("by", [HOUR, -HOUR])
@pytest.mark.parametrize("seconds", [0, 599])
def test_a_job_is_killed_after_its_run_limit_whatever_the_clock_shows(by: int, seconds: int) -> None:
    at = 10 * HOUR
    state = begin(one(1), easy(), now=at)
    state, _ = step(state, [Submitted(at=at, job=job("a", run_limit=600))], easy())
    state, decisions = step(state, [ClockStepped(at=at + seconds, by=by)], easy())
    assert decisions == ()
    assert (state.now, next_time(state)) == (at + seconds + by, at + by + 600)
    state, decisions = step(state, [Tick(at=at + by + 599)], easy())
    assert decisions == ()
    state, (killed,) = step(state, [Tick(at=at + by + 600)], easy())
    assert isinstance(killed, Kill)


@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
@given(by=st.integers(-9 * HOUR, 9 * HOUR))
def test_all_goes_on_as_if_the_clock_had_always_shown_that(policy: Policy, by: int) -> None:
    at = 10 * HOUR
    state, _ = step(begun(policy, at), [ClockStepped(at=at + 30, by=by)], policy)
    always, _ = step(begun(policy, at + by), [Tick(at=at + by + 30)], policy)
    assert kept(state) == kept(always)
    again = load(save(state), policy)
    went = went_on(state, policy, at + by)
    assert went == went_on(always, policy, at + by)
    assert went == went_on(again, policy, at + by)


def test_a_start_date_is_a_time_of_day() -> None:
    state = begin(one(1), easy(), now=0)
    state, _ = step(state, [Submitted(at=0, job=job("a", begin=2 * HOUR))], easy())
    state, decisions = step(state, [ClockStepped(at=10, by=2 * HOUR)], easy())
    assert [type(each).__name__ for each in decisions] == ["Start"]
