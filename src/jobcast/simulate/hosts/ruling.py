"""Limits by machine and owner, and START_CLASS: how many tasks each machine may take, whatever is free there."""

from jobcast.simulate.compiling import compiled
from jobcast.simulate.hosts.evaluating import evaluate, is_true
from jobcast.simulate.hosts.layout import World


@compiled
def room(world: World, job: int, machine: int, tasks: int) -> int:
    """Return how many of these tasks the rules let begin on a machine."""
    for limit in range(world.limited.shape[1]):
        count = world.limited[job, limit]
        if count >= 0 and world.limited_there[limit, machine]:
            left = world.limited_most[limit] - world.used_there[count, machine]
            if left <= 0:
                return 0
            each = world.limited_each[job, limit]
            if each >= 0:
                tasks = min(tasks, left // max(each, 1))
    queue = world.queues[world.jobs[job].queue]
    return tasks if queue.start_if == queue.start_if_end else _allowed(world, job, machine, tasks)


@compiled
def _allowed(world: World, job: int, machine: int, tasks: int) -> int:
    """Return how many tasks may begin one after the other, each beside those before it."""
    queue, begun = world.jobs[job].queue, 0
    first, last = world.queues[queue].start_if, world.queues[queue].start_if_end
    while begun < tasks and is_true(evaluate(world, first, last, machine)):
        world.tasks_there[machine, queue] += 1
        begun += 1
    world.tasks_there[machine, queue] -= begun
    return begun


@compiled
def count_there(world: World, job: int, sign: int) -> None:
    """Let limits by machine and owner count a job where it runs or is suspended, or not any more."""
    this = world.jobs[job]
    for limit in range(world.limited.shape[1]):
        count, each = world.limited[job, limit], world.limited_each[job, limit]
        if count >= 0:
            for at in range(this.slot, this.slot + this.width):
                tasks = 1 if each < 0 else each * world.taken[at, 1]
                world.used_there[count, world.taken[at, 0]] += sign * tasks


@compiled
def count_tasks(world: World, job: int, sign: int) -> None:
    """Count the tasks of a job that runs, where START_CLASS asks for them."""
    this = world.jobs[job]
    if world.tasks_there.shape[1] > 0:
        for at in range(this.slot, this.slot + this.width):
            world.tasks_there[world.taken[at, 0], this.queue] += sign * world.taken[at, 1]
