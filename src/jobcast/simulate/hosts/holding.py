"""What those keep who can't be told when they start, because somebody runs without end (rule 4)."""

from jobcast.simulate.compiling import compiled
from jobcast.simulate.hosts.evaluating import sort_machines
from jobcast.simulate.hosts.layout import (
    AT,
    BEST,
    COUNT,
    EVER,
    EVERYBODY,
    FOREVER,
    GIVEN,
    LASTING,
    NOWHERE,
    ORDER,
    STOPPED,
    SUSPENDED,
    Table,
    World,
)
from jobcast.simulate.hosts.placing import add, busy_first, copy, fit


@compiled
def forget_holders(world: World) -> None:
    """Begin a walk in which nobody holds anything."""
    if world.one[0].holders > 0 or world.one[0].claims > 0:
        world.one[0].holders = world.one[0].claims = 0
        for machine in range(world.claimed.shape[0]):
            for resource in range(world.claimed.shape[1]):
                world.claimed[machine, resource] = 0
                world.kept[EVERYBODY, machine, resource] = world.kept[STOPPED, machine, resource] = 0


@compiled
def hold(world: World, job: int) -> None:
    """Let a job that waits keep what is free and useful to it."""
    free = world.scratch[LASTING]
    copy(world.free[0], free)
    _less(free, world.kept[EVERYBODY])
    _spread(world, job, free, False)
    if _hold_there(world, job, free):
        world.holders[world.one[0].holders] = job
        world.one[0].holders += 1
        _add_up(world)
    ordered = world.one[0].busy_first > 0
    if ordered:
        busy_first(world, world.jobs[job].kind)
    _spread(world, job, world.free[0], ordered)
    _claim_there(world, job)


@compiled
def _less(free: Table, kept: Table) -> None:
    for machine in range(free.shape[0]):
        for resource in range(free.shape[1]):
            free[machine, resource] -= kept[machine, resource]


@compiled
def _spread(world: World, job: int, free: Table, ordered: bool) -> None:
    """Write on which machines how many tasks will be, those that can take most now before others."""
    this = world.jobs[job]
    kind = world.kinds[this.kind]
    machines = _rank(world, job, free, ordered)
    for machine in range(world.places.shape[1]):
        world.places[COUNT, machine] = 0
    left = this.tasks
    while kind.each > 0 and left > 0:
        part = min(kind.each, left)
        for number in range(machines):
            machine = world.places[BEST, number]
            if world.places[EVER, machine] >= part and world.places[COUNT, machine] == 0:
                world.places[COUNT, machine] = part
                break
        left -= part
    for offer in (AT, EVER):
        for number in range(machines):
            machine = world.places[BEST, number]
            more = min(left, world.places[offer, machine] - world.places[COUNT, machine])
            if more > 0:
                world.places[COUNT, machine] += more
                left -= more


@compiled
def _rank(world: World, job: int, free: Table, ordered: bool) -> int:
    """Write how many tasks each machine can take, now and ever, and the machines by the first; returns how many."""
    this = world.jobs[job]
    kind, written = world.kinds[this.kind], 0
    if not ordered:
        sort_machines(world, kind.choice)
    single = kind.single > 0
    for tasks in range(this.tasks, -1, -1):
        for number in range(kind.choose_end - kind.choose):
            machine = world.places[ORDER, number] if ordered else world.choose[kind.choose + number]
            if tasks == this.tasks:
                world.places[AT, machine] = fit(world, free, this.kind, machine, tasks)
                world.places[EVER, machine] = fit(world, world.capacity, this.kind, machine, tasks)
            if world.places[AT, machine] == tasks and (
                not single or world.places[EVER, machine] == this.tasks
            ):
                world.places[BEST, written] = machine
                written += 1
                if single:
                    return written
    return written


@compiled
def _hold_there(world: World, job: int, free: Table) -> bool:
    """Write what is held of these machines; tells whether it is anything."""
    kind, held, holds = world.kinds[world.jobs[job].kind], world.held[world.one[0].holders], False
    for machine in range(held.shape[0]):
        for resource in range(held.shape[1]):
            held[machine, resource] = 0
        if world.places[COUNT, machine] > 0:
            for at in range(kind.need, kind.needs_end):
                need = world.needs[at]
                wanted = world.places[COUNT, machine] * need.per_task + need.per_machine
                held[machine, need.resource] = min(wanted, max(free[machine, need.resource], 0))
                holds = holds or held[machine, need.resource] > 0
    return holds


@compiled
def _claim_there(world: World, job: int) -> None:
    """Let nobody plan with what a job will have on these machines."""
    kind = world.kinds[world.jobs[job].kind]
    world.one[0].claims += 1
    for machine in range(world.claimed.shape[0]):
        if world.places[COUNT, machine] > 0:
            for at in range(kind.need, kind.needs_end):
                need = world.needs[at]
                wanted = world.places[COUNT, machine] * need.per_task + need.per_machine
                world.claimed[machine, need.resource] += wanted


@compiled
def hold_own(world: World, job: int) -> None:
    """Let a suspended job keep what is free of what it gave up."""
    this = world.jobs[job]
    number = world.one[0].holders
    held = world.held[number]
    for machine in range(held.shape[0]):
        for resource in range(held.shape[1]):
            held[machine, resource] = 0
    for at in range(this.slot, this.slot + this.width):
        machine, tasks = world.taken[at, 0], world.taken[at, 1]
        add(world, held, world.sums[NOWHERE], this.kind, machine, tasks, GIVEN)
        add(world, world.claimed, world.sums[NOWHERE], this.kind, machine, tasks, GIVEN)
        for resource in range(held.shape[1]):
            free = world.free[0, machine, resource] - world.kept[STOPPED, machine, resource]
            held[machine, resource] = min(held[machine, resource], max(free, 0))
    world.holders[number] = job
    world.one[0].holders = number + 1
    world.one[0].claims += 1
    clip_holders(world)


@compiled
def clip_holders(world: World) -> None:
    """Let those lose what they hold that has been taken, the last in line first; suspended ones come before others."""
    free = world.scratch[LASTING]
    copy(world.free[0], free)
    for number in range(world.one[0].holders):
        if world.jobs[world.holders[number]].state == SUSPENDED:
            _clip(world.held[number], free)
    last = -1
    while True:
        following, number_of = FOREVER, -1
        for number in range(world.one[0].holders):
            this = world.jobs[world.holders[number]]
            if this.state != SUSPENDED and last < this.rank < following:
                following, number_of = this.rank, number
        if number_of < 0:
            break
        _clip(world.held[number_of], free)
        last = following
    _add_up(world)


@compiled
def _clip(held: Table, free: Table) -> None:
    for machine in range(free.shape[0]):
        for resource in range(free.shape[1]):
            left = max(free[machine, resource], 0)
            held[machine, resource] = min(held[machine, resource], left)
            free[machine, resource] = left - held[machine, resource]


@compiled
def _add_up(world: World) -> None:
    """Work out what is held by everybody, and by the suspended alone."""
    everybody, stopped = world.kept[EVERYBODY], world.kept[STOPPED]
    for machine in range(everybody.shape[0]):
        for resource in range(everybody.shape[1]):
            everybody[machine, resource] = stopped[machine, resource] = 0
            for number in range(world.one[0].holders):
                held = world.held[number, machine, resource]
                everybody[machine, resource] += held
                if world.jobs[world.holders[number]].state == SUSPENDED:
                    stopped[machine, resource] += held


@compiled
def leave_held(world: World, level: int, whose: int) -> bool:
    """Write what is available at a level of `World.free` without what is held as `LASTING`, if anything is held."""
    if world.one[0].holders == 0:
        return False
    copy(world.free[level], world.scratch[LASTING])
    _less(world.scratch[LASTING], world.kept[whose])
    return True
