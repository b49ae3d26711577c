"""The order of machines, where it changes with what is free on them."""

from jobcast.machine import CPUS, Cluster
from jobcast.schedule.expression import Binary, Expression, Name, names, rename
from jobcast.schedule.grid import Grid, fixed_facts, make_grid, moves
from jobcast.schedule.policy import Policy
from jobcast.simulate.hosts.layout import FREE
from jobcast.simulate.hosts.program import Program, TextError, Writer

_FREE = "free_"


def is_known(policy: Policy, cluster: Cluster) -> bool:
    """Tell whether the engine knows the order of machines: what is free on them may move it, but not the time."""
    try:
        program_of(policy, make_grid(cluster, policy))
    except TextError:
        return False
    return True


def program_of(policy: Policy, grid: Grid) -> Program:
    """Return the instructions for the value of each machine; none where it never changes.

    Raises TextError where the order asks for what instructions can't tell.
    """
    tree = policy.machine_order
    if tree is None or not moves(tree):
        return Program()
    facts = [fixed_facts(machine) for machine in grid.machines]
    moving = {name for name in names(tree) if name == "load" or name.startswith(_FREE)}
    if any(moves(Name(name)) for name in names(tree) - moving) or any(moving & told.keys() for told in facts):
        raise TextError
    for machine, told in zip(grid.machines, facts, strict=True):
        told |= {_all_of(CPUS): machine.resources.get(CPUS, 0)}
        told |= {_has(name): 0 for name in machine.resources}
    operands = {_of_column(name): (FREE, column) for name, column in grid.columns.items()}
    return Writer(facts, operands).write(rename(tree, {name: _meaning(name) for name in moving}))


def _meaning(name: str) -> Expression:
    """Return what a name means: of a machine that has no such resource nobody knows how much is free."""
    if name == "load":
        return Binary("-", Name(_all_of(CPUS)), Name(_of_column(CPUS)))
    resource = name.removeprefix(_FREE)
    return Binary("+", Name(_has(resource)), Name(_of_column(resource)))


def _all_of(resource: str) -> str:
    return f"all of {resource}"


def _has(resource: str) -> str:
    return f"has {resource}"


def _of_column(resource: str) -> str:
    return f"free of {resource}"
