"""A step that was killed for its memory runs again with more, as often as the site wants and a machine has it."""

from dataclasses import replace
from functools import partial
from pathlib import Path

from jobcast.act.executors.base import End
from jobcast.batch.ledger import Ledger
from jobcast.batch.record import StepState, Submitted
from jobcast.batch.retrying import retry
from jobcast.machine import CPUS, MEMORY
from jobcast.program import Enforcement
from jobcast.units import GIB
from tests.batch.making import end, opened, over, submit, submitted

TWICE = partial(retry, memory_retries=5, memory_factor=2.0)


def asking(memory: int, **more: object) -> Submitted:
    """Return a step of two tasks with so much memory each."""
    step = submitted("n1.1.0", tasks=2, **more)
    demand = replace(step.job.demand, per_task={CPUS: 1, MEMORY: memory})
    enforcement = Enforcement(memory=2 * memory, kill_over_memory=True)
    return replace(step, job=replace(step.job, demand=demand), enforcement=enforcement)


def killed(ledger: Ledger, times: int) -> None:
    """Let as many attempts be killed for their memory."""
    for number in range(1, times + 1):
        end(ledger, over(f"n1.1.0@{number}", how=End.OVER_MEMORY, exit_code=137), TWICE)


def test_each_time_it_asks_for_more_and_may_take_more(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    submit(ledger, asking(GIB))
    killed(ledger, 2)
    step = ledger.steps["n1.1.0"]
    assert (step.state, step.attempt) == (StepState.PENDING, 3)
    assert step.submitted.job.demand.per_task == {CPUS: 1, MEMORY: 4 * GIB}
    assert step.submitted.enforcement.memory == 8 * GIB
    assert [run.how for run in step.runs] == ["over_memory", "over_memory"]
    assert opened(tmp_path).steps == ledger.steps


def test_it_is_given_up_where_no_machine_has_so_much_and_its_owner_is_told(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    submit(ledger, asking(2 * GIB))
    killed(ledger, 2)
    step = ledger.journal.step("n1.1.0")
    assert step is not None
    assert (step.state, step.attempt) == (StepState.REMOVED, 2)
    why = "its tasks ask for 16 GiB of ConsumableMemory; the machines that it may use have 8 GiB together"
    assert step.detail == f"It is not run again with more memory: {why}"
    assert ledger.state.ended == {"n1.1.0": 137}


def test_without_the_setting_or_where_it_may_not_run_twice_it_is_over(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    submit(ledger, asking(GIB))
    end(ledger, over("n1.1.0@1", how=End.OVER_MEMORY))
    assert ledger.steps == {}
    other = opened(tmp_path / "other")
    submit(other, asking(GIB, restartable=False))
    killed(other, 1)
    assert other.steps == {}
