"""One pass: the line is walked until nothing more can be done (rules 1, 2, 4, 6 and 7)."""

from jobcast.simulate.hosts.changing import give_way, go_on, is_limited, start
from jobcast.simulate.hosts.compiling import compiled
from jobcast.simulate.hosts.future import beside, can_go_on, left_to_run, make_plans, plan
from jobcast.simulate.hosts.layout import FOREVER, PLAN, STOP, SUSPENDED, WAITING, Column, World
from jobcast.simulate.hosts.placing import enough, keep_place, place
from jobcast.simulate.hosts.preempting import make_place, may_gain

STARTED, PREEMPTED, WAITS = 0, 1, 2


@compiled
def close_up(world: World) -> None:
    """Take out of the lines who doesn't stand in them any more."""
    size = _without_gaps(world, world.line)
    if world.one[0].two_lines:
        _without_gaps(world, world.behind)
    world.one[0].line = size


@compiled
def _without_gaps(world: World, line: Column) -> int:
    size = 0
    for at in range(world.one[0].line):
        if world.jobs[line[at]].state in (WAITING, SUSPENDED):
            line[size] = line[at]
            size += 1
    return size


@compiled
def walk(world: World) -> bool:
    """Let everybody in line have a turn; returns whether somebody was preempted, so that plans have to be made anew."""
    one = world.one[0]
    one.starts = one.plans = one.known = one.planned = one.unplanned = one.blocked_one = 0
    one.walk += 1
    at, resorted = 0, False
    while at < one.line:
        job = world.behind[at] if resorted else world.line[at]
        at += 1
        this = world.jobs[job]
        if this.seen == one.walk:
            continue
        this.seen = one.walk
        if this.state == SUSPENDED:
            if _turn_of_suspended(world, job):
                return True
        elif this.state == WAITING and not _is_passed_over(world, job):
            outcome = _try(world, job)
            if outcome == PREEMPTED:
                return True
            if outcome == WAITS:
                _wait(world, job)
        if one.two_lines and not resorted and one.planned == one.depth and one.blocked != STOP:
            resorted, at = True, 0
    return False


@compiled
def _wait(world: World, job: int) -> None:
    """Let a job wait, with a planned start if it is one of the first; that is worked out when somebody needs it."""
    this, one = world.jobs[job], world.one[0]
    one.blocked_one = 1
    if one.blocked == PLAN and one.planned < one.depth and world.queues[this.queue].reserves:
        one.planned += 1
        world.pending[one.unplanned] = job
        one.unplanned += 1
        if this.promised < 0:
            make_plans(world)


@compiled
def _is_passed_over(world: World, job: int) -> bool:
    return (world.one[0].blocked == STOP and world.one[0].blocked_one > 0) or is_limited(world, job)


@compiled
def _try(world: World, job: int) -> int:
    """Start a waiting job where it fits, or where others must go."""
    if _fits(world, job):
        start(world, job)
        world.jobs[job].backfilled = world.one[0].blocked_one
        return STARTED
    if not may_gain(world, job):
        return WAITS
    if world.one[0].unplanned > 0:
        make_plans(world)
    if not make_place(world, job):
        return WAITS
    for number in range(world.one[0].victims):
        give_way(world, world.chosen[number, 0], world.rules[world.chosen[number, 1]].method)
    world.jobs[job].backfilled = 0
    start(world, job)
    return PREEMPTED


@compiled
def _fits(world: World, job: int) -> bool:
    """Find a place for a job to start now; within a walk what is available only shrinks."""
    this = world.jobs[job]
    kind, walk = world.kinds[this.kind], world.one[0].walk
    if not enough(world, world.total[0], this.kind, this.tasks):
        return False
    if world.one[0].unplanned > 0:
        make_plans(world)
    length = left_to_run(world, job) if world.queues[this.queue].backfills else FOREVER
    failed = kind.failed == walk
    if failed and this.tasks >= kind.failed_tasks and length >= kind.failed_length:
        return False
    level = beside(world, length)
    if enough(world, world.total[level], this.kind, this.tasks):
        width = place(world, world.free[level], job, False)
        if width > 0:
            keep_place(world, job, width)
            return True
    if not failed or (this.tasks <= kind.failed_tasks and length <= kind.failed_length):
        kind.failed, kind.failed_tasks, kind.failed_length = walk, this.tasks, length
    return False


@compiled
def _turn_of_suspended(world: World, job: int) -> bool:
    """First try those who may preempt it, then let it go on if it can, else plan for when it can."""
    queue = world.jobs[job].queue
    if world.queues[queue].preemptable:
        for at in range(world.one[0].line):
            other = world.line[at]
            preempts = world.jobs[other].state == WAITING and world.relations[world.jobs[other].queue, queue]
            if preempts and not _is_passed_over(world, other) and _try(world, other) == PREEMPTED:
                return True
    if world.one[0].unplanned > 0:
        make_plans(world)
    level = beside(world, left_to_run(world, job))
    if can_go_on(world, world.free[level], job):
        go_on(world, job)
    else:
        plan(world, job)
    return False
