"""What jobs ask of machines: tasks, what each takes, and in which queue."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast.machine import CPUS, GPUS, MEMORY
from jobcast.schedule.policies import easy
from jobcast.schedule.policy import Policy, Queue
from jobcast.simulate.machines import parse_machines
from jobcast.simulate.requests import Requests, batch_jobs, requests_of
from jobcast.simulate.trace import Trace
from jobcast.units import GIB
from tests.simulate.made_up import trace


def asked(made: Trace, machines: str = "2x64:64GB:8gpu", policy: Policy | None = None) -> Requests:
    return requests_of(made, parse_machines(machines), policy or easy())


@pytest.mark.parametrize(
    ("cores", "gpus", "tasks", "per_task"),
    [
        (8, None, 8, {CPUS: 1}),
        (8, 0, 8, {CPUS: 1}),
        (8, 2, 2, {CPUS: 4, GPUS: 1}),
        (8, 3, 1, {CPUS: 8, GPUS: 3}),
        (1, 4, 1, {CPUS: 1, GPUS: 4}),
    ],
)
def test_a_task_has_one_processor_or_one_card(
    cores: int, gpus: int | None, tasks: int, per_task: dict[str, int]
):
    made = trace((0, 10, cores), gpus=[gpus])
    (job,) = batch_jobs(made, asked(made))
    assert (job.demand.tasks, job.demand.per_task) == (tasks, per_task)


@given(st.integers(1, 64), st.integers(0, 8), st.none() | st.integers(1, 1 << 50))
def test_the_tasks_together_take_what_the_job_asks_for(cores: int, gpus: int, memory: int | None):
    made = trace((0, 10, cores), gpus=[gpus], memory=[memory])
    (job,) = batch_jobs(made, asked(made))
    demand = job.demand
    assert demand.tasks * demand.per_task[CPUS] == cores
    assert demand.tasks * demand.per_task.get(GPUS, 0) == gpus
    whole = demand.tasks * demand.per_task.get(MEMORY, 0)
    assert (memory or 0) <= whole < (memory or 0) + demand.tasks


def test_what_no_machine_has_is_not_asked_for():
    made = trace((0, 10, 4), gpus=[2], memory=[GIB])
    assert set(asked(made, "1x8").per_task) == {CPUS}
    assert asked(made, "1x8").tasks.tolist() == [4]
    assert set(asked(made, "1x8:1GB").per_task) == {CPUS, MEMORY}
    assert set(asked(made, "1x8,1x1:1GB:1gpu").per_task) == {CPUS, MEMORY, GPUS}


def test_jobs_that_name_no_queue_of_the_policy_go_to_the_default_one():
    made = trace(*[(0, 10, 1)] * 4, queue=["day", "noon", None, "night"])
    queues = {name: Queue(name=name) for name in ("day", "night")}
    named = asked(made, policy=replace(easy(), queues=queues, default_queue="night"))
    assert (named.queue, named.other_queue) == (["day", "night", "night", "night"], 1)
    first = asked(made, policy=replace(easy(), queues=queues))
    assert (first.queue, first.other_queue) == (["day", "day", "day", "night"], 1)


def test_where_the_policy_has_no_queues_jobs_keep_theirs():
    made = trace(*[(0, 10, 1)] * 2, queue=["day", None])
    assert (asked(made).queue, asked(made).other_queue) == (["day", ""], 0)


def test_jobs_of_the_core_say_who_they_are_and_how_long_they_may_run():
    made = trace(
        *[(0, 10, 1)] * 2, request=[20, None], user=["ann", None], group=["g", None], project=[None, "p"]
    )
    first, second = batch_jobs(made, asked(made))
    assert (first.id, first.user, first.group, first.project, first.run_limit) == ("1", "ann", "g", "", 20)
    assert (second.id, second.user, second.group, second.project) == ("2", "", "", "p")
    assert (second.run_limit, second.estimate) == (None, None)
    assert first.demand is second.demand


def test_estimates_are_told_where_there_are_some():
    made = trace(*[(0, 10, 1)] * 2)
    estimates = made.whole("run") * [1, -1]
    assert [job.estimate for job in batch_jobs(made, asked(made), estimates)] == [10, None]
