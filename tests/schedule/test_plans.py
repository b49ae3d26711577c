"""The future as one pass sees it."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from jobcast.schedule.grid import Needs, Taken, make_grid, needs_of
from jobcast.schedule.placement import Room, place
from jobcast.schedule.plans import Plans
from jobcast.schedule.policy import Policy, Queue
from tests.schedule.made_up import job, one

GRID = make_grid(one(8), Policy(name="plain"))
ORDER = np.arange(1)


def cpus(count: int) -> Taken:
    return Taken(rows=np.array([0]), tasks=np.array([count]), amounts=np.array([[count]]))


def needs(tasks: int) -> Needs:
    found = needs_of(job("j", tasks), Queue(name="q"), GRID)
    assert found is not None
    return found


def plans(free: int, *running: tuple[int, int | None]) -> Plans:
    """Return the future at second 100: so much is free, and (CPUS, end) run."""
    made = Plans(100, GRID, np.array([[free]]))
    for count, end in running:
        made.runs(cpus(count), end)
    return made


def earliest(made: Plans, tasks: int, length: int | None) -> int | None:
    found = made.earliest(needs(tasks), length, ORDER)
    return None if found is None else found[0]


def test_the_earliest_start_is_when_enough_has_ended() -> None:
    made = plans(2, (3, 150), (3, 120))
    assert [earliest(made, tasks, 10) for tasks in (4, 5, 6, 8)] == [120, 120, 150, 150]


def test_nobody_can_tell_a_start_that_waits_for_an_endless_job() -> None:
    made = plans(2, (3, 150), (3, None))
    assert [earliest(made, tasks, 10) for tasks in (5, 6)] == [150, None]


def test_a_plan_keeps_what_it_takes_and_lends_the_rest() -> None:
    made = plans(4, (4, 150))
    made.add(150, 50, cpus(6))
    assert made.available(50).tolist() == [[4]]
    assert made.available(51).tolist() == [[2]]
    assert made.available(None).tolist() == [[2]]
    assert made.available(1, beside_all=True).tolist() == [[2]]


def test_a_job_that_starts_lessens_what_is_left_at_plans_within_its_run() -> None:
    made = plans(4, (4, 150))
    made.add(150, 50, cpus(6))
    made.free[0] -= 1
    made.started(cpus(1), 150)
    assert made.available(51).tolist() == [[2]]
    made.free[0] -= 1
    made.started(cpus(1), 151)
    assert made.available(51).tolist() == [[1]]
    assert made.available(50).tolist() == [[2]]


def test_later_plans_lie_beside_earlier_ones() -> None:
    made = plans(4, (4, 150))
    made.add(150, 50, cpus(6))
    assert earliest(made, 2, 1000) == 150
    assert earliest(made, 3, 1000) == 200
    made.add(200, 10, cpus(8))
    assert earliest(made, 2, 50) == 150
    assert earliest(made, 2, 51) == 210
    assert made.free_at(149).tolist() == [[4]]
    assert made.free_at(150).tolist() == [[2]]
    assert made.free_at(205).tolist() == [[0]]
    assert made.free_at(210).tolist() == [[8]]


def test_nobody_plans_with_what_somebody_claims_whose_start_is_unknown() -> None:
    made = plans(2, (2, 120), (4, None))
    made.claim(cpus(3))
    assert earliest(made, 1, 10) == 120
    assert earliest(made, 2, 10) is None


def test_a_suspended_job_waits_for_its_own_machines_and_not_before_it_may() -> None:
    made = plans(2, (2, 120), (4, 150))
    rows, wanted = np.array([0]), np.array([[4]])
    assert made.earliest_there(rows, wanted, 10, 100) == 120
    assert made.earliest_there(rows, wanted, 10, 130) == 150
    assert made.earliest_there(rows, wanted, 10, 151) is None


@given(
    st.lists(st.tuples(st.integers(1, 3), st.integers(101, 130)), max_size=4),
    st.lists(st.tuples(st.integers(1, 8), st.integers(1, 30)), min_size=1, max_size=6),
)
def test_planned_jobs_never_take_more_than_there_is(
    running: list[tuple[int, int]], asked: list[tuple[int, int]]
) -> None:
    used = [count for count, _ in running]
    free = 8 - sum(used)
    if free < 0:
        return
    made = plans(free, *running)
    spans = [(0, end, count) for count, end in running]
    for count, length in asked:
        now = place(needs(count), Room(available=made.available(length), order=ORDER), GRID)
        if now is not None:
            made.free[0] -= count
            made.started(now, 100 + length)
            spans.append((100, 100 + length, count))
            continue
        found = made.earliest(needs(count), length, ORDER)
        assert found is not None
        made.add(found[0], length, found[1])
        spans.append((found[0], found[0] + length, count))
    for second in {start for start, _, _ in spans}:
        assert sum(count for start, end, count in spans if start <= second < end) <= GRID.capacity[0, 0]
