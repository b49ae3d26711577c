"""A step that waits for machines which take nothing hears which, and why, not that it asks for too much."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from jobcast.act.executors.base import MachineNews
from jobcast.batch import client
from jobcast.batch.controls import control
from jobcast.batch.ledger import Ledger
from jobcast.batch.machines import machine_events, order_machines
from jobcast.batch.order import MachineOrder, Machines
from jobcast.batch.picture import Frame, take, waits_of
from jobcast.batch.screens.loadleveler.llstatus import startd_state
from jobcast.batch.service import Wanted
from jobcast.language import speaking
from jobcast.schedule.event import MachineTold
from jobcast.serve.batch.listed import machine_listed
from jobcast.systems.loadleveler.names import control as read_control
from tests.batch.making import AT, ROOT, opened, submit, submitted

FRAME = Frame(cluster="weather", host="n1", executor="local", zone="UTC")


def ordered(wish: MachineOrder) -> Callable[[Ledger], None]:
    def give(ledger: Ledger) -> None:
        order_machines(Machines(order=wish, machines=("n1",)), ROOT, ledger, AT + 1)

    return give


def closed(ledger: Ledger) -> None:
    loadleveler = replace(ledger.site.loadleveler, controls={"start": read_control("LoadAvg < 2", "START")})
    ledger.site = replace(ledger.site, dialect="loadleveler", loadleveler=loadleveler)
    ledger.turn(AT + 1, [MachineTold(at=AT + 1, machine="n1", facts={"load": 3.0})])
    control(["n1"], ledger, datetime.fromtimestamp(AT + 1, UTC))


def down(ledger: Ledger) -> None:
    ledger.turn(AT + 1, machine_events([MachineNews(machine="n1", up=False)], ledger, AT + 1))


@pytest.mark.parametrize(
    ("leave", "states", "en", "zh"),
    [
        (ordered(MachineOrder.DRAIN), ("Drned", "draining"), "n1 drained by an operator", "n1（管理员已排空）"),
        (ordered(MachineOrder.SUSPEND), ("Suspnd", "draining"), "n1 suspended by an operator", "n1（管理员已挂起）"),
        (closed, ("None", "closed"), "n1 closed by START or SUSPEND", "n1（由 START 或 SUSPEND 关闭）"),
        (down, ("Down", "down"), "n1 down", "n1（不可用）"),
    ],
)  # fmt: skip
def test_what_keeps_a_machine_from_taking_steps_is_told(
    tmp_path: Path, leave: Callable[[Ledger], None], states: tuple[str, str], en: str, zh: str
) -> None:
    ledger = opened(tmp_path)
    leave(ledger)
    submit(ledger, submitted("n1.1.0"), at=AT + 2)
    snapshot = take(ledger, Wanted(), FRAME, AT + 2)
    with speaking("en"):
        assert client.told(snapshot).waits["n1.1.0"].sentence == (
            f"waits for 1 machine that takes nothing now: {en}"
        )
    waits = waits_of("n1.1.0", ledger)
    assert waits is not None
    with speaking("zh"):
        assert client.in_words(waits).sentence == f"等待 1 台目前不接受作业的主机：{zh}"
    assert [(startd_state(one), machine_listed(one).state) for one in snapshot.machines] == [states]


def test_of_hundreds_that_wait_each_one_hears_it(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    down(ledger)
    names = [f"n1.{number}.0" for number in range(150)]
    submit(ledger, *map(submitted, names), at=AT + 2)
    waits = take(ledger, Wanted(), FRAME, AT + 2).waits
    assert {waits[name].cause for name in names} == {"away"}
