"""Planned starts (rules 4 and 7)."""

from jobcast.simulate.compiling import compiled
from jobcast.simulate.hosts.available import left_to_run, starts_before
from jobcast.simulate.hosts.holding import hold, hold_own
from jobcast.simulate.hosts.layout import ALL, BEYOND, FOREVER, GIVEN, LASTING, NOW, SUSPENDED, THEN, World
from jobcast.simulate.hosts.pieces import change, note_planned, write_amounts
from jobcast.simulate.hosts.placing import add, busy_first, copy, enough, keep_place, place
from jobcast.simulate.hosts.resuming import earliest_there, kept_out_until


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
            if _plan_again(world, job) == FOREVER:
                hold_own(world, job)
            continue
        second = plan(world, job)
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
def _plan_again(world: World, job: int) -> int:
    """Promise a suspended job the earliest second at which it can go on and stay; `FOREVER` where nobody can tell."""
    second = earliest_there(world, job, kept_out_until(world, job))
    if second < FOREVER:
        _promise(world, job, second)
    return second


@compiled
def plan(world: World, job: int) -> int:
    """Promise a waiting job the earliest second at which it can be placed and stay.

    Returns it; `FOREVER` where nobody can tell, `BEYOND` where it is too late to be planned.
    """
    this, one = world.jobs[job], world.one[0]
    stays = left_to_run(world, job) if world.queues[this.queue].backfills else FOREVER
    ordered = one.busy_first > 0
    if ordered:
        busy_first(world, this.kind)
    copy(world.free[NOW], world.scratch[THEN])
    for resource in range(world.capacity.shape[1]):
        world.sums[THEN, resource] = world.total[NOW, resource]
    one.then_runs = one.then_starts = one.then_ends = 0
    width = 0
    while width == 0:
        second = _next_end(world)
        if second == FOREVER:
            return FOREVER
        if enough(world, world.sums[THEN], this.kind, this.tasks):
            _last(world, second, stays)
            _leave_claimed(world)
            width = place(world, world.scratch[LASTING], job, ordered, False)
    keep_place(world, job, width)
    if second > one.now + one.window:
        return BEYOND
    _promise(world, job, second)
    return second


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
        job = world.runs[one.then_runs].job
        this = world.jobs[job]
        for at in range(this.slot, this.slot + this.width):
            machine, tasks = world.taken[at, 0], world.taken[at, 1]
            add(world, world.scratch[THEN], world.sums[THEN], this.kind, machine, tasks, ALL)
        one.then_runs += 1
    while one.then_starts < one.plans and world.plans[one.then_starts].starting <= second:
        _change_then(world, world.plans[one.then_starts].starter, -1)
        one.then_starts += 1
    while one.then_ends < one.plans and world.plans[one.then_ends].ending <= second:
        _change_then(world, world.plans[one.then_ends].ender, 1)
        one.then_ends += 1
    return second


@compiled
def _change_then(world: World, number: int, sign: int) -> None:
    """Let a plan take what it takes at the later second that is looked at, or give back all at its end."""
    plan = world.plans[number]
    for at in range(plan.piece, plan.pieces_end):
        piece = world.pieces[at]
        kind, part = world.jobs[piece.job].kind, GIVEN if piece.again and sign < 0 else ALL
        add(world, world.scratch[THEN], world.sums[THEN], kind, piece.machine, sign * piece.tasks, part)


@compiled
def _last(world: World, second: int, length: int) -> None:
    """Work out what is free from a second on for so long."""
    end = starts_before(world, second + length if length < FOREVER else FOREVER)
    lasting = world.scratch[LASTING]
    copy(world.scratch[THEN], lasting)
    for number in range(starts_before(world, second + 1), end):
        plan = world.plans[world.plans[number].starter]
        for piece in range(plan.piece, plan.pieces_end):
            machine = world.pieces[piece].machine
            for resource in range(lasting.shape[1]):
                lasting[machine, resource] = min(lasting[machine, resource], world.left[piece, resource])


@compiled
def _leave_claimed(world: World) -> None:
    """Plan nothing with what those will have of whom nobody can tell when they start."""
    if world.one[0].claims > 0:
        lasting = world.scratch[LASTING]
        for machine in range(lasting.shape[0]):
            for resource in range(lasting.shape[1]):
                lasting[machine, resource] -= world.claimed[machine, resource]


@compiled
def _promise(world: World, job: int, start: int) -> None:
    """Write a plan down, and what is left beside it; `THEN` is what is free at its start."""
    this, one = world.jobs[job], world.one[0]
    length, again = left_to_run(world, job), this.state == SUSPENDED
    end = start + length if length < FOREVER else FOREVER
    plan = world.plans[one.plans]
    plan.piece = one.pieces
    for at in range(this.slot, this.slot + this.width):
        machine, tasks = world.taken[at, 0], world.taken[at, 1]
        piece = world.pieces[one.pieces]
        piece.job, piece.machine, piece.tasks, piece.again = job, machine, tasks, again
        piece.start, piece.end = start, end
        note_planned(world, one.pieces)
        write_amounts(world, this.kind, machine, tasks, GIVEN if again else ALL)
        for resource in range(world.amounts.size):
            left = world.scratch[THEN, machine, resource] - world.amounts[resource]
            world.left[one.pieces, resource] = left
        _lessen_later(world, piece.following, end)
        one.pieces += 1
    plan.pieces_end = one.pieces
    _note(world, start, end)


@compiled
def _lessen_later(world: World, piece: int, end: int) -> None:
    """Let what was written to `World.amounts` be taken where plans start on a machine, from a piece to a second."""
    while piece >= 0 and world.pieces[piece].start < end:
        change(world, world.left, piece, -1)
        piece = world.pieces[piece].following


@compiled
def _note(world: World, start: int, end: int) -> None:
    """Put the plan made last into the lists by start and by end."""
    plans, size = world.plans, world.one[0].plans
    at = size
    while at > 0 and plans[at - 1].starting > start:
        plans[at].starting, plans[at].starter = plans[at - 1].starting, plans[at - 1].starter
        at -= 1
    plans[at].starting, plans[at].starter = start, size
    if at < world.one[0].beside:
        world.one[0].beside = 0
    at = size
    while at > 0 and plans[at - 1].ending > end:
        plans[at].ending, plans[at].ender = plans[at - 1].ending, plans[at - 1].ender
        at -= 1
    plans[at].ending, plans[at].ender = end, size
    world.one[0].plans = size + 1
