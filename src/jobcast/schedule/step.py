"""The core: events in, decisions out. The same call in a simulation, live, and in tests.

Source of the rules: "How the core decides" in the product's decisions.
"""

from collections.abc import Iterable

import numpy as np

from jobcast.decision import Cause, Decision, Kill, Reason, Requeue
from jobcast.machine import Cluster
from jobcast.schedule.checks import check
from jobcast.schedule.event import Event
from jobcast.schedule.fair_share import charge
from jobcast.schedule.grid import make_grid
from jobcast.schedule.happening import happen
from jobcast.schedule.lowering import until
from jobcast.schedule.moving import requeue
from jobcast.schedule.one_pass import Pass
from jobcast.schedule.order import Order
from jobcast.schedule.policy import Policy
from jobcast.schedule.regrid import lay_out_anew
from jobcast.schedule.state import State
from jobcast.schedule.windows import next_change


def begin(cluster: Cluster, policy: Policy, *, now: int = 0, monday: int = 0) -> State:
    """Return the state of an idle cluster; raises ConfigError where the policy contradicts itself.

    `monday` is any second that is Monday 00:00 at the site.
    """
    check(policy)
    grid = make_grid(cluster, policy)
    return State(
        cluster=cluster,
        policy=policy,
        order=Order(policy),
        grid=grid,
        free=grid.capacity.copy(),
        up=np.ones(len(grid.machines), np.bool_),
        monday=monday,
        now=now,
        charged_at=now,
    )


def step(state: State, events: Iterable[Event], policy: Policy) -> tuple[State, tuple[Decision, ...]]:
    """Take in what has happened and decide; all events are of one second, not before that of the last call.

    The state given is used up: go on with the one returned. The decisions are in the order in which they must be
    carried out, and the state takes it that they are; only a `Kill` at a run limit, or of a cancelled job, leaves it
    running until its `Finished` comes. Raises ConfigError where a new policy contradicts itself.
    """
    if policy is not state.policy:
        check(policy)
        state = lay_out_anew(state, state.cluster, policy)
    decisions: list[Decision] = []
    for event in events:
        if event.at > state.now:
            state.now = event.at
            if policy.fair_share is not None:
                charge(state, policy.fair_share)
        state, more = happen(state, event)
        decisions += more
    decisions += _over(state)
    if not policy.cycle or state.now % policy.cycle == 0:
        decisions += Pass(state, policy).run()
    return state, tuple(decisions)


def _over(state: State) -> list[Decision]:
    """End those that have run to their limit, and send those away whose gap is over."""
    decisions: list[Decision] = []
    for entry in list(state.running.values()):
        limit = entry.run_limit
        if entry.gap_end is not None and not entry.killed and state.now >= entry.gap_end:
            reason = Reason(cause=Cause.WINDOW_OVER)
            if entry.queue.requeue_interrupted:
                requeue(entry, "", state)
                decisions.append(Requeue(job=entry.job.id, hold="", reason=reason))
            else:
                entry.killed = True
                decisions.append(Kill(job=entry.job.id, reason=reason))
        elif limit is not None and not entry.killed and state.now >= entry.started + limit - entry.ran:
            entry.killed = True
            decisions.append(
                Kill(job=entry.job.id, reason=Reason(cause=Cause.RUN_LIMIT, values={"limit": limit}))
            )
    return decisions


def next_time(state: State, *, run_limits: bool = True) -> int | None:
    """Return the next second at which time alone may change something; None where only events can.

    Without `run_limits` for a caller who sees to it that each job is told as finished when its run limit is over.
    """
    seconds = [
        each for each in _seconds(state, run_limits=run_limits) if each is not None and each > state.now
    ]
    cycle = state.policy.cycle
    if cycle and (state.waiting or state.suspended):
        seconds.append((state.now // cycle + 1) * cycle)
    return min(seconds, default=None)


def _seconds(state: State, *, run_limits: bool) -> Iterable[int | None]:
    for entry in state.running.values():
        yield entry.gap_end
        if run_limits and entry.run_limit is not None and not entry.killed:
            yield entry.started + entry.run_limit - entry.ran
    for entry in state.waiting.values():
        yield entry.job.begin
        yield entry.paused_until
        if entry.lowered:
            yield until(entry, state.policy.failing)
        if entry.held_since is not None and entry.queue.hold is not None:
            yield entry.held_since + entry.queue.hold.longest
        if entry.queue.windows:
            yield next_change(entry.queue.windows, state.now, state.monday)
    for booking in state.bookings():
        yield booking.start
        yield booking.end
