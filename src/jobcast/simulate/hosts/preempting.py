"""Whose place a job may take (rule 6)."""

from jobcast.simulate.hosts.compiling import compiled
from jobcast.simulate.hosts.future import left_to_run, starts_before
from jobcast.simulate.hosts.layout import (
    ALL,
    AT,
    COUNT,
    EVERYBODY,
    FOREVER,
    GIVEN,
    LASTING,
    NOWHERE,
    SUSPEND,
    THEN,
    World,
)
from jobcast.simulate.hosts.placing import add, copy, enough, keep_place, offers, place


@compiled
def may_gain(world: World, job: int) -> bool:
    """Tell whether there is enough on all machines together if everybody went who may be preempted."""
    this = world.jobs[job]
    queue = world.queues[this.queue]
    if queue.rule == queue.rules_end:
        return False
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
    this = world.jobs[job]
    queue = world.queues[this.queue]
    length = left_to_run(world, job) if queue.backfills else FOREVER
    starts = starts_before(world, world.one[0].now + length)
    _begin(world, starts)
    world.one[0].victims = 0
    for number in range(queue.rule, queue.rules_end):
        rule = world.rules[number]
        for at in range(rule.victim, rule.victims_end):
            first = world.one[0].victims
            last = _gather(world, world.victims[at])
            for candidate in range(first, last):
                if not _is_near(world, world.chosen[candidate, 0], world.kinds[this.kind].choice):
                    continue
                kept = world.one[0].victims
                world.chosen[kept, 0], world.chosen[kept, 1] = world.chosen[candidate, 0], number
                world.one[0].victims = kept + 1
                _without(world, kept, starts, 1)
                if not enough(world, world.sums[LASTING], this.kind, this.tasks):
                    continue
                width = place(world, world.scratch[LASTING], job, False)
                if width > 0:
                    _spare(world, job, width, starts)
                    _add_all(world, width)
                    keep_place(world, job, width)
                    return True
    return False


@compiled
def _begin(world: World, starts: int) -> None:
    """Reckon with nobody gone yet."""
    copy(world.free[0], world.chances[0])
    for number in range(starts):
        copy(world.left[world.plans[number].left], world.chances[number + 1])
    for resource in range(world.capacity.shape[1]):
        world.sums[LASTING, resource] = 0
        for machine in range(world.capacity.shape[0]):
            world.scratch[LASTING, machine, resource] = 0
    for machine in range(world.capacity.shape[0]):
        _last(world, starts, machine)


@compiled
def _last(world: World, starts: int, machine: int) -> None:
    """Work out what would be available on a machine for as long as the job runs."""
    for resource in range(world.capacity.shape[1]):
        least = world.chances[0, machine, resource]
        for number in range(1, starts + 1):
            least = min(least, world.chances[number, machine, resource])
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
def _without(world: World, number: int, starts: int, sign: int) -> None:
    """Reckon a chosen victim away; with a sign of -1, back."""
    this = world.jobs[world.chosen[number, 0]]
    part = GIVEN if world.rules[world.chosen[number, 1]].method == SUSPEND else ALL
    still = starts_before(world, max(this.ends, world.one[0].now + 1))
    for at in range(this.slot, this.slot + this.width):
        machine, tasks = world.taken[at, 0], world.taken[at, 1]
        for place_of in range(min(still, starts) + 1):
            add(world, world.chances[place_of], world.sums[NOWHERE], this.kind, machine, sign * tasks, part)
        _last(world, starts, machine)


@compiled
def _spare(world: World, job: int, width: int, starts: int) -> None:
    """Leave out those that the place does without, in the order in which they were chosen."""
    needed = 0
    for number in range(world.one[0].victims):
        _without(world, number, starts, -1)
        if not _still_fits(world, job, width):
            _without(world, number, starts, 1)
            world.chosen[needed, 0], world.chosen[needed, 1] = (
                world.chosen[number, 0],
                world.chosen[number, 1],
            )
            needed += 1
    world.one[0].victims = needed


@compiled
def _still_fits(world: World, job: int, width: int) -> bool:
    free, kind = world.scratch[LASTING], world.jobs[job].kind
    for at in range(width):  # noqa: SIM110 - compiled
        if not offers(world, free, kind, world.places[AT, at], world.places[COUNT, at], ALL):
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
            mine = _rule_for(world, job, rule) == rule and not _is_chosen(world, job, victims)
            if mine and _runs_there(world, job, width):
                world.chosen[victims, 0], world.chosen[victims, 1] = job, rule
                world.one[0].victims = victims + 1


@compiled
def _rule_for(world: World, job: int, rule: int) -> int:
    """Return the first rule of the same queue, up to this one, by which a job is preempted; -1 for none."""
    for earlier in range(world.queues[world.rules[rule].queue].rule, rule + 1):
        for at in range(world.rules[earlier].victim, world.rules[earlier].victims_end):
            if world.victims[at] == world.jobs[job].queue:
                return earlier
    return -1


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
def _runs_there(world: World, job: int, width: int) -> bool:
    this = world.jobs[job]
    for at in range(this.slot, this.slot + this.width):
        for number in range(width):
            if world.taken[at, 0] == world.places[AT, number]:
                return True
    return False
