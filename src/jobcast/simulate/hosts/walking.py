"""One pass: the line is walked until nothing more can be done (rules 1, 2, 4, 6 and 7)."""

from jobcast.simulate.compiling import compiled
from jobcast.simulate.hosts.available import beside, left_to_run
from jobcast.simulate.hosts.changing import give_way, go_on, is_limited, start
from jobcast.simulate.hosts.future import count_plan, make_plans, put_off
from jobcast.simulate.hosts.holding import clip_holders, forget_holders, leave_held
from jobcast.simulate.hosts.layout import (
    EVERYBODY,
    FOREVER,
    LASTING,
    NOW,
    PLAN,
    STOP,
    STOPPED,
    SUSPENDED,
    UNLIMITED,
    WAITING,
    Column,
    World,
)
from jobcast.simulate.hosts.pieces import forget_plans
from jobcast.simulate.hosts.placing import enough, keep_place, place
from jobcast.simulate.hosts.preempting import make_place, may_gain
from jobcast.simulate.hosts.resuming import can_go_on, kept_out_until
from jobcast.simulate.hosts.sorting import sort_lines

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
    one.unplanned = one.blocked_one = 0
    forget_plans(world)
    _forget_planned(world)
    one.walk += 1
    one.era += 1
    forget_holders(world)
    sort_lines(world)
    at, resorted = 0, False
    while at < one.line:
        job = world.behind[at] if resorted else world.line[at]
        at += 1
        this = world.jobs[job]
        if this.seen < one.walk and _turn(world, job):
            return True
        if one.two_lines and not resorted and one.planned == one.depth and one.blocked != STOP:
            resorted, at = True, 0
    return False


@compiled
def _forget_planned(world: World) -> None:
    """Begin a walk in which nobody has a planned start yet."""
    if world.one[0].planned > 0:
        world.one[0].planned = 0
        for queue in range(len(world.queues)):
            world.queues[queue].planned = 0
        for user in range(len(world.users)):
            world.users[user].planned = 0


@compiled
def _turn(world: World, job: int) -> bool:
    """Do what can be done for one job, once in a walk; returns whether others were preempted."""
    this = world.jobs[job]
    if this.state == SUSPENDED:
        return _turn_of_suspended(world, job)
    this.seen = world.one[0].walk
    if this.state == WAITING and not _is_passed_over(world, job):
        outcome = _try(world, job)
        if outcome == WAITS and not (this.hindered or this.impossible):
            _wait(world, job)
        return outcome == PREEMPTED
    return False


@compiled
def _wait(world: World, job: int) -> None:
    """Let a job wait, with a planned start if it is one of the first; that is worked out when somebody needs it."""
    one = world.one[0]
    one.blocked_one = 1
    if one.blocked == PLAN and world.queues[world.jobs[job].queue].reserves and not _are_many(world, job):
        count_plan(world, job, 1)
        put_off(world, job)
        if one.two_lines and one.window < UNLIMITED and one.planned == one.depth:
            make_plans(world)  # who comes next depends on whether that is so


@compiled
def _are_many(world: World, job: int) -> bool:
    """Tell whether so many have planned starts that a job gets none; works plans out that may lie too late to count."""
    if _are_enough(world, job) and world.one[0].window < UNLIMITED and world.one[0].unplanned > 0:
        make_plans(world)
    return _are_enough(world, job)


@compiled
def _are_enough(world: World, job: int) -> bool:
    this, one = world.jobs[job], world.one[0]
    queue, user = world.queues[this.queue], world.users[this.user]
    return (
        one.planned >= one.depth or queue.planned >= queue.most_planned or user.planned >= one.depth_per_user
    )


@compiled
def _is_passed_over(world: World, job: int) -> bool:
    queue = world.queues[world.jobs[job].queue]
    if not queue.is_open or queue.shut or is_limited(world, job):
        return True
    return world.one[0].blocked == STOP and world.one[0].blocked_one > 0


@compiled
def _try(world: World, job: int) -> int:
    """Start a waiting job where it fits, or where others must go; within an era once is enough."""
    this, one = world.jobs[job], world.one[0]
    if this.tried == one.era and not this.ruled:
        return WAITS
    this.hindered = 0
    if enough(world, world.total[NOW], this.kind, this.tasks) and _fits(world, job):
        start(world, job)
        this.backfilled = one.blocked_one
        return STARTED
    queue = world.queues[this.queue]
    if queue.rule == queue.rules_end or not may_gain(world, job) or not make_place(world, job):
        this.tried = one.era
        return WAITS
    for number in range(one.victims):
        give_way(world, world.chosen[number, 0], world.rules[world.chosen[number, 1]].method)
    this.backfilled = 0
    start(world, job)
    return PREEMPTED


@compiled
def _fits(world: World, job: int) -> bool:
    """Find a place for a job to start now; within a walk what is available only shrinks."""
    this = world.jobs[job]
    kind, walk = world.kinds[this.kind], world.one[0].walk
    if world.one[0].unplanned > 0:
        if place(world, world.free[NOW], job, False, False) == 0:
            kind.failed, kind.failed_tasks, kind.failed_length = walk, this.tasks, 0
            return False
        make_plans(world)
    length = left_to_run(world, job) if world.queues[this.queue].backfills else FOREVER
    failed = kind.failed == walk
    if failed and this.tasks >= kind.failed_tasks and length >= kind.failed_length:
        return False
    level = beside(world, length)
    if enough(world, world.total[level], this.kind, this.tasks):
        held = leave_held(world, level, EVERYBODY)
        free = world.scratch[LASTING] if held else world.free[level]
        width = place(world, free, job, False, False)
        if width > 0 and this.ruled:
            width = place(world, free, job, False, True)
            if width == 0:
                this.hindered = 1
                return False
        if width > 0:
            keep_place(world, job, width)
            return True
    if not failed or (this.tasks <= kind.failed_tasks and length <= kind.failed_length):
        kind.failed, kind.failed_tasks, kind.failed_length = walk, this.tasks, length
    return False


@compiled
def _turn_of_suspended(world: World, job: int) -> bool:
    """First try those who may preempt it, then let it go on if it can, else plan for when it can."""
    this = world.jobs[job]
    this.seen = world.one[0].walk
    queue, era, at = world.queues[this.queue], world.one[0].era, 0
    while queue.preemptable and queue.looked < era and at < world.one[0].line:
        other = world.line[at]
        at += 1
        if world.relations[world.jobs[other].queue, this.queue] == 0:
            continue
        if world.jobs[other].state == SUSPENDED:
            if world.jobs[other].seen < this.seen and _turn_of_suspended(world, other):
                return True
        elif _try_early(world, other):
            return True
    queue.looked = era
    _go_on(world, job)
    return False


@compiled
def _try_early(world: World, job: int) -> bool:
    """Try a job before the suspended one that it may preempt; returns whether others were preempted."""
    waits = world.jobs[job].state == WAITING and not _is_passed_over(world, job)
    return waits and _try(world, job) == PREEMPTED


@compiled
def _go_on(world: World, job: int) -> None:
    """Let a suspended job go on if it can, else plan for when it can."""
    since = kept_out_until(world, job)
    if since > 0 or not can_go_on(world, world.free[NOW], job):
        put_off(world, job)
        return
    if world.one[0].unplanned > 0:
        make_plans(world)
    level = beside(world, left_to_run(world, job))
    free = world.scratch[LASTING] if leave_held(world, level, STOPPED) else world.free[level]
    if can_go_on(world, free, job):
        go_on(world, job)
        world.one[0].era += 1  # what it keeps while it is suspended may be had from it now
        if world.one[0].holders > 0:
            clip_holders(world)
    else:
        put_off(world, job)
