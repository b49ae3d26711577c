"""``llctl suspend``: all that runs on a machine stands still, nothing new comes, and ``resume`` takes it back."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from jobcast.act.executors.base import Began, Paused
from jobcast.batch.action import Action, Verb
from jobcast.batch.controls import control
from jobcast.batch.ledger import Ledger
from jobcast.batch.machines import order_machines
from jobcast.batch.order import Answer, Done, MachineOrder, Machines, Outcome, Resume, Suspend
from jobcast.batch.picture import machines
from jobcast.batch.record import HALTED_WITH_MACHINE, StepState
from jobcast.batch.screens.loadleveler.llstatus import startd_state
from jobcast.systems.loadleveler.names import control as read_control
from tests.batch.making import ADA, AT, ROOT, opened, order, submit, submitted

SUSPEND = Machines(order=MachineOrder.SUSPEND, machines=("n1",))
RESUME = Machines(order=MachineOrder.RESUME, machines=("n1",))


def running(folder: Path) -> Ledger:
    ledger = opened(folder)
    submit(ledger, submitted("n1.1.0"), submitted("n1.1.1"))
    for name in ("n1.1.0", "n1.1.1"):
        ledger.hear(Began(attempt=f"{name}@1", at=AT))
    return ledger


def give(ledger: Ledger, what: Machines, at: int = AT + 10) -> list[Action]:
    carried = order_machines(what, ROOT, ledger, at)
    assert carried.answer == Answer(outcomes=(Outcome(name="n1", done=Done.YES),))
    return list(carried.actions)


def ask(verb: Verb, *names: str) -> list[Action]:
    return [Action(verb=verb, attempt=f"{name}@1", step=name) for name in names]


def test_what_runs_stands_still_and_goes_on_and_what_waits_starts_then(tmp_path: Path) -> None:
    ledger = running(tmp_path)
    assert give(ledger, SUSPEND) == ask(Verb.SUSPEND, "n1.1.0", "n1.1.1")
    assert not submit(ledger, submitted("n1.2.0"), at=AT + 20).actions
    for name in ("n1.1.0", "n1.1.1"):
        ledger.hear(Paused(attempt=f"{name}@1", at=AT + 11, suspended=True))
        assert ledger.steps[name].state is StepState.PREEMPTED
    assert [startd_state(standing) for standing in machines(ledger)] == ["Suspnd"]
    again = give(ledger, RESUME, AT + 30)
    assert again == ask(Verb.RESUME, "n1.1.0", "n1.1.1") + ask(Verb.START, "n1.2.0")
    assert [startd_state(standing) for standing in machines(ledger)] == ["Run"]


def test_it_outlives_the_manager(tmp_path: Path) -> None:
    ledger = running(tmp_path)
    give(ledger, SUSPEND)
    again = opened(tmp_path)
    assert (again.drained, again.halted) == (frozenset({"n1"}), frozenset({"n1"}))
    assert {step.halted_by for step in again.steps.values()} == {HALTED_WITH_MACHINE}
    assert give(again, RESUME) == ask(Verb.RESUME, "n1.1.0", "n1.1.1")


def test_what_its_owner_had_suspended_stays_so(tmp_path: Path) -> None:
    ledger = running(tmp_path)
    order(ledger, Suspend(steps=("n1.1.0",)), ADA)
    assert give(ledger, SUSPEND) == ask(Verb.SUSPEND, "n1.1.1")
    assert give(ledger, RESUME) == ask(Verb.RESUME, "n1.1.1")


def test_neither_an_owner_nor_an_expression_lets_a_step_go_on(tmp_path: Path) -> None:
    ledger = running(tmp_path)
    controls = {"suspend": read_control("tm_hour == 3", "SUSPEND")}
    ledger.site = replace(
        ledger.site,
        dialect="loadleveler",
        loadleveler=replace(ledger.site.loadleveler, controls=controls),
    )
    night = datetime.fromtimestamp(AT, UTC).replace(hour=3)
    assert list(control(["n1"], ledger, night)) == ask(Verb.SUSPEND, "n1.1.0", "n1.1.1")
    give(ledger, SUSPEND, int(night.timestamp()) + 10)
    assert list(control(["n1"], ledger, night.replace(hour=5))) == []
    (outcome,) = order(ledger, Resume(steps=("n1.1.0",)), ADA, at=int(night.timestamp()) + 20).answer.outcomes
    assert outcome.done is Done.NOT_YOURS
