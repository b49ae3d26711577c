"""A journal that can't be played again, as after an upgrade of the core: nothing is lost, and everything goes on."""

import sqlite3
from pathlib import Path

import pytest

from jobcast.act.executors.base import Began, Paused
from jobcast.batch.action import Action, Verb
from jobcast.batch.ledger import Ledger
from jobcast.batch.machines import order_machines
from jobcast.batch.opening import CHECKPOINT, make_checkpoint
from jobcast.batch.order import Favour, Hold, MachineOrder, Machines, Suspend
from tests.batch.making import AT, ROOT, end, opened, order, over, read, submit, submitted


def busy(folder: Path) -> Ledger:
    """Return a ledger in which steps run, stand still for two reasons, wait, are held and favoured."""
    ledger = opened(folder)
    submit(ledger, submitted("n1.1.0", tasks=3))
    submit(ledger, submitted("n1.2.0"), at=AT + 1)
    for name in ("n1.1.0", "n1.2.0"):
        ledger.hear(Began(attempt=f"{name}@1", at=AT + 1))
    order(ledger, Suspend(steps=("n1.2.0",)), ROOT, at=AT + 2)
    submit(ledger, submitted("n1.3.0", tasks=4, queue="urgent"), at=AT + 3)
    for name in ("n1.1.0", "n1.2.0"):
        ledger.hear(Paused(attempt=f"{name}@1", at=AT + 4, suspended=True))
    for number in (4, 5, 6):
        submit(ledger, submitted(f"n1.{number}.0", tasks=4), at=AT + number)
    order(ledger, Hold(steps=("n1.5.0",)), at=AT + 7)
    order(ledger, Favour(steps=("n1.6.0",)), ROOT, at=AT + 8)
    ledger.settle()
    return ledger


def different(folder: Path) -> None:
    database = sqlite3.connect(folder / "journal.sqlite")
    with database:
        database.execute("UPDATE turns SET decisions = '[]' WHERE number = 1")
    database.close()


def unreadable(folder: Path) -> None:
    make_checkpoint(folder, read)
    (folder / CHECKPOINT).write_bytes(b'{"turn": 1, ')


@pytest.mark.parametrize("spoil", [different, unreadable])
def test_steps_are_where_they_were_and_go_on(tmp_path: Path, spoil: object) -> None:
    ledger = busy(tmp_path)
    spoil(tmp_path)  # type: ignore[operator]
    again = opened(tmp_path, at=AT + 50)
    assert again.steps == ledger.steps
    for place in ("running", "suspended", "waiting"):
        assert getattr(again.state, place).keys() == getattr(ledger.state, place).keys()
    assert (again.state.free == ledger.state.free).all()
    assert {name: entry.by_hand for name, entry in again.state.suspended.items()} == {
        "n1.1.0": False,
        "n1.2.0": True,
    }
    assert [action.verb for action in again.unfinished()] == [
        *(Verb.START, Verb.SUSPEND, Verb.START, Verb.SUSPEND, Verb.START)
    ]
    begun = end(again, over("n1.3.0@1", at=AT + 60))
    assert begun == (Action(verb=Verb.START, attempt="n1.6.0@1", step="n1.6.0"),)  # it is favoured
    resumed = end(again, over("n1.6.0@1", at=AT + 70))
    assert resumed == (Action(verb=Verb.RESUME, attempt="n1.1.0@1", step="n1.1.0"),)
    assert [name for name in again.state.line if name in again.state.waiting] == ["n1.4.0", "n1.5.0"]


def test_what_was_made_anew_is_played_again_afterwards(tmp_path: Path) -> None:
    busy(tmp_path)
    different(tmp_path)
    again = opened(tmp_path, at=AT + 50)
    end(again, over("n1.3.0@1", at=AT + 60))
    third = opened(tmp_path, at=AT + 70)
    assert third.turns == again.turns
    assert third.state.running.keys() == again.state.running.keys() == {"n1.6.0"}


def test_machines_that_run_out_still_do(tmp_path: Path) -> None:
    ledger = busy(tmp_path)
    order_machines(Machines(order=MachineOrder.DRAIN), ROOT, ledger, AT + 9)
    different(tmp_path)
    assert not opened(tmp_path, at=AT + 50).state.up.any()
