"""What is available to a job for as long as it is reckoned to run (rule 2).

What is free on a machine only shrinks where something is planned to start on it: it is enough to know what is left
there at that second.
"""

from jobcast.simulate.compiling import compiled
from jobcast.simulate.hosts.evaluating import revalue
from jobcast.simulate.hosts.layout import BESIDE, FOREVER, NOW, PLANNED_THERE, World
from jobcast.simulate.hosts.pieces import change, write_amounts
from jobcast.simulate.hosts.placing import add, copy


@compiled
def left_to_run(world: World, job: int) -> int:
    """Return the seconds that a job that doesn't run now is reckoned to run yet; `FOREVER` for without end."""
    this = world.jobs[job]
    if this.reckoned < 0:
        return FOREVER
    return max(this.reckoned - this.ran, 1)


@compiled
def starts_before(world: World, second: int) -> int:
    """Return how many plans start before a second."""
    low, high = 0, world.one[0].plans
    while low < high:
        middle = (low + high) // 2
        if world.plans[middle].starting < second:
            low = middle + 1
        else:
            high = middle
    return low


@compiled
def beside(world: World, length: int) -> int:
    """Return the place in `World.free` of what is available for so many seconds from now."""
    one = world.one[0]
    wanted = starts_before(world, one.now + length)
    if wanted == 0:
        return NOW
    if one.beside == 0 or one.beside > wanted:
        one.beside = 0
        copy(world.free[NOW], world.free[BESIDE])
        for resource in range(world.total.shape[1]):
            world.total[BESIDE, resource] = world.total[NOW, resource]
    for number in range(one.beside, wanted):
        plan = world.plans[world.plans[number].starter]
        for piece in range(plan.piece, plan.pieces_end):
            _respect(world, piece)
    one.beside = wanted
    return BESIDE


@compiled
def _respect(world: World, piece: int) -> None:
    """Let no more be available on a machine than is left there at a planned start."""
    machine, free = world.pieces[piece].machine, world.free[BESIDE]
    for resource in range(free.shape[1]):
        less = world.left[piece, resource] - free[machine, resource]
        if less < 0:
            free[machine, resource] += less
            world.total[BESIDE, resource] += less


@compiled
def take_now(world: World, job: int, until: int, part: int) -> None:
    """Let a job take its allocation from what is free now, and from what is left at planned starts before a second."""
    this = world.jobs[job]
    for at in range(this.slot, this.slot + this.width):
        machine, tasks = world.taken[at, 0], world.taken[at, 1]
        add(world, world.free[NOW], world.total[NOW], this.kind, machine, -tasks, part)
        revalue(world, machine)
        piece = world.heads[PLANNED_THERE, machine]
        if piece >= 0:
            write_amounts(world, this.kind, machine, tasks, part)
        while piece >= 0 and world.pieces[piece].start < until:
            change(world, world.left, piece, -1)
            piece = world.pieces[piece].following
        if world.one[0].beside > 0:
            _work_out(world, machine)


@compiled
def _work_out(world: World, machine: int) -> None:
    """Work out anew what is available on a machine beside the planned starts that are respected."""
    last = world.plans[world.one[0].beside - 1].starting
    for resource in range(world.total.shape[1]):
        more = world.free[NOW, machine, resource] - world.free[BESIDE, machine, resource]
        world.free[BESIDE, machine, resource] += more
        world.total[BESIDE, resource] += more
    piece = world.heads[PLANNED_THERE, machine]
    while piece >= 0 and world.pieces[piece].start <= last:
        _respect(world, piece)
        piece = world.pieces[piece].following
