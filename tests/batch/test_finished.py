"""What of a step that is over the history is told."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from jobcast.act.executors.base import Consumed
from jobcast.batch.described import request_of
from jobcast.batch.finished import job_of
from jobcast.batch.record import Step, StepState, Submitted
from jobcast.job import Job, JobState, Request, Usage
from jobcast.machine import CPUS, GPUS, MEMORY, Share
from jobcast.schedule.job import Demand, Layout
from jobcast.store.rows import to_job, to_rows
from jobcast.units import GIB, Bytes, Seconds
from tests.batch.making import AT, submitted


def work(name: str = "n1.12.0", dialect: str = "loadleveler", **more: object) -> Submitted:
    """Return a step that tells everything of itself."""
    step = submitted(name, project="acct", group="met", **more)
    demand = Demand(tasks=2, per_task={CPUS: 3, MEMORY: GIB, GPUS: 1}, per_machine={MEMORY: GIB})
    notes = replace(step.notes, dialect=dialect, name="fc", command="/opt/model -x", comment="GRAPES")
    return replace(step, job=replace(step.job, demand=demand), notes=notes)


def ended(step: Submitted, **more: object) -> Step:
    """Return a step that ran for 100 s on two machines, of which it stood still for 10."""
    usual: dict[str, object] = {
        "state": StepState.COMPLETED,
        "since": AT + 160.5,
        "attempt": 2,
        "dispatched": AT + 60.5,
        "began": AT + 62.0,
        "ended": AT + 160.5,
        "suspended": 10.0,
        "allocation": (Share(machine="n1", tasks=1), Share(machine="n2", tasks=1)),
        "exit_code": 0,
        "how": "exited",
        "consumed": Consumed(user_cpu=90.0, system_cpu=1.5, memory_peak=GIB, memory_mean=GIB // 2),
    }
    return Step(submitted=step, at=AT + 0.25, **(usual | more))  # type: ignore[arg-type]


def moment(second: float) -> datetime:
    return datetime.fromtimestamp(second, UTC)


def test_a_step_becomes_a_job_with_its_request_and_its_usage() -> None:
    keywords = {"advised_memory": str(4 * GIB), "advised_run_limit": "600", "advice": "abc"}
    step = work()
    found = job_of(ended(replace(step, notes=replace(step.notes, keywords=keywords))), "loom")
    assert found == Job(
        system="loadleveler",
        cluster="loom",
        job_id="n1.12",
        array_index=None,
        step="0",
        name="fc",
        user="ada",
        group="met",
        project="acct",
        queue="normal",
        command="/opt/model -x",
        cwd="/",
        description="GRAPES",
        submit_time=moment(AT + 0.25),
        start_time=moment(AT + 60.5),
        finish_time=moment(AT + 160.5),
        state=JobState.DONE,
        exit_code=0,
        exit_reason=None,
        request=Request(
            cores=6,
            memory=Bytes(4 * GIB),
            run_limit=Seconds(600.0),
            gpus=2,
            interactive=False,
            span_hosts=None,
        ),
        usage=Usage(
            memory_peak=Bytes(GIB),
            memory_mean=Bytes(GIB // 2),
            memory_basis="rss_sum",
            cpu_time=Seconds(91.5),
            run_time=Seconds(90.0),
            suspended_time=Seconds(10.0),
        ),
        hosts=("n1", "n2"),
        advised_memory=Bytes(4 * GIB),
        advised_run_time=Seconds(600.0),
        advice_id="abc",
        attempt=1,
    )
    assert to_job(to_rows([found]).to_dicts()[0]) == found


@pytest.mark.parametrize(
    ("name", "array", "told"),
    [
        ("n01.cl.12.3", "", ("n01.cl.12", None, "3")),
        ("631", "", ("631", None, None)),
        ("12[3]", "12", ("12", 3, None)),
    ],
)
def test_steps_and_elements_are_told_in_columns_of_their_own(
    name: str, array: str, told: tuple[str, int | None, str | None]
) -> None:
    found = job_of(ended(work(name, array=array)), "loom")
    assert (found.job_id, found.array_index, found.step) == told


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"exit_code": 3}, ("failed", "exit_code")),
        ({"state": StepState.REMOVED, "how": "killed", "killed_for": "run_limit"}, ("failed", "run_limit")),
        ({"state": StepState.REMOVED, "how": "over_memory"}, ("failed", "memory_limit")),
        ({"state": StepState.REMOVED, "how": "over_cpu_time"}, ("failed", "run_limit")),
        ({"state": StepState.REMOVED, "how": "lost"}, ("failed", "node")),
        ({"state": StepState.REMOVED, "how": "killed", "killed_for": "preempted"}, ("failed", "preempted")),
        ({"state": StepState.REMOVED, "how": "killed"}, ("failed", "unknown")),
        ({"state": StepState.REJECTED, "how": "not_begun"}, ("failed", "unknown")),
        ({"state": StepState.CANCELED, "how": "killed", "killed_for": "cancelled"}, ("cancelled", None)),
        ({"state": StepState.NOT_RUN}, ("cancelled", None)),
    ],
)
def test_how_it_ended(changes: dict[str, object], told: tuple[str, str | None]) -> None:
    found = job_of(ended(work(), **changes), "loom")
    assert (found.state.value, found.exit_reason) == told


def test_what_never_ran_has_no_start_and_no_usage() -> None:
    step = Step(
        submitted=work(), at=AT, state=StepState.CANCELED, since=AT + 9, ended=AT + 9, killed_for="cancelled"
    )
    found = job_of(step, "loom")
    assert (found.start_time, found.exit_code, found.hosts, found.usage) == (None, None, None, Usage())
    assert (found.finish_time, found.state, found.attempt) == (moment(AT + 9), JobState.CANCELLED, 0)


def test_what_nobody_measured_or_asked_for_is_not_there() -> None:
    step = ended(submitted("n1.1.0"), consumed=Consumed())
    found = job_of(step, "loom")
    assert (found.usage.memory_peak, found.usage.memory_basis, found.usage.cpu_time) == (None, None, None)
    assert (found.request.memory, found.request.gpus, found.project, found.advice_id) == (None, 0, None, None)


def test_a_request_counts_the_machines_that_it_must_have() -> None:
    step = work()
    layout = Layout(machines_min=2, machines_max=2)
    step = replace(step, job=replace(step.job, demand=replace(step.job.demand, layout=layout)))
    assert (request_of(step).memory, request_of(step).span_hosts) == (4 * GIB, 2)
