"""What runs and what is planned on each machine: lists of pieces (rules 2 and 4)."""

from jobcast.simulate.compiling import compiled
from jobcast.simulate.hosts.layout import (
    ALL,
    GIVEN,
    PLANNED_THERE,
    RUNNING_THERE,
    Piece,
    Records,
    Table,
    World,
)


@compiled
def most_pieces(world: World, job: int) -> int:
    """Return how many machines a job may use at most."""
    this = world.jobs[job]
    kind = world.kinds[this.kind]
    return 1 if kind.single else min(this.tasks, kind.choose_end - kind.choose)


@compiled
def write_amounts(world: World, kind: int, machine: int, tasks: int, part: int) -> None:
    """Write what so many tasks take of a machine, or a part of it, to `World.amounts`."""
    this, amounts = world.kinds[kind], world.amounts
    for resource in range(amounts.size):
        amounts[resource] = 0
        if this.alone and (part == ALL or (world.gives[resource] > 0) == (part == GIVEN)):
            amounts[resource] = world.capacity[machine, resource]
    if this.alone:
        return
    for at in range(this.need, this.needs_end):
        need = world.needs[at]
        if part == ALL or (need.given > 0) == (part == GIVEN):
            amounts[need.resource] = tasks * need.per_task + need.per_machine


@compiled
def change(world: World, table: Table, row: int, sign: int) -> None:
    """Give back to a row of a table what was written to `World.amounts`; take it with a sign of -1."""
    for resource in range(table.shape[1]):
        table[row, resource] += sign * world.amounts[resource]


@compiled
def note_running(world: World, job: int) -> None:
    """Put the pieces of a job that begins to run into the lists of its machines."""
    this, one, runners = world.jobs[job], world.one[0], world.runners
    for at in range(this.slot, this.slot + this.width):
        number = one.spare
        if number < 0:
            number = one.runners
            one.runners += 1
        else:
            one.spare = runners[number].following
        piece = runners[number]
        piece.job, piece.machine, piece.tasks = job, world.taken[at, 0], world.taken[at, 1]
        piece.end = this.ends
        _put_by_end(runners, world.heads, number)


@compiled
def _put_by_end(runners: Records[Piece], heads: Table, number: int) -> None:
    machine, end = runners[number].machine, runners[number].end
    before, after = -1, heads[RUNNING_THERE, machine]
    while after >= 0 and runners[after].end < end:
        before, after = after, runners[after].following
    runners[number].following = after
    if before < 0:
        heads[RUNNING_THERE, machine] = number
    else:
        runners[before].following = number


@compiled
def strike_running(world: World, job: int) -> None:
    """Take the pieces of a job that ends or is stopped out of the lists of its machines."""
    this, one, runners = world.jobs[job], world.one[0], world.runners
    for at in range(this.slot, this.slot + this.width):
        machine = world.taken[at, 0]
        before, number = -1, world.heads[RUNNING_THERE, machine]
        while runners[number].job != job:
            before, number = number, runners[number].following
        if before < 0:
            world.heads[RUNNING_THERE, machine] = runners[number].following
        else:
            runners[before].following = runners[number].following
        runners[number].following = one.spare
        one.spare = number


@compiled
def forget_plans(world: World) -> None:
    """Begin a walk in which nothing is planned."""
    one = world.one[0]
    for number in range(one.pieces):
        world.heads[PLANNED_THERE, world.pieces[number].machine] = -1
    one.plans = one.pieces = one.beside = 0


@compiled
def note_planned(world: World, number: int) -> None:
    """Put a piece of a plan into the list of its machine."""
    pieces, heads = world.pieces, world.heads
    machine, start = pieces[number].machine, pieces[number].start
    before, after = -1, heads[PLANNED_THERE, machine]
    while after >= 0 and pieces[after].start <= start:
        before, after = after, pieces[after].following
    pieces[number].following = after
    if before < 0:
        heads[PLANNED_THERE, machine] = number
    else:
        pieces[before].following = number
