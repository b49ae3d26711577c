"""Planned starts, and what is available to a job for as long as it is reckoned to run (rules 2 and 4)."""

from jobcast.simulate.compiling import compiled
from jobcast.simulate.hosts.evaluating import revalue
from jobcast.simulate.hosts.holding import hold, hold_own
from jobcast.simulate.hosts.layout import (
    ALL,
    BEYOND,
    FOREVER,
    GIVEN,
    LASTING,
    NOWHERE,
    SUSPENDED,
    THEN,
    Table,
    World,
)
from jobcast.simulate.hosts.placing import add, busy_first, copy, enough, keep_place, offers, place


@compiled
def left_to_run(world: World, job: int) -> int:
    """Return the seconds that a job that doesn't run now is reckoned to run yet; `FOREVER` for without end."""
    this = world.jobs[job]
    if this.reckoned < 0:
        return FOREVER
    return max(this.reckoned - this.ran, 1)


@compiled
def starts_before(world: World, second: int) -> int:
    """Return how many seconds before one have planned starts."""
    low, high = 0, world.one[0].starts
    while low < high:
        middle = (low + high) // 2
        if world.plans[middle].start < second:
            low = middle + 1
        else:
            high = middle
    return low


@compiled
def beside(world: World, length: int) -> int:
    """Return the place in `World.free` of what is available for so many seconds from now."""
    wanted = starts_before(world, world.one[0].now + length)
    for number in range(world.one[0].known, wanted):
        left, total = world.left[world.plans[number].left], world.total[number + 1]
        for resource in range(left.shape[1]):
            total[resource] = 0
        for machine in range(left.shape[0]):
            for resource in range(left.shape[1]):
                least = min(world.free[number, machine, resource], left[machine, resource])
                world.free[number + 1, machine, resource] = least
                total[resource] += least
    world.one[0].known = max(world.one[0].known, wanted)
    return wanted


@compiled
def take_now(world: World, job: int, until: int, part: int) -> None:
    """Let a job take its allocation from what is free now, and from what is left at planned starts before a second."""
    this = world.jobs[job]
    starts = starts_before(world, until)
    for at in range(this.slot, this.slot + this.width):
        machine, tasks = world.taken[at, 0], world.taken[at, 1]
        add(world, world.free[0], world.total[0], this.kind, machine, -tasks, part)
        revalue(world, machine)
        for number in range(starts):
            left = world.left[world.plans[number].left]
            add(world, left, world.sums[NOWHERE], this.kind, machine, -tasks, part)
        for number in range(world.one[0].known):
            left = world.left[world.plans[number].left]
            for resource in range(left.shape[1]):
                least = min(world.free[number, machine, resource], left[machine, resource])
                world.total[number + 1, resource] += least - world.free[number + 1, machine, resource]
                world.free[number + 1, machine, resource] = least


@compiled
def kept_out_until(world: World, job: int) -> int:
    """Return until when a suspended job is kept off its machines by those who take the place of all of its queue."""
    this, until = world.jobs[job], 0
    if not world.queues[this.queue].excluded:
        return until
    for number in range(world.one[0].ends):
        other = world.runs[number].job
        if world.relations[world.jobs[other].queue, this.queue] == 2 and _share_machine(world, job, other):
            until = max(until, world.runs[number].second, world.one[0].now + 1)
    return until


@compiled
def _share_machine(world: World, job: int, other: int) -> bool:
    this, that = world.jobs[job], world.jobs[other]
    for at in range(this.slot, this.slot + this.width):
        for number in range(that.slot, that.slot + that.width):
            if world.taken[at, 0] == world.taken[number, 0]:
                return True
    return False


@compiled
def put_off(world: World, job: int) -> None:
    """Let a job have a planned start as of now, which is worked out when somebody has to respect it."""
    world.pending[world.one[0].unplanned] = job
    world.one[0].unplanned += 1


@compiled
def make_plans(world: World) -> None:
    """Make the plans that were put off; nothing has started since, so they are those of their jobs' turns."""
    for number in range(world.one[0].unplanned):
        job = world.pending[number]
        this = world.jobs[job]
        if this.state == SUSPENDED:
            if plan(world, job, kept_out_until(world, job)) == FOREVER:
                hold_own(world, job)
            continue
        second = plan(world, job, 0)
        if second == FOREVER:
            hold(world, job)
        elif second == BEYOND:
            count_plan(world, job, -1)
    world.one[0].unplanned = 0


@compiled
def count_plan(world: World, job: int, sign: int) -> None:
    """Count a planned start of a waiting job, or take one back."""
    this = world.jobs[job]
    world.one[0].planned += sign
    world.queues[this.queue].planned += sign
    world.users[this.user].planned += sign


@compiled
def plan(world: World, job: int, since: int) -> int:
    """Promise a job the earliest second, not before one, at which it can be placed and stay.

    Returns it; `FOREVER` where nobody can tell, `BEYOND` where it is too late to be planned.
    """
    this, one = world.jobs[job], world.one[0]
    again = this.state == SUSPENDED
    length = left_to_run(world, job)
    stays = length if again or world.queues[this.queue].backfills else FOREVER
    ordered = one.busy_first > 0 and not again
    if ordered:
        busy_first(world, this.kind)
    copy(world.free[0], world.scratch[THEN])
    for resource in range(world.capacity.shape[1]):
        world.sums[THEN, resource] = world.total[0, resource]
    one.then_runs = one.then_starts = one.then_ends = 0
    while True:
        second = _next_end(world)
        if second == FOREVER:
            return FOREVER
        if second < since or not _may_do(world, job, again):
            continue
        _last(world, second, stays)
        if again:
            if can_go_on(world, world.scratch[LASTING], job):
                break
        else:
            _leave_claimed(world)
            width = place(world, world.scratch[LASTING], job, ordered, False)
            if width > 0:
                keep_place(world, job, width)
                break
    if not again and second > one.now + one.window:
        return BEYOND
    _promise(world, job, second, second + length if length < FOREVER else FOREVER)
    return second


@compiled
def _may_do(world: World, job: int, again: bool) -> bool:
    """Tell whether what is free at the later second might do, whatever is planned after it."""
    if again:
        return can_go_on(world, world.scratch[THEN], job)
    this = world.jobs[job]
    return enough(world, world.sums[THEN], this.kind, this.tasks)


@compiled
def _next_end(world: World) -> int:
    """Go on to the next second at which a running job or a plan ends; returns it, `FOREVER` for none."""
    one, second = world.one[0], FOREVER
    if one.then_runs < one.ends:
        second = min(second, max(world.runs[one.then_runs].second, one.now + 1))
    if one.then_ends < one.plans:
        second = min(second, world.plans[one.then_ends].ending)
    if second == FOREVER:
        return FOREVER
    while one.then_runs < one.ends and max(world.runs[one.then_runs].second, one.now + 1) <= second:
        _change_then(world, world.runs[one.then_runs].job, 1, ALL)
        one.then_runs += 1
    while one.then_starts < one.plans and world.plans[one.then_starts].starting <= second:
        job = world.plans[one.then_starts].starter
        _change_then(world, job, -1, GIVEN if world.jobs[job].state == SUSPENDED else ALL)
        one.then_starts += 1
    while one.then_ends < one.plans and world.plans[one.then_ends].ending <= second:
        _change_then(world, world.plans[one.then_ends].ender, 1, ALL)
        one.then_ends += 1
    return second


@compiled
def _change_then(world: World, job: int, sign: int, part: int) -> None:
    """Give back or take an allocation, or a part of it, at the later second that is looked at."""
    this = world.jobs[job]
    for at in range(this.slot, this.slot + this.width):
        machine, tasks = world.taken[at, 0], world.taken[at, 1]
        add(world, world.scratch[THEN], world.sums[THEN], this.kind, machine, sign * tasks, part)


@compiled
def _last(world: World, second: int, length: int) -> None:
    """Work out what is free from a second on for so long."""
    end = starts_before(world, second + length if length < FOREVER else FOREVER)
    lasting = world.scratch[LASTING]
    copy(world.scratch[THEN], lasting)
    for number in range(starts_before(world, second + 1), end):
        left = world.left[world.plans[number].left]
        for machine in range(left.shape[0]):
            for resource in range(left.shape[1]):
                lasting[machine, resource] = min(lasting[machine, resource], left[machine, resource])


@compiled
def _leave_claimed(world: World) -> None:
    """Plan nothing with what those will have of whom nobody can tell when they start."""
    if world.one[0].claims > 0:
        lasting = world.scratch[LASTING]
        for machine in range(lasting.shape[0]):
            for resource in range(lasting.shape[1]):
                lasting[machine, resource] -= world.claimed[machine, resource]


@compiled
def can_go_on(world: World, free: Table, job: int) -> bool:
    """Tell whether what a suspended job gave up is free on its machines."""
    this = world.jobs[job]
    for at in range(this.slot, this.slot + this.width):
        if not offers(world, free, this.kind, world.taken[at, 0], world.taken[at, 1], GIVEN):
            return False
    return True


@compiled
def _promise(world: World, job: int, start: int, end: int) -> None:
    """Write a plan down, and what is left beside it."""
    this, one, plans = world.jobs[job], world.one[0], world.plans
    first = starts_before(world, start)
    if first == one.starts or plans[first].start != start:
        for number in range(one.starts, first, -1):
            plans[number].start, plans[number].left = plans[number - 1].start, plans[number - 1].left
        plans[first].start, plans[first].left = start, one.starts
        copy(world.scratch[THEN], world.left[one.starts])
        one.starts += 1
    one.known = min(one.known, first)
    part = GIVEN if this.state == SUSPENDED else ALL
    for number in range(first, starts_before(world, end)):
        for at in range(this.slot, this.slot + this.width):
            left, machine, tasks = world.left[plans[number].left], world.taken[at, 0], world.taken[at, 1]
            add(world, left, world.sums[NOWHERE], this.kind, machine, -tasks, part)
    _note(world, job, start, end)


@compiled
def _note(world: World, job: int, start: int, end: int) -> None:
    """Put a plan into the lists by start and by end."""
    plans, size = world.plans, world.one[0].plans
    at = size
    while at > 0 and plans[at - 1].starting > start:
        plans[at].starting, plans[at].starter = plans[at - 1].starting, plans[at - 1].starter
        at -= 1
    plans[at].starting, plans[at].starter = start, job
    at = size
    while at > 0 and plans[at - 1].ending > end:
        plans[at].ending, plans[at].ender = plans[at - 1].ending, plans[at - 1].ender
        at -= 1
    plans[at].ending, plans[at].ender = end, job
    world.one[0].plans = size + 1
