"""The line of jobs, where their order changes while they wait (rule 1)."""

import math

from jobcast.simulate.compiling import compiled
from jobcast.simulate.hosts.evaluating import evaluate
from jobcast.simulate.hosts.layout import Column, World


@compiled
def sort_lines(world: World) -> None:
    """Work out the values of those in line, as often as the policy wants, and bring them into order."""
    one = world.one[0]
    if not one.moves:
        return
    for at in range(one.line):
        _value(world, world.line[at])
    _sort(world, world.line, 0, one.order)
    for at in range(one.line):
        world.jobs[world.line[at]].rank = at
    if one.two_lines:
        _sort(world, world.behind, one.order, world.orders.size - 1)
        for at in range(one.line):
            world.jobs[world.behind[at]].behind = at


@compiled
def _value(world: World, job: int) -> None:
    this, now = world.jobs[job], world.one[0].now
    if this.valued_at >= 0 and now < this.valued_at + world.one[0].recalculate:
        return
    this.valued_at = now
    for number in range(world.orders.size - 1):
        value = evaluate(world, world.orders[number], world.orders[number + 1], job)
        world.worth[job, number] = 0.0 if math.isnan(value) else value


@compiled
def _sort(world: World, line: Column, first: int, last: int) -> None:
    """Sort by insertion: little has changed since the last time."""
    for at in range(1, world.one[0].line):
        job, place = line[at], at
        while place > 0 and _comes_before(world, job, line[place - 1], first, last):
            line[place] = line[place - 1]
            place -= 1
        line[place] = job


@compiled
def _comes_before(world: World, job: int, other: int, first: int, last: int) -> bool:
    for number in range(first, last):
        one, two = world.worth[job, number], world.worth[other, number]
        if one != two:
            return bool(one > two)
    return job < other
