"""Where the tasks of a job fit: first fit over machines (rule 3 of "How the core decides")."""

from jobcast.simulate.compiling import compiled, small
from jobcast.simulate.hosts.evaluating import sort_machines
from jobcast.simulate.hosts.layout import ALL, AT, COUNT, GIVEN, ORDER, Column, Table, World
from jobcast.simulate.hosts.ruling import room


@compiled
def copy(source: Table, target: Table) -> None:
    """Copy amounts; plain loops compile much faster than slices."""
    for machine in range(source.shape[0]):
        for resource in range(source.shape[1]):
            target[machine, resource] = source[machine, resource]


@compiled
def fit(world: World, free: Table, kind: int, machine: int, tasks: int) -> int:
    """Return how many of these tasks a machine takes."""
    this = world.kinds[kind]
    if this.alone and not _is_empty(world, free, machine):
        return 0
    for at in range(this.need, this.needs_end):
        need = world.needs[at]
        left = free[machine, need.resource] - need.per_machine
        if left < 0:
            return 0
        if left < tasks * need.per_task:
            if left < need.per_task:
                return 0
            tasks = left // need.per_task
    return tasks


@compiled
def _is_empty(world: World, free: Table, machine: int) -> bool:
    for resource in range(free.shape[1]):  # noqa: SIM110 - compiled
        if free[machine, resource] < world.capacity[machine, resource]:
            return False
    return True


@small
def enough(world: World, total: Column, kind: int, tasks: int) -> bool:
    """Tell whether there is enough on all machines together, which doesn't say that it fits."""
    this = world.kinds[kind]
    for at in range(this.need, this.needs_end):
        need = world.needs[at]
        if total[need.resource] < tasks * need.per_task + this.spread * need.per_machine:
            return False
    return True


@compiled
def place(world: World, free: Table, job: int, ordered: bool, ruled: bool) -> int:
    """Place all tasks of a job, or none; returns on how many machines, written to `World.places`, 0 for none.

    `ordered`: machines are tried as `busy_first` wrote them, not as the job's list has them. `ruled`: limits by machine
    and owner, and START_CLASS, leave less room than there is.
    """
    kind, left = world.jobs[job].kind, world.jobs[job].tasks
    this = world.kinds[kind]
    if not ordered:
        sort_machines(world, this.choice)
    if this.each > 0:
        return _place_equally(world, free, job, ordered, ruled)
    least = left if this.single else 1
    width = 0
    for number in range(this.choose_end - this.choose):
        machine = _machine(world, kind, number, ordered)
        here = fit(world, free, kind, machine, left - max(this.spread - width - 1, 0))
        if ruled and here >= least:
            here = room(world, job, machine, here)
        if here >= least:
            world.places[AT, width], world.places[COUNT, width] = machine, here
            width += 1
            left -= here
            if left == 0:
                return width
    return 0


@compiled
def _place_equally(world: World, free: Table, job: int, ordered: bool, ruled: bool) -> int:
    """Place exactly so many on each machine, and what remains on the first other one that takes it."""
    kind, tasks = world.jobs[job].kind, world.jobs[job].tasks
    each = world.kinds[kind].each
    full, rest, width = tasks // each, tasks % each, 0
    machines = world.kinds[kind].choose_end - world.kinds[kind].choose
    for number in range(machines):
        if width == full:
            break
        machine = _machine(world, kind, number, ordered)
        if _takes(world, free, job, machine, each, ruled):
            world.places[AT, width], world.places[COUNT, width] = machine, each
            width += 1
    if width < full or rest == 0:
        return width if width == full else 0
    for number in range(machines):
        machine = _machine(world, kind, number, ordered)
        if _takes(world, free, job, machine, rest, ruled) and not _is_placed(world, width, machine):
            world.places[AT, width], world.places[COUNT, width] = machine, rest
            return width + 1
    return 0


@compiled
def _takes(  # noqa: PLR0913, PLR0917 - a value for them would cost more than it does
    world: World, free: Table, job: int, machine: int, tasks: int, ruled: bool
) -> bool:
    """Tell whether a machine takes all of these tasks."""
    if fit(world, free, world.jobs[job].kind, machine, tasks) < tasks:
        return False
    return not ruled or room(world, job, machine, tasks) == tasks


@compiled
def _is_placed(world: World, width: int, machine: int) -> bool:
    for number in range(width):  # noqa: SIM110 - compiled
        if world.places[AT, number] == machine:
            return True
    return False


@compiled
def keep_place(world: World, job: int, width: int) -> None:
    """Write down where a job was placed."""
    slot = world.jobs[job].slot
    world.jobs[job].width = width
    for number in range(width):
        world.taken[slot + number, 0] = world.places[AT, number]
        world.taken[slot + number, 1] = world.places[COUNT, number]


@compiled
def _machine(world: World, kind: int, number: int, ordered: bool) -> int:
    """Return the machine that is tried as this one in turn."""
    at = world.kinds[kind].choose + number
    return int(world.places[ORDER, number] if ordered else world.choose[at])


@compiled
def busy_first(world: World, kind: int) -> None:
    """Write down the machines that will do, those that can take no task now before the others."""
    sort_machines(world, world.kinds[kind].choice)
    first, last, written = world.kinds[kind].choose, world.kinds[kind].choose_end, 0
    for turn in range(2):
        for number in range(first, last):
            machine = world.choose[number]
            if (fit(world, world.free[0], kind, machine, 1) > 0) == (turn == 1):
                world.places[ORDER, written] = machine
                written += 1
        if written == last - first:
            break


@compiled
def add(  # noqa: PLR0913, PLR0917 - a value for them would cost more than it does
    world: World, free: Table, total: Column, kind: int, machine: int, tasks: int, part: int
) -> None:
    """Give back what so many tasks take of a machine, or a part of it; take it where they are less than nothing."""
    this = world.kinds[kind]
    sign = 1 if tasks > 0 else -1
    if this.alone:
        for resource in range(free.shape[1]):
            if part == ALL or (world.gives[resource] > 0) == (part == GIVEN):
                amount = sign * world.capacity[machine, resource]
                free[machine, resource] += amount
                total[resource] += amount
        return
    for at in range(this.need, this.needs_end):
        need = world.needs[at]
        if part == ALL or (need.given > 0) == (part == GIVEN):
            amount = tasks * need.per_task + sign * need.per_machine
            free[machine, need.resource] += amount
            total[need.resource] += amount


@compiled
def offers(  # noqa: PLR0913, PLR0917 - likewise
    world: World, free: Column, kind: int, machine: int, tasks: int, part: int
) -> bool:
    """Tell whether there is what so many tasks take of a machine, or a part of it."""
    this = world.kinds[kind]
    if this.alone:
        for resource in range(free.size):
            wanted = part == ALL or (world.gives[resource] > 0) == (part == GIVEN)
            if wanted and free[resource] < world.capacity[machine, resource]:
                return False
        return True
    for at in range(this.need, this.needs_end):
        need = world.needs[at]
        wanted = part == ALL or (need.given > 0) == (part == GIVEN)
        if wanted and free[need.resource] < tasks * need.per_task + need.per_machine:
            return False
    return True
