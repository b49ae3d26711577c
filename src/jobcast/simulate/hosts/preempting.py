"""Whose place a job may take (rule 6)."""

from jobcast.simulate.compiling import compiled
from jobcast.simulate.hosts.available import left_to_run, starts_before
from jobcast.simulate.hosts.future import make_plans
from jobcast.simulate.hosts.layout import (
    ALL,
    AT,
    COUNT,
    EVERYBODY,
    FOREVER,
    GIVEN,
    LASTING,
    NOW,
    PLANNED_THERE,
    SUSPEND,
    THEN,
    World,
)
from jobcast.simulate.hosts.pieces import change, write_amounts
from jobcast.simulate.hosts.placing import copy, enough, keep_place, offers, place


@compiled
def may_gain(world: World, job: int) -> bool:
    """Tell whether there is enough on all machines together if everybody went who may be preempted."""
    this = world.jobs[job]
    queue = world.queues[this.queue]
    total = world.sums[THEN]
    for resource in range(total.size):
        total[resource] = world.total[0, resource]
    for number in range(queue.rule, queue.rules_end):
        rule = world.rules[number]
        for at in range(rule.victim, rule.victims_end):
            for resource in range(total.size):
                total[resource] += world.running[world.victims[at], resource]
    return enough(world, total, this.kind, this.tasks)


@compiled
def make_place(world: World, job: int) -> bool:
    """Find a place for a job where others go, and who has to: writes them to `World.chosen`."""
    if _is_vain(world, job):
        return False
    this = world.jobs[job]
    queue, until = world.queues[this.queue], _until(world, job)
    _copy_chances(world, until)
    _begin(world)
    for machine in range(world.capacity.shape[0]):
        _last(world, until, machine)
    world.one[0].victims = 0
    for number in range(queue.rule, queue.rules_end):
        rule = world.rules[number]
        for at in range(rule.victim, rule.victims_end):
            first = world.one[0].victims
            last = _gather(world, world.victims[at])
            for candidate in range(first, last):
                if not _go_too(world, job, candidate, number, until):
                    continue
                if not enough(world, world.sums[LASTING], this.kind, this.tasks):
                    continue
                width = place(world, world.scratch[LASTING], job, False, this.ruled > 0)
                if width > 0:
                    _spare(world, job, width, until)
                    _add_all(world, width)
                    keep_place(world, job, width)
                    return True
    return False


@compiled
def _until(world: World, job: int) -> int:
    """Return the second up to which it must respect planned starts."""
    backfills = world.queues[world.jobs[job].queue].backfills
    return world.one[0].now + (left_to_run(world, job) if backfills else FOREVER)


@compiled
def _is_vain(world: World, job: int) -> bool:
    """Tell whether there is no place for a job even if everybody goes; works the plans out only if it must."""
    queue = world.queues[world.jobs[job].queue]
    if queue.vain == world.one[0].era and _asks_no_less(world, job, queue.vain_job):
        return True
    helps = True
    if world.one[0].unplanned > 0:
        helps = _helps_if_all_go(world, job, 0)
        if helps:
            make_plans(world)
    if helps and _helps_if_all_go(world, job, _until(world, job)):
        return False
    _note_vain(world, job)
    return True


@compiled
def _note_vain(world: World, job: int) -> None:
    """Remember that a job didn't fit even if all went, unless one is known that asks for less."""
    queue, era = world.queues[world.jobs[job].queue], world.one[0].era
    if queue.vain != era or _asks_no_less(world, queue.vain_job, job):
        queue.vain, queue.vain_job = era, job


@compiled
def _go_too(world: World, job: int, candidate: int, rule: int, until: int) -> bool:
    """Reckon one more victim away; returns whether it runs where the job may."""
    victim, kept = world.chosen[candidate, 0], world.one[0].victims
    if not _is_near(world, victim, world.kinds[world.jobs[job].kind].choice):
        return False
    world.chosen[kept, 0], world.chosen[kept, 1] = victim, rule
    world.one[0].victims = kept + 1
    _without(world, kept, until, 1)
    return True


@compiled
def _helps_if_all_go(world: World, job: int, until: int) -> bool:
    """Tell whether there is a place if everybody goes; if not, no part of them is worth trying."""
    this = world.jobs[job]
    choice = world.kinds[this.kind].choice
    _copy_chances(world, until)
    for number in range(world.one[0].ends):
        other = world.runs[number].job
        rule = _rule_for(world, other, this.queue)
        if rule >= 0 and _is_near(world, other, choice):
            _release(world, other, rule, until, 1)
    _begin(world)
    for machine in range(world.capacity.shape[0]):
        _last(world, until, machine)
    return enough(world, world.sums[LASTING], this.kind, this.tasks) and (
        place(world, world.scratch[LASTING], job, False, False) > 0
    )


@compiled
def _asks_no_less(world: World, job: int, other: int) -> bool:
    """Tell whether a job asks for no less of the same machines than another, and for no less time."""
    one, two = world.jobs[job], world.jobs[other]
    this, that = world.kinds[one.kind], world.kinds[two.kind]
    alike = (
        this.choice == that.choice
        and this.each == that.each
        and this.spread == that.spread
        and this.single == that.single
        and this.alone == that.alone
    )
    if not alike or one.tasks < two.tasks or left_to_run(world, job) < left_to_run(world, other):
        return False
    if one.tasks != two.tasks and this.each > 0:
        return False
    for at in range(that.need, that.needs_end):
        need = world.needs[at]
        if not _needs_no_less(world, one.kind, need.resource, need.per_task, need.per_machine):
            return False
    return True


@compiled
def _needs_no_less(world: World, kind: int, resource: int, per_task: int, per_machine: int) -> bool:
    this = world.kinds[kind]
    for at in range(this.need, this.needs_end):
        need = world.needs[at]
        if need.resource == resource:
            return need.per_task >= per_task and need.per_machine >= per_machine
    return per_task == 0 and per_machine == 0


@compiled
def _copy_chances(world: World, until: int) -> None:
    """Begin with what there is while nobody goes."""
    copy(world.free[NOW], world.chances)
    for number in range(starts_before(world, until)):
        plan = world.plans[world.plans[number].starter]
        for piece in range(plan.piece, plan.pieces_end):
            for resource in range(world.left.shape[1]):
                world.chances_left[piece, resource] = world.left[piece, resource]


@compiled
def _begin(world: World) -> None:
    """Begin to work out what would be available."""
    for resource in range(world.capacity.shape[1]):
        world.sums[LASTING, resource] = 0
        for machine in range(world.capacity.shape[0]):
            world.scratch[LASTING, machine, resource] = 0


@compiled
def _last(world: World, until: int, machine: int) -> None:
    """Work out what would be available on a machine for as long as the job runs."""
    for resource in range(world.capacity.shape[1]):
        least = world.chances[machine, resource]
        piece = world.heads[PLANNED_THERE, machine]
        while piece >= 0 and world.pieces[piece].start < until:
            least = min(least, world.chances_left[piece, resource])
            piece = world.pieces[piece].following
        least -= world.kept[EVERYBODY, machine, resource]
        world.sums[LASTING, resource] += least - world.scratch[LASTING, machine, resource]
        world.scratch[LASTING, machine, resource] = least


@compiled
def _gather(world: World, queue: int) -> int:
    """Write the running jobs of a queue behind those chosen, who goes first first; returns where they end."""
    first = last = world.one[0].victims
    for number in range(world.one[0].ends):
        job = world.runs[number].job
        if world.jobs[job].queue != queue or _is_chosen(world, job, first):
            continue
        at = last
        while at > first and _goes_before(world, job, world.chosen[at - 1, 0]):
            world.chosen[at, 0] = world.chosen[at - 1, 0]
            at -= 1
        world.chosen[at, 0] = job
        last += 1
    return last


@compiled
def _is_chosen(world: World, job: int, size: int) -> bool:
    for number in range(size):  # noqa: SIM110 - compiled
        if world.chosen[number, 0] == job:
            return True
    return False


@compiled
def _goes_before(world: World, job: int, other: int) -> bool:
    one, two = world.jobs[job], world.jobs[other]
    if world.one[0].by_run_time:
        less = (one.ran - one.began) - (two.ran - two.began)
        return less < 0 or (less == 0 and job > other)
    return one.began > two.began or (one.began == two.began and job > other)


@compiled
def _is_near(world: World, job: int, choice: int) -> bool:
    """Tell whether a job runs on one of the machines of a list."""
    this = world.jobs[job]
    for at in range(this.slot, this.slot + this.width):  # noqa: SIM110 - compiled
        if world.among[choice, world.taken[at, 0]]:
            return True
    return False


@compiled
def _without(world: World, number: int, until: int, sign: int) -> None:
    """Reckon a chosen victim away; with a sign of -1, back."""
    job = world.chosen[number, 0]
    _release(world, job, world.chosen[number, 1], until, sign)
    this = world.jobs[job]
    for at in range(this.slot, this.slot + this.width):
        _last(world, until, world.taken[at, 0])


@compiled
def _release(world: World, job: int, rule: int, until: int, sign: int) -> None:
    """Add what a victim would give up to what is free now, and left at planned starts within its run."""
    this = world.jobs[job]
    part = GIVEN if world.rules[rule].method == SUSPEND else ALL
    still = min(until, max(this.ends, world.one[0].now + 1))
    for at in range(this.slot, this.slot + this.width):
        machine = world.taken[at, 0]
        write_amounts(world, this.kind, machine, world.taken[at, 1], part)
        change(world, world.chances, machine, sign)
        piece = world.heads[PLANNED_THERE, machine]
        while piece >= 0 and world.pieces[piece].start < still:
            change(world, world.chances_left, piece, sign)
            piece = world.pieces[piece].following


@compiled
def _spare(world: World, job: int, width: int, until: int) -> None:
    """Leave out those that the place does without, in the order in which they were chosen."""
    needed = 0
    for number in range(world.one[0].victims):
        _without(world, number, until, -1)
        if not _still_fits(world, job, width):
            _without(world, number, until, 1)
            world.chosen[needed, 0], world.chosen[needed, 1] = (
                world.chosen[number, 0],
                world.chosen[number, 1],
            )
            needed += 1
    world.one[0].victims = needed


@compiled
def _still_fits(world: World, job: int, width: int) -> bool:
    free, kind = world.scratch[LASTING], world.jobs[job].kind
    for at in range(width):
        machine = world.places[AT, at]
        if not offers(world, free[machine], kind, machine, world.places[COUNT, at], ALL):
            return False
    return True


@compiled
def _add_all(world: World, width: int) -> None:
    """Add everybody of the same queues on the machines taken, for the rules that want so."""
    for number in range(world.one[0].victims):
        rule = world.chosen[number, 1]
        if not world.rules[rule].whole:
            continue
        for at in range(world.one[0].ends):
            job, victims = world.runs[at].job, world.one[0].victims
            mine = _rule_for(world, job, world.rules[rule].queue) == rule and not _is_chosen(
                world, job, victims
            )
            if mine and _runs_there(world, job, width):
                world.chosen[victims, 0], world.chosen[victims, 1] = job, rule
                world.one[0].victims = victims + 1


@compiled
def _rule_for(world: World, job: int, queue: int) -> int:
    """Return the first rule by which jobs of a queue take the place of a job; -1 for none."""
    victim = world.jobs[job].queue
    if world.relations[queue, victim] == 0:
        return -1
    for rule in range(world.queues[queue].rule, world.queues[queue].rules_end):
        for at in range(world.rules[rule].victim, world.rules[rule].victims_end):
            if world.victims[at] == victim:
                return rule
    return -1


@compiled
def _runs_there(world: World, job: int, width: int) -> bool:
    this = world.jobs[job]
    for at in range(this.slot, this.slot + this.width):
        for number in range(width):
            if world.taken[at, 0] == world.places[AT, number]:
                return True
    return False
