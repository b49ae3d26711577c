"""LoadLeveler's KILL: what is being vacated is ended at once where it is true, and may take its time where it isn't."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from jobcast.act.executors.base import Began, End, MachineNews
from jobcast.batch.action import Action, Verb
from jobcast.batch.forcing import forced, on_machines
from jobcast.batch.ledger import Ledger
from jobcast.batch.machines import order_machines
from jobcast.batch.order import Cancel, MachineOrder, Machines, Remove, Requeue
from jobcast.schedule.event import MachineTold
from jobcast.systems.loadleveler.names import control as read_control
from tests.batch.making import AT, ROOT, end, opened, order, over, submit, submitted
from tests.serve.batch.desks import desk

STEPS = ("n1.1.0",)
KILL = Action(verb=Verb.KILL, attempt="n1.1.0@1", step="n1.1.0")
NOW = replace(KILL, at_once=True)


def running(folder: Path, kill: str = "LoadAvg > 4", **more: object) -> Ledger:
    ledger = opened(folder)
    controls = {"kill": read_control(kill, "KILL")} if kill else {}
    ledger.site = replace(
        ledger.site,
        dialect="loadleveler",
        loadleveler=replace(ledger.site.loadleveler, controls=controls),
    )
    submit(ledger, submitted("n1.1.0", tasks=4, **more))
    ledger.hear(Began(attempt="n1.1.0@1", at=AT))
    return ledger


def told(ledger: Ledger, load: float) -> None:
    ledger.turn(AT + 1, [MachineTold(at=AT + 1, machine="n1", facts={"load": load})])


def asked(ledger: Ledger, actions: tuple[Action, ...], at: int = AT + 1) -> list[Action]:
    return list(forced(actions, ledger, datetime.fromtimestamp(at, UTC)))


def at_a_look(ledger: Ledger, at: int) -> tuple[Action, ...]:
    return on_machines(["n1"], ledger, datetime.fromtimestamp(at, UTC))


def requeue(ledger: Ledger) -> tuple[Action, ...]:
    return order(ledger, Requeue(steps=STEPS), ROOT).actions


def remove(ledger: Ledger) -> tuple[Action, ...]:
    return order(ledger, Remove(steps=STEPS), ROOT).actions


def flush(ledger: Ledger) -> tuple[Action, ...]:
    return order_machines(Machines(order=MachineOrder.FLUSH), ROOT, ledger, AT + 1).actions


@pytest.mark.parametrize("leave", [requeue, remove, flush])
@pytest.mark.parametrize(("load", "kill"), [(4.5, NOW), (3.5, KILL)])
def test_whoever_vacates_it_the_machine_decides_how(
    tmp_path: Path, leave: Callable[[Ledger], tuple[Action, ...]], load: float, kill: Action
) -> None:
    ledger = running(tmp_path)
    told(ledger, load)
    assert asked(ledger, leave(ledger)) == [kill]


def test_a_step_that_takes_its_time_is_ended_once_it_becomes_true(tmp_path: Path) -> None:
    ledger = running(tmp_path, "(CurrentTime - EnteredCurrentState) > 3")
    assert asked(ledger, requeue(ledger)) == [KILL]
    assert at_a_look(ledger, AT + 3) == ()
    assert at_a_look(ledger, AT + 4) == (NOW,)
    end(ledger, over("n1.1.0@1", at=AT + 5, how=End.KILLED))
    assert at_a_look(ledger, AT + 9) == ()


def test_a_step_that_is_cancelled_is_asked_to_end_whatever_the_machine_says(tmp_path: Path) -> None:
    ledger = running(tmp_path, "T")
    assert asked(ledger, order(ledger, Cancel(steps=STEPS)).actions) == [KILL]
    assert at_a_look(ledger, AT + 60) == ()


def test_without_the_expression_and_in_files_of_others_there_is_no_haste(tmp_path: Path) -> None:
    bare = running(tmp_path / "bare", "")
    assert asked(bare, requeue(bare)) == [KILL]
    other = running(tmp_path / "other", "T")
    other.site = replace(other.site, dialect="lsf")
    assert asked(other, requeue(other)) == [KILL]
    assert at_a_look(other, AT + 60) == ()


def test_the_manager_asks_its_executor_so(tmp_path: Path) -> None:
    loop, heard = cast("Any", desk(tmp_path).loop), list[Action]()
    loop._acting.ask = heard.extend
    site = loop.ledger.site
    controls = {"kill": read_control("T", "KILL")}
    loop.ledger.site = replace(
        site, dialect="loadleveler", loadleveler=replace(site.loadleveler, controls=controls)
    )
    submit(loop.ledger, submitted("n1.1.0"))
    loop.do(Requeue(steps=STEPS), ROOT)
    loop._take_in([MachineNews(machine="n1", up=True, facts={"load": 0.1})])
    assert heard == [NOW, NOW]
