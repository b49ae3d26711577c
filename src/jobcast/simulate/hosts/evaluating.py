"""Evaluates expressions whose values change, and keeps machines in an order that goes by them."""

import math

from jobcast.simulate.compiling import compiled
from jobcast.simulate.hosts.layout import (
    AND,
    DIVIDED,
    EQUAL,
    FREE,
    GROUP_QUEUED,
    GROUP_RUNNING,
    KNOWN,
    LESS,
    LESS_EQUAL,
    MINUS,
    MORE,
    MORE_EQUAL,
    NEGATE,
    NOT,
    OF_JOB,
    OR,
    PLUS,
    SECOND,
    TASKS,
    TIMES,
    UNEQUAL,
    USER_QUEUED,
    USER_RUNNING,
    WAITED,
    World,
)


@compiled
def evaluate(world: World, first: int, last: int, row: int) -> float:
    """Return the value of some instructions for a machine or a job; nan where it is unknown."""
    stack, size = world.stack, 0
    for at in range(first, last):
        code = world.program[at].code
        if code == KNOWN:
            stack[size] = world.known[world.program[at].which, row]
            size += 1
        elif code == FREE:
            stack[size] = world.free[0, row, world.program[at].which]
            size += 1
        elif code == TASKS:
            stack[size] = world.tasks_there[row, world.program[at].which]
            size += 1
        elif code in (OF_JOB, SECOND, WAITED, USER_QUEUED, USER_RUNNING, GROUP_QUEUED, GROUP_RUNNING):
            stack[size] = _of_job(world, code, world.program[at].which, row)
            size += 1
        elif code == NEGATE:
            stack[size - 1] = -stack[size - 1]
        elif code == NOT:
            value = stack[size - 1]
            stack[size - 1] = value if math.isnan(value) else (0.0 if value != 0 else 1.0)
        else:
            size -= 1
            stack[size - 1] = _join(code, stack[size - 1], stack[size])
    return float(stack[0])


@compiled
def _of_job(world: World, code: int, which: int, job: int) -> float:
    """Return what the order of jobs asks for."""
    this, value = world.jobs[job], 0.0
    if code == OF_JOB:
        value = world.known_of_jobs[which, job]
    elif code == SECOND:
        value += world.one[0].now
    elif code == WAITED:
        value += world.one[0].now - this.submit
    elif code == USER_QUEUED:
        value += world.users[this.user].queued
    elif code == USER_RUNNING:
        value += world.users[this.user].running
    elif code == GROUP_QUEUED:
        value += world.groups[this.group].queued
    else:
        value += world.groups[this.group].running
    return value


@compiled
def _join(code: int, one: float, other: float) -> float:
    if code == AND:
        return 1.0 if is_true(one) and is_true(other) else 0.0
    if code == OR:
        return 1.0 if is_true(one) or is_true(other) else 0.0
    if math.isnan(one) or math.isnan(other):
        return math.nan
    if code in (EQUAL, UNEQUAL, LESS, LESS_EQUAL, MORE, MORE_EQUAL):
        return 1.0 if _compare(code, one, other) else 0.0
    return _compute(code, one, other)


@compiled
def is_true(value: float) -> bool:
    """Tell whether a value is known and true."""
    return not math.isnan(value) and value != 0


@compiled
def _compare(code: int, one: float, other: float) -> bool:
    if code == EQUAL:
        return one == other
    if code == UNEQUAL:
        return one != other
    if code == LESS:
        return one < other
    if code == LESS_EQUAL:
        return one <= other
    if code == MORE:
        return one > other
    return one >= other


@compiled
def _compute(code: int, one: float, other: float) -> float:
    if code == PLUS:
        return one + other
    if code == MINUS:
        return one - other
    if code == TIMES:
        return one * other
    if other == 0:
        return math.nan
    return one / other if code == DIVIDED else one % other


@compiled
def revalue(world: World, machine: int) -> None:
    """Work out anew by what a machine is sorted, after what is free there has changed."""
    one = world.one[0]
    if one.machine_order > 0:
        value = evaluate(world, 0, one.machine_order, machine)
        world.values[machine] = 0.0 if math.isnan(value) else value
        one.changes += 1


@compiled
def sort_machines(world: World, choice: int) -> None:
    """Bring a list of machines into order: what each job likes, then the order of the policy, then the cluster's."""
    this, one = world.choices[choice], world.one[0]
    if this.sorted_at == one.changes:
        return
    this.sorted_at = one.changes
    for at in range(this.begin + 1, this.end):
        machine, place = world.choose[at], at
        while place > this.begin and _comes_before(world, choice, machine, world.choose[place - 1]):
            world.choose[place] = world.choose[place - 1]
            place -= 1
        world.choose[place] = machine


@compiled
def _comes_before(world: World, choice: int, machine: int, other: int) -> bool:
    one, two = world.among[choice, machine], world.among[choice, other]
    if one != two:
        return bool(one < two)
    if world.values[machine] != world.values[other]:
        return bool(world.values[machine] > world.values[other])
    return machine < other
