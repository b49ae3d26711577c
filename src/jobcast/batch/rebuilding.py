"""The core's state made anew from the steps themselves, where the journal can't be played again.

That happens where another version of the core decides otherwise than the one that ran, or where a checkpoint can't be
read. Who runs goes on running and who waits goes on waiting; what was promised is promised anew.
"""

from collections.abc import Iterable
from dataclasses import replace

from jobcast.batch.following import REQUEUED
from jobcast.batch.recalling import recalled
from jobcast.batch.record import Step, StepState
from jobcast.batch.site import LiveSite
from jobcast.schedule.checkpoint import load, save
from jobcast.schedule.event import Dispatch, Event, Favoured, MachineLeft, Submitted, SuspendAsked
from jobcast.schedule.state import State
from jobcast.schedule.step import begin, step

_STANDING = frozenset({StepState.PREEMPT_PENDING, StepState.PREEMPTED})
_STARTED = _STANDING | {
    StepState.PENDING,
    StepState.STARTING,
    StepState.RUNNING,
    StepState.RESUME_PENDING,
    StepState.COMPLETE_PENDING,
    StepState.REMOVE_PENDING,
}


def rebuild(site: LiveSite, steps: Iterable[Step], gone: frozenset[str], *, at: int, monday: int) -> State:
    """Return a state in which these living steps are as they say; `gone` machines take no more.

    Of the steps, those that are over are those whom living ones wait for.
    Nobody starts meanwhile. A step that doesn't fit where it says it runs any more waits: its attempt, which nobody
    wants then, is killed by whoever looks at what runs.
    """
    quiet = replace(site.policy, external=True)
    each_one = sorted(steps, key=lambda each: each.at)
    living = [each for each in each_one if each.ended is None]
    first = min([at, *(int(each.at) for each in living)])
    state = begin(site.cluster, quiet, now=first, monday=monday)
    over = [each for each in each_one if each.ended is not None]
    state, _ = step(state, list(recalled(over, first)), quiet)
    for each in living:
        second = max(int(each.at), state.now)
        state, _ = step(state, _submitted(each, second), quiet)
    for each in sorted(living, key=_standing_first):
        if _has_started(each):
            state, _ = step(state, _started(each, max(int(each.dispatched or at), state.now)), quiet)
    events: list[Event] = [MachineLeft(at=max(at, state.now), machine=name) for name in sorted(gone)]
    state, _ = step(state, events, quiet)
    return _by_the_core(state, site, {each.id for each in living if each.halted_by})


def _has_started(each: Step) -> bool:
    return each.state in _STARTED or (each.state is StepState.VACATE_PENDING and each.killed_for == REQUEUED)


def _standing_first(each: Step) -> tuple[bool, float]:
    """Return by what steps are sorted: those that stand still make room for the others."""
    return each.state not in _STANDING, each.dispatched or 0.0


def _submitted(each: Step, at: int) -> list[Event]:
    events: list[Event] = [Submitted(at=at, job=replace(each.submitted.job, hold=""))]
    if not _has_started(each):
        events = [Submitted(at=at, job=each.submitted.job)]
    if rank := each.submitted.notes.favoured:
        events.append(Favoured(at=at, job=each.id, rank=rank))
    return events


def _started(each: Step, at: int) -> list[Event]:
    events: list[Event] = [Dispatch(at=at, job=each.id, allocation=each.allocation)]
    if each.state in _STANDING:
        events.append(SuspendAsked(at=at, job=each.id))
    return events


def _by_the_core(state: State, site: LiveSite, by_hand: set[str]) -> State:
    """Return the state under the site's own rules, with those suspended by hand told from those that were preempted."""
    kept = save(state)
    suspended = tuple(replace(each, by_hand=each.job.id in by_hand) for each in kept.suspended)
    return load(replace(kept, suspended=suspended), site.policy)
