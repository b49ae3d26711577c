"""How a job changes from one state to another, and what that does to the books."""

from jobcast.simulate.compiling import compiled, small
from jobcast.simulate.hosts.available import take_now
from jobcast.simulate.hosts.evaluating import revalue
from jobcast.simulate.hosts.layout import (
    ALL,
    DONE,
    FOREVER,
    GIVEN,
    NOWHERE,
    REMOVE,
    REMOVED,
    RUNNING,
    SUSPEND,
    SUSPENDED,
    WAITING,
    World,
)
from jobcast.simulate.hosts.pieces import most_pieces
from jobcast.simulate.hosts.placing import add
from jobcast.simulate.hosts.queueing import line_up, strike, will_end
from jobcast.simulate.hosts.ruling import count_tasks, count_there


@small
def is_limited(world: World, job: int) -> bool:
    """Tell whether a limit keeps a job waiting."""
    for limit in range(world.group.shape[1]):
        count = world.group[job, limit]
        if count >= 0 and world.counted[count, 0] + world.weight[job, limit] > world.counted[count, 1]:
            return True
    return False


@compiled
def count_waiting(world: World, job: int, sign: int) -> None:
    """Count a job among those that wait, or not any more."""
    this = world.jobs[job]
    world.queues[this.queue].waiting += sign
    world.users[this.user].queued += sign
    world.groups[this.group].queued += sign


@compiled
def _count(world: World, job: int, sign: int) -> None:
    """Let the limits count a job, or not any more."""
    for limit in range(world.group.shape[1]):
        count = world.group[job, limit]
        if count >= 0:
            world.counted[count, 0] += sign * world.weight[job, limit]
    count_there(world, job, sign)
    world.users[world.jobs[job].user].running += sign
    world.groups[world.jobs[job].group].running += sign


@compiled
def start(world: World, job: int) -> None:
    """Start a waiting job where it was placed."""
    this = world.jobs[job]
    if this.first < 0:
        this.first = world.one[0].now
    count_waiting(world, job, -1)
    _count(world, job, 1)
    _let_run(world, job, ALL)


@compiled
def go_on(world: World, job: int) -> None:
    """Let a suspended job go on."""
    this = world.jobs[job]
    this.suspended += world.one[0].now - this.stopped
    _let_run(world, job, GIVEN)


@compiled
def _let_run(world: World, job: int, part: int) -> None:
    this, now = world.jobs[job], world.one[0].now
    reckoned = FOREVER
    if this.reckoned >= 0:
        reckoned = now + this.reckoned - this.ran
        if reckoned <= now and this.limit >= 0:  # it had outrun its estimate before it was suspended
            reckoned = now + this.limit - this.ran
    take_now(world, job, max(reckoned, now + 1), part)
    this.state, this.began = RUNNING, now
    will_end(world, job, reckoned, now + this.run - this.ran)
    _count_running(world, job, 1)


@compiled
def _count_running(world: World, job: int, sign: int) -> None:
    """Count what the running jobs of a queue take, where somebody asks for that."""
    this = world.jobs[job]
    count_tasks(world, job, sign)
    if world.queues[this.queue].preemptable:
        for at in range(this.slot, this.slot + this.width):
            machine, tasks, total = world.taken[at, 0], world.taken[at, 1], world.running[this.queue]
            add(world, world.scratch[NOWHERE], total, this.kind, machine, sign * tasks, ALL)


@compiled
def _stop(world: World, job: int, part: int) -> None:
    """Let a running job give back what it has, or a part of it."""
    this = world.jobs[job]
    strike(world, job)
    _count_running(world, job, -1)
    for at in range(this.slot, this.slot + this.width):
        machine, tasks = world.taken[at, 0], world.taken[at, 1]
        add(world, world.free[0], world.total[0], this.kind, machine, tasks, part)
        revalue(world, machine)


@compiled
def finish(world: World, job: int) -> None:
    """Let a running job end, by itself or at its limit."""
    _stop(world, job, ALL)
    _leave(world, job)


@compiled
def come(world: World, job: int) -> None:
    """Let a job that has been submitted stand in line."""
    world.jobs[job].state = WAITING
    world.one[0].live += most_pieces(world, job)
    count_waiting(world, job, 1)
    line_up(world, job)


@compiled
def _leave(world: World, job: int) -> None:
    """Let a job be done."""
    _count(world, job, -1)
    world.jobs[job].state, world.jobs[job].finish = DONE, world.one[0].now
    world.one[0].live -= most_pieces(world, job)


@compiled
def give_way(world: World, job: int, method: int) -> None:
    """Preempt a running job."""
    this, now = world.jobs[job], world.one[0].now
    _stop(world, job, GIVEN if method == SUSPEND else ALL)
    if method == SUSPEND:
        this.preempted += 1
        this.ran += now - this.began
        this.stopped, this.state = now, SUSPENDED
        line_up(world, job)
        return
    if method == REMOVE and not (this.began == now and this.ran == 0):  # else nothing of it has run
        this.ended = REMOVED
        _leave(world, job)
        return
    _count(world, job, -1)
    this.preempted += 1
    this.ran, this.state = 0, WAITING
    this.valued_at = -1
    count_waiting(world, job, 1)
    line_up(world, job)
