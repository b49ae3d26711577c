"""What waiting jobs keep empty until they have enough."""

import numpy as np

from jobcast.machine import CPUS, MEMORY
from jobcast.schedule.holding import claim, clip, held_for
from jobcast.schedule.policy import Queue
from jobcast.schedule.state import Entry
from tests.schedule.driver import Driver
from tests.schedule.made_up import holding, job, many, with_floating


def waiting(*tasks: int, **known: object) -> tuple[Driver, list[Entry]]:
    """Return jobs of so many tasks that wait on three machines of 4 CPUs, of which 4, 1 and 3 are free."""
    made = Driver(with_floating(many(3, 4, memory=9), lic=2), holding(Queue(name="q")))
    made.submit(job("a", 3, groups=frozenset({"m2"})), job("b", 1, groups=frozenset({"m3"})), runs=100)
    for count in tasks:
        made.submit(job(f"w{count}", count, **known), at=1, runs=10)
    made.run(1)
    return made, [made.state.waiting[f"w{count}"] for count in tasks]


def held(made: Driver, entry: Entry, *columns: str) -> dict[str, dict[str, int]]:
    state, order = made.state, np.arange(3)
    amounts = held_for(entry, state.free, order, state.grid, frozenset(columns))
    return {
        machine.name: state.grid.named(row, amounts[row])
        for row, machine in enumerate(state.cluster.machines)
        if amounts[row].any()
    }


def test_idle_machines_are_held_before_busy_ones() -> None:
    made, (entry,) = waiting(9)
    assert held(made, entry, CPUS) == {"m1": {CPUS: 4}, "m2": {CPUS: 1}, "m3": {CPUS: 3}}
    made, (entry,) = waiting(10, machines_max=3)
    assert held(made, entry, CPUS) == {"m1": {CPUS: 4}, "m2": {CPUS: 1}, "m3": {CPUS: 3}}


def test_only_the_resources_that_the_queue_names_are_held() -> None:
    made, (entry,) = waiting(10, per_task={MEMORY: 1}, floating={"lic": 1})
    assert held(made, entry, MEMORY) == {"m1": {MEMORY: 4}, "m2": {MEMORY: 2}, "m3": {MEMORY: 4}}
    state = made.state
    assert not held_for(entry, state.free, np.arange(3), state.grid, frozenset({CPUS}))[-1].any()


def test_a_job_that_wants_one_machine_holds_one() -> None:
    made, (entry,) = waiting(4, machines_max=1, groups=frozenset({"m2", "m3"}))
    order = np.array([1, 2])
    amounts = held_for(entry, made.state.free, order, made.state.grid, frozenset({CPUS}))
    assert amounts[:, made.state.grid.columns[CPUS]].tolist() == [0, 0, 3, 0]


def test_a_claim_is_all_that_a_job_will_have() -> None:
    made, (entry,) = waiting(12, floating={"lic": 2})
    state = made.state
    claimed = claim(entry, state.free, np.arange(3), state.grid)
    assert claimed.rows.tolist() == [0, 1, 2, 3]
    assert claimed.amounts[:3, state.grid.columns[CPUS]].tolist() == [4, 4, 4]
    assert claimed.amounts[3, state.grid.columns["floating lic"]] == 2


def test_the_last_in_line_loses_first_what_others_have_taken() -> None:
    made, (first, last) = waiting(11, 12)
    free = made.state.free.copy()
    column = made.state.grid.columns[CPUS]
    for entry, count in ((first, 3), (last, 1)):
        entry.held = np.zeros_like(free)
        entry.held[0, column] = count
    free[0, column] = 2
    clip([first, last], free)
    assert [int(each.held[0, column]) for each in (first, last) if each.held is not None] == [2, 0]
