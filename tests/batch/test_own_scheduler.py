"""A program of the site decides who starts where: its order, and the example that the documentation shows."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from jobcast.batch.dispatching import dispatch
from jobcast.batch.journal import Journal
from jobcast.batch.ledger import Ledger
from jobcast.batch.opening import open_ledger
from jobcast.batch.order import Answer, Dispatch, Done, MachineOrder, Machines
from jobcast.batch.orders import Asker
from jobcast.batch.record import StepState
from jobcast.batch.service import Wanted
from jobcast.batch.site import Files, LiveSite, read_live
from jobcast.machine import Share
from tests.batch.making import ADA, AT, FILES, MONDAY, POLICY, ROOT, opened, submit, submitted
from tests.batch.running import Batch

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "own_scheduler.py"
API = "SCHEDULER_TYPE = API\nSCHEDULE_BY_RESOURCES = ConsumableCpus\n"


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """Return one whose policy starts nobody by itself."""

    def read(files: Files) -> LiveSite:
        site = read_live(files)
        policy = replace(POLICY, external=True)
        return replace(site, configuration=replace(site.configuration, policy=policy))

    return open_ledger(Journal(tmp_path), FILES, read, at=AT, monday=MONDAY)


def ask(ledger: Ledger, step: str, asker: Asker = ROOT, **tasks: int) -> tuple[Done, str]:
    """Ask for a step on machines; return what came of it."""
    allocation = tuple(Share(machine=name, tasks=count) for name, count in tasks.items())
    answer: Answer = dispatch(Dispatch(step=step, allocation=allocation), asker, ledger, AT + 1).answer
    (outcome,) = answer.outcomes
    assert outcome.name == step
    return outcome.done, outcome.said


def test_a_step_starts_where_the_program_wants_it(ledger: Ledger) -> None:
    carried = submit(ledger, submitted("n1.1.0", tasks=2))
    assert carried.actions == ()
    assert ask(ledger, "n1.1.0", n1=2) == (Done.YES, "")
    step = ledger.steps["n1.1.0"]
    assert (step.state, step.allocation) == (StepState.PENDING, (Share(machine="n1", tasks=2),))
    assert ask(ledger, "n1.1.0", n1=2) == (Done.NOT_NOW, "step n1.1.0 is pending: that can't be done now")


def test_what_cannot_be_is_refused_and_nothing_is_written_down(ledger: Ledger) -> None:
    submit(ledger, submitted("n1.1.0", tasks=2), submitted("n1.2.0", tasks=4))
    turns = ledger.turns
    for tasks in (1, 3, 0, -1, 1 << 80):
        done, said = ask(ledger, "n1.1.0", n1=tasks)
        assert (done, "n1" in said) == (Done.REFUSED, True)
    assert ask(ledger, "n1.1.0") == (Done.REFUSED, "no machine was named on which n1.1.0 is to start")
    assert ask(ledger, "n1.1.0", ADA, n1=2)[0] is Done.NOT_YOURS
    assert ask(ledger, "n1.9.0", n1=2)[0] is Done.NO_SUCH
    assert ask(ledger, "n1.1", n1=2)[0] is Done.NO_SUCH
    assert ask(ledger, "n1.1.0", n1=1, n7=1) == (Done.REFUSED, "there is no machine n7")
    assert ledger.turns == turns
    assert ask(ledger, "n1.2.0", n1=4) == (Done.YES, "")
    done, said = ask(ledger, "n1.1.0", n1=2)
    assert (done, "n1" in said) == (Done.REFUSED, True)
    assert ledger.steps["n1.1.0"].state is StepState.IDLE


def test_where_the_manager_decides_itself_no_program_does(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    submit(ledger, submitted("n1.1.0", tasks=4), submitted("n1.2.0"))
    assert ask(ledger, "n1.2.0", n1=1) == (
        Done.REFUSED,
        "the manager decides itself who starts: only under SCHEDULER_TYPE = API does a program of the site",
    )


@pytest.fixture
def batch(tmp_path: Path) -> Iterator[Batch]:
    batch = Batch(folder=tmp_path, texts={"LoadL_config": API})
    batch.start()
    yield batch
    batch.end()


def job(name: str, cpus: int, limit: str) -> str:
    asked = f"#@ resources = ConsumableCpus({cpus})\n#@ wall_clock_limit = {limit}\n"
    return f"#@ job_name = {name}\n{asked}#@ queue\nsleep 0.3\n"


def test_the_example_starts_short_jobs_first(batch: Batch) -> None:
    (standing,) = batch.client.snapshot(Wanted()).machines
    cpus = standing.machine.resources["cpus"]
    limits = {"long": "00:50:00", "short": "00:00:30", "middle": "00:10:00"}
    ids = {name: batch.submit(job(name, cpus, limit)).outcomes[0].name for name, limit in limits.items()}
    assert {batch.state(step) for step in ids.values()} == {"idle"}
    with (batch.folder / "scheduler.log").open("wb") as log:
        scheduler = subprocess.Popen(
            [sys.executable, str(EXAMPLE), str(batch.folder / "batch.sock")],
            env=batch.environment,
            stdout=log,
            stderr=log,
        )
    try:
        over = {step.submitted.notes.name: step for step in batch.all_over()}
        assert sorted(over, key=lambda name: over[name].began or 0) == ["short", "middle", "long"]
        batch.client.do(Machines(order=MachineOrder.DRAIN))
        (late,) = batch.submit(job("late", 1, "00:01:00")).outcomes
        assert batch.state(late.name) == "idle"
        batch.client.do(Machines(order=MachineOrder.RESUME))  # no step has changed: that alone wakes it
        batch.wait(late.name, "completed")
        batch.kill()
        batch.start()
        (again,) = batch.submit(job("again", 1, "00:01:00")).outcomes
        batch.wait(again.name, "completed")
    finally:
        scheduler.kill()
        scheduler.wait()
