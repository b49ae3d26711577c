"""Where the tasks of a job go on what is available."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast.machine import CPUS, MEMORY, Cluster
from jobcast.schedule.grid import Grid, Needs, make_grid, needs_of
from jobcast.schedule.placement import Room, fits, parts, place
from jobcast.schedule.policy import Limit, Policy, Queue
from tests.schedule.made_up import job, machine, with_floating

ANY = Queue(name="q")
PLAIN = Policy(name="plain")


def laid_out(*cpus: int) -> tuple[Cluster, Grid]:
    cluster = Cluster(machines=tuple(machine(f"m{n}", count, memory=10) for n, count in enumerate(cpus, 1)))
    return cluster, make_grid(cluster, PLAIN)


def placed(grid: Grid, needs: Needs | None, free: list[int] | None = None) -> dict[str, int] | None:
    """Return the tasks on each machine, on so many free CPUs."""
    assert needs is not None
    available = grid.capacity.copy()
    if free is not None:
        available[: len(free), grid.columns[CPUS]] = free
    found = place(needs, Room(available=available, order=np.arange(len(grid.machines))), grid)
    return None if found is None else {share.machine: share.tasks for share in found.allocation(grid)}


@pytest.mark.parametrize(
    ("tasks", "layout", "free", "expected"),
    [
        (6, {}, [4, 4, 4], {"m1": 4, "m2": 2}),
        (6, {}, [1, 0, 8], {"m1": 1, "m3": 5}),
        (9, {}, [4, 4, 0], None),
        (3, {"machines_max": 1}, [2, 4, 8], {"m2": 3}),
        (9, {"machines_max": 1}, [4, 4, 8], None),
        (6, {"machines_max": 2}, [1, 2, 8], {"m2": 2, "m3": 4}),
        (6, {"machines_max": 2}, [1, 1, 5], {"m1": 1, "m3": 5}),
        (7, {"machines_max": 2}, [3, 2, 5], {"m1": 3, "m3": 4}),
        (4, {"machines_min": 3}, [4, 4, 4], {"m1": 2, "m2": 1, "m3": 1}),
        (4, {"machines_min": 3}, [4, 4, 0], None),
        (3, {"machines_min": 2}, [8, 8, 8], {"m1": 2, "m2": 1}),
        (4, {"tasks_per_machine": 2}, [1, 3, 2], {"m2": 2, "m3": 2}),
        (5, {"tasks_per_machine": 2}, [2, 2, 1], {"m1": 2, "m2": 2, "m3": 1}),
        (5, {"tasks_per_machine": 2}, [1, 2, 2], {"m2": 2, "m3": 2, "m1": 1}),
        (5, {"tasks_per_machine": 2}, [2, 2, 0], None),
        (4, {"geometry": (3, 1)}, [2, 4, 4], {"m2": 3, "m1": 1}),
        (4, {"geometry": (2, 2)}, [4, 1, 2], {"m1": 2, "m3": 2}),
        (4, {"geometry": (2, 2)}, [4, 1, 1], None),
        (2, {"exclusive": True}, [7, 4, 8], {"m3": 2}),
    ],
)
def test_tasks_are_laid_out_as_asked(
    tasks: int, layout: dict[str, object], free: list[int], expected: dict[str, int] | None
) -> None:
    _, grid = laid_out(8, 8, 8)
    assert placed(grid, needs_of(job("j", tasks, **layout), ANY, grid), free) == expected


def test_the_scarcest_resource_counts_for_each_machine() -> None:
    _, grid = laid_out(8, 8)
    assert placed(grid, needs_of(job("j", 4, per_task={MEMORY: 4}), ANY, grid)) == {"m1": 2, "m2": 2}
    per_machine = job("j", 4, per_task={MEMORY: 4}, per_machine={MEMORY: 3})
    assert placed(grid, needs_of(per_machine, ANY, grid)) is None


def test_a_machine_bears_what_the_job_takes_once_however_many_tasks_are_there() -> None:
    _, grid = laid_out(8, 8)
    assert placed(grid, needs_of(job("j", 10, per_machine={MEMORY: 10}), ANY, grid)) == {"m1": 8, "m2": 2}


def test_what_is_overdrawn_hinders_only_those_who_ask_for_it() -> None:
    cluster = Cluster(machines=(machine("m1", 4, memory=8, gpus=0),))
    grid = make_grid(cluster, PLAIN)
    needs = needs_of(job("j", 2, per_machine={MEMORY: 1}), ANY, grid)
    assert needs is not None
    available = grid.capacity.copy()
    available[0, grid.columns["gpus"]] = -1
    assert place(needs, Room(available=available, order=np.arange(1)), grid) is not None


def test_floating_resources_are_asked_once_for_the_whole_job() -> None:
    cluster = with_floating(Cluster(machines=(machine("m1", 4), machine("m2", 4))), lic=2)
    grid = make_grid(cluster, PLAIN)
    assert placed(grid, needs_of(job("j", 8, floating={"lic": 2}), ANY, grid)) == {"m1": 4, "m2": 4}
    assert placed(grid, needs_of(job("j", 1, floating={"lic": 3}), ANY, grid)) is None


def test_a_limit_by_machine_is_a_column_that_lent_jobs_may_pass() -> None:
    limit = Limit(name="MXJ", amount=2, counts=CPUS, per=("machine",), lent_are_free=True)
    grid = make_grid(Cluster(machines=(machine("m1", 8),)), Policy(name="p", limits=(limit,)))
    needs = needs_of(job("j", 3), ANY, grid)
    assert needs is not None
    room = {"available": grid.capacity, "order": np.arange(1)}
    assert place(needs, Room(**room), grid) is None
    assert place(needs, Room(**room, lent=True), grid) is not None


def test_the_parts_of_a_layout_are_those_that_each_machine_must_take() -> None:
    _, grid = laid_out(8, 8, 8)
    asked = {"tasks_per_machine": (2, 2, 1), "geometry": (4, 1), "machines_min": ()}
    layouts: dict[str, object] = {"tasks_per_machine": 2, "geometry": (4, 1), "machines_min": 2}
    for name, expected in asked.items():
        needs = needs_of(job("j", 5, **{name: layouts[name]}), ANY, grid)
        assert needs is not None
        assert parts(needs) == expected


def test_nothing_is_wanted_of_what_is_overdrawn() -> None:
    assert fits(np.array([[1, 0]]), np.array([[1, -5]]))
    assert not fits(np.array([[1, 1]]), np.array([[1, -5]]))


@given(
    st.lists(st.integers(0, 6), min_size=1, max_size=5),
    st.integers(1, 12),
    st.integers(1, 4),
    st.one_of(st.none(), st.integers(1, 4)),
)
def test_a_place_is_found_whenever_there_is_one(
    free: list[int], tasks: int, least: int, most: int | None
) -> None:
    """At least and at most so many machines: it fits if the best ones together are enough, and each gets a task."""
    _, grid = laid_out(*[8] * len(free))
    found = placed(grid, needs_of(job("j", tasks, machines_min=least, machines_max=most), ANY, grid), free)
    usable = sorted((count for count in free if count), reverse=True)[: most or tasks]
    possible = sum(usable) >= tasks and len(usable) >= least <= min(tasks, most or tasks)
    assert (found is not None) == possible
    if found is not None:
        assert sum(found.values()) == tasks
        assert least <= len(found) <= (most or tasks)
        assert all(0 < count <= free[int(name[1:]) - 1] for name, count in found.items())
