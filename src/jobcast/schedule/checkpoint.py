"""The state as plain values, from which it can be made again: what a live manager keeps on disk.

Only what can't be worked out anew is kept. Going on from what was loaded gives the same decisions as going on without.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from jobcast.decision import Reserve
from jobcast.machine import Cluster, Fact
from jobcast.schedule.kept_job import KeptJob, entry_of, given_up_by, held_by, keep, taken_by
from jobcast.schedule.policy import Policy, Queue
from jobcast.schedule.regrid import count_new
from jobcast.schedule.state import Entry, State
from jobcast.schedule.step import begin


@dataclass(frozen=True, kw_only=True, slots=True)
class Checkpoint:
    """A whole `jobcast.schedule.state.State`; what isn't told here is told there."""

    cluster: Cluster
    down: tuple[str, ...]
    """Machines that take no jobs."""
    columns: tuple[str, ...]
    """Those of the grid."""
    monday: int
    now: int
    arrivals: int
    waiting: tuple[KeptJob, ...]
    """In the order in which they came to wait."""
    running: tuple[KeptJob, ...]
    """In the order in which they started or went on."""
    suspended: tuple[KeptJob, ...]
    """In the order in which they were suspended."""
    gone: tuple[Queue, ...]
    """Queues that the policy has no more, though jobs are in them."""
    chosen: bool
    """Whether somebody has the values of another job."""
    ended: Mapping[str, int | None]
    arrays: Mapping[str, tuple[str, ...]]
    reservations: tuple[Reserve, ...]
    """In the order in which they were made."""
    told: Mapping[str, Mapping[str, Fact]]
    started_there: Mapping[str, int]
    used: Mapping[str, float]
    charged_at: int


def save(state: State) -> Checkpoint:
    """Return all of a state that can't be worked out anew. The state may go on afterwards."""
    grid, policy = state.grid, state.policy
    queues = {entry.queue.name: entry.queue for entry in state.everybody()} if policy.queues else {}
    return Checkpoint(
        cluster=state.cluster,
        down=tuple(machine.name for machine, up in zip(grid.machines, state.up, strict=True) if not up),
        columns=tuple(grid.columns),
        monday=state.monday,
        now=state.now,
        arrivals=state.arrivals,
        waiting=tuple(keep(entry, grid) for entry in state.waiting.values()),
        running=tuple(keep(entry, grid) for entry in state.running.values()),
        suspended=tuple(keep(entry, grid) for entry in state.suspended.values()),
        gone=tuple(queue for name, queue in queues.items() if name not in policy.queues),
        chosen=state.order.chosen,
        ended=dict(state.ended),
        arrays={array: tuple(jobs) for array, jobs in state.arrays.items()},
        reservations=tuple(state.reservations.values()),
        told=dict(state.told),
        started_there=dict(state.started_there),
        used=dict(state.used),
        charged_at=state.charged_at,
    )


def load(checkpoint: Checkpoint, policy: Policy) -> State:
    """Return the state that was saved, under the rules under which it was saved.

    To go over to others, give them to `jobcast.schedule.step.step` afterwards. Where they differ already, what running
    jobs take of new limits is counted, and nobody's place is lost. Raises ConfigError where the policy contradicts
    itself.
    """
    state = begin(checkpoint.cluster, policy, now=checkpoint.now, monday=checkpoint.monday)
    state.up[[state.grid.rows[machine] for machine in checkpoint.down]] = False
    state.arrivals, state.charged_at = checkpoint.arrivals, checkpoint.charged_at
    state.order.chosen = checkpoint.chosen
    state.ended.update(checkpoint.ended)
    state.arrays = {array: list(jobs) for array, jobs in checkpoint.arrays.items()}
    state.reservations = {each.job: each for each in checkpoint.reservations}
    state.told, state.started_there = dict(checkpoint.told), dict(checkpoint.started_there)
    state.used = dict(checkpoint.used)
    new = state.grid.columns.keys() - set(checkpoint.columns)
    gone = {queue.name: queue for queue in checkpoint.gone}
    for place, jobs in (
        (state.waiting, checkpoint.waiting),
        (state.running, checkpoint.running),
        (state.suspended, checkpoint.suspended),
    ):
        for kept in jobs:
            queue = policy.queues.get(kept.queue) or gone.get(kept.queue) or Queue(name=kept.queue)
            entry = place[kept.job.id] = entry_of(kept, queue, state.grid)
            _have(entry, kept, new, state)
            if place is state.suspended:
                _give_up(entry, kept, state)
    state.line_up()
    state.moved.update(state.waiting, state.suspended)  # nothing is known of their order yet
    return state


def _have(entry: Entry, kept: KeptJob, new: Iterable[str], state: State) -> None:
    """Let a job have what it had, and its part of columns that weren't there."""
    taken = taken_by(kept, state.grid)
    if taken is not None:
        count_new(entry, taken, new, state.grid)
        state.take(entry, taken)
    held = held_by(kept, state.grid)
    if held is not None:
        state.hold(entry, held)


def _give_up(entry: Entry, kept: KeptJob, state: State) -> None:
    entry.gave = given_up_by(kept, state.grid)
    if entry.taken is not None:
        state.free[entry.taken.rows] += entry.gave
