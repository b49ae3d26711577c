"""What a job asks too much of, even while nobody else runs."""

import numpy as np
import pytest

from jobcast.machine import CPUS, GPUS, MEMORY, Cluster, Machine
from jobcast.schedule.beyond import Beyond, Kind, beyond
from jobcast.schedule.expression import parse
from jobcast.schedule.grid import make_grid, needs_of
from jobcast.schedule.job import BatchJob
from jobcast.schedule.placement import Room, place
from jobcast.schedule.policy import Policy, Queue
from tests.schedule.made_up import GB, job

CLUSTER = Cluster(
    machines=(
        Machine(name="big", resources={CPUS: 8, MEMORY: 16 * GB}),
        Machine(name="a", resources={CPUS: 4, MEMORY: 8 * GB}),
        Machine(name="b", resources={CPUS: 4, MEMORY: 8 * GB}),
    ),
    floating={"licence": 2},
)
QUEUE = Queue(name="q")
GRID = make_grid(CLUSTER, Policy(name="p", queues={"q": QUEUE}, default_queue="q"))


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (job("j", 1, per_task={GPUS: 2}), Beyond(kind=Kind.NOBODY, resource=GPUS, asked=2, most=0)),
        (
            job("j", 1, floating={"licence": 3}),
            Beyond(kind=Kind.FLOATING, resource="licence", asked=3, most=2),
        ),
        (job("j", 1, floating={"other": 1}), Beyond(kind=Kind.FLOATING, resource="other", asked=1, most=0)),
        (
            job("j", 1, per_task={CPUS: 1, MEMORY: 17 * GB}),
            Beyond(kind=Kind.ONE_TASK, resource=MEMORY, asked=17 * GB, most=16 * GB, machine="big"),
        ),
        (
            job("j", 1, per_task={CPUS: 5}, needs=parse('machine != "big"')),
            Beyond(kind=Kind.ONE_TASK, resource=CPUS, asked=5, most=4, machine="a"),
        ),
        (
            job("j", 9, machines_max=1),
            Beyond(kind=Kind.ONE_MACHINE, resource=CPUS, asked=9, most=8, machine="big"),
        ),
        (job("j", 17), Beyond(kind=Kind.TOGETHER, resource=CPUS, asked=17, most=16)),
        (job("j", 3, per_task={CPUS: 5}), Beyond(kind=Kind.TASKS, asked=3, most=1)),
        (job("j", 4, machines_min=4), Beyond(kind=Kind.MACHINES, asked=4, most=3)),
        (job("j", 10, tasks_per_machine=5), Beyond(kind=Kind.MACHINES, asked=2, most=1)),
        (job("j", 16), None),
        (job("j", 1, needs=parse('machine == "nowhere"')), None),
    ],
)
def test_the_first_thing_is_told_with_what_there_is(asked: BatchJob, expected: Beyond | None) -> None:
    assert beyond(asked, QUEUE, GRID) == expected


@pytest.mark.parametrize("cpus", range(1, 10))
@pytest.mark.parametrize("tasks", range(1, 20))
@pytest.mark.parametrize("machines_max", [None, 1, 2])
def test_what_fits_is_never_too_much(cpus: int, tasks: int, machines_max: int | None) -> None:
    asked = job("j", tasks, per_task={CPUS: cpus}, machines_max=machines_max)
    needs = needs_of(asked, QUEUE, GRID)
    assert needs is not None
    if place(needs, Room(available=GRID.capacity, order=np.arange(3)), GRID) is not None:
        assert beyond(asked, QUEUE, GRID) is None
