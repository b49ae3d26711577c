"""When a suspended job can go on: it only asks what happens on its own machines (rule 7)."""

from jobcast.simulate.compiling import compiled
from jobcast.simulate.hosts.available import left_to_run
from jobcast.simulate.hosts.layout import (
    ALL,
    FOREVER,
    GIVEN,
    NOW,
    PLANNED_THERE,
    RUNNING_THERE,
    THEN,
    Table,
    World,
)
from jobcast.simulate.hosts.pieces import change, write_amounts
from jobcast.simulate.hosts.placing import offers


@compiled
def can_go_on(world: World, free: Table, job: int) -> bool:
    """Tell whether what a suspended job gave up is free on its machines."""
    this = world.jobs[job]
    for at in range(this.slot, this.slot + this.width):
        if not offers(
            world, free[world.taken[at, 0]], this.kind, world.taken[at, 0], world.taken[at, 1], GIVEN
        ):
            return False
    return True


@compiled
def kept_out_until(world: World, job: int) -> int:
    """Return until when a suspended job is kept off its machines by those who take the place of all of its queue."""
    this, until = world.jobs[job], 0
    if not world.queues[this.queue].excluded:
        return until
    for at in range(this.slot, this.slot + this.width):
        number = world.heads[RUNNING_THERE, world.taken[at, 0]]
        while number >= 0:
            runner = world.runners[number]
            if world.relations[world.jobs[runner.job].queue, this.queue] == 2:
                until = max(until, runner.end, world.one[0].now + 1)
            number = runner.following
    return until


@compiled
def earliest_there(world: World, job: int, since: int) -> int:
    """Return the earliest second, not before one, at which a suspended job can go on and stay.

    `FOREVER` where nobody can tell. What is free then on its machines is written to `THEN`.
    """
    this, second, length = world.jobs[job], _first_end(world, since), left_to_run(world, job)
    agreed, at = 0, this.slot
    while agreed < this.width and second < FOREVER:
        later = _stays_free(world, job, at, second, length)
        agreed = agreed + 1 if later == second else 1
        second = later
        at = at + 1 if at + 1 < this.slot + this.width else this.slot
    if second < FOREVER:
        for own in range(this.slot, this.slot + this.width):
            _write_then(world, world.taken[own, 0], second)
    return second


@compiled
def _first_end(world: World, since: int) -> int:
    """Return the first second, not before one at which a running job ends, at which something ends."""
    one, second = world.one[0], FOREVER
    if since > one.now + 1:
        return since
    if one.ends > 0 and world.runs[0].second < FOREVER:
        second = max(world.runs[0].second, one.now + 1)
    if one.plans > 0:
        second = min(second, world.plans[0].ending)
    return second


@compiled
def _stays_free(world: World, job: int, at: int, second: int, length: int) -> int:
    """Return the earliest second from one on at which one machine has what a job gave up there, for so long."""
    kind, machine, tasks = world.jobs[job].kind, world.taken[at, 0], world.taken[at, 1]
    while second < FOREVER:
        _write_then(world, machine, second)
        blocked = -1
        if not offers(world, world.scratch[THEN, machine], kind, machine, tasks, GIVEN):
            blocked = second
        else:
            end = second + length if length < FOREVER else FOREVER
            piece = world.heads[PLANNED_THERE, machine]
            while piece >= 0 and world.pieces[piece].start < end:
                start = world.pieces[piece].start
                if start > second and not offers(world, world.left[piece], kind, machine, tasks, GIVEN):
                    blocked = start
                piece = world.pieces[piece].following
        if blocked < 0:
            return second
        second = _next_release(world, machine, blocked)
    return FOREVER


@compiled
def _write_then(world: World, machine: int, second: int) -> None:
    """Write what is free on a machine at a later second."""
    then, now = world.scratch[THEN], world.one[0].now
    for resource in range(then.shape[1]):
        then[machine, resource] = world.free[NOW, machine, resource]
    number = world.heads[RUNNING_THERE, machine]
    while number >= 0 and max(world.runners[number].end, now + 1) <= second:
        runner = world.runners[number]
        write_amounts(world, world.jobs[runner.job].kind, machine, runner.tasks, ALL)
        change(world, then, machine, 1)
        number = runner.following
    number = world.heads[PLANNED_THERE, machine]
    while number >= 0 and world.pieces[number].start <= second:
        piece = world.pieces[number]
        kind = world.jobs[piece.job].kind
        write_amounts(world, kind, machine, piece.tasks, GIVEN if piece.again else ALL)
        change(world, then, machine, -1)
        if piece.end <= second:
            write_amounts(world, kind, machine, piece.tasks, ALL)
            change(world, then, machine, 1)
        number = piece.following


@compiled
def _next_release(world: World, machine: int, after: int) -> int:
    """Return the first second after one at which something on a machine ends; `FOREVER` for none."""
    release, now = FOREVER, world.one[0].now
    number = world.heads[RUNNING_THERE, machine]
    while number >= 0:
        end = max(world.runners[number].end, now + 1)
        if end > after:
            release = min(release, end)
            break
        number = world.runners[number].following
    number = world.heads[PLANNED_THERE, machine]
    while number >= 0:
        if world.pieces[number].end > after:
            release = min(release, world.pieces[number].end)
        number = world.pieces[number].following
    return release
