"""Snapshots show what is there now, once for each change, and keep nobody waiting."""

import asyncio
from pathlib import Path

import pytest

from jobcast.batch.order import Hold
from jobcast.batch.orders import Asker
from jobcast.batch.plain import from_json
from jobcast.batch.record import StepState
from jobcast.batch.service import Wanted
from jobcast.batch.snapshot import Snapshot
from jobcast.serve.batch import snapshots
from jobcast.serve.batch.app import make_batch_app
from jobcast.serve.batch.desk import Desk
from tests.batch import making
from tests.serve.batch.desks import desk as made
from tests.serve.conftest import Ask, asker

_SUBMIT = {"kind": "SubmitCommand", "arguments": ["-n", "3", "sleep 9"], "directory": "/"}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return made(tmp_path)


@pytest.fixture
def ask(desk: Desk) -> Ask:
    return asker(make_batch_app(desk))


def _snapshot(ask: Ask, query: str = "") -> Snapshot:
    return from_json(ask("GET", f"/v1/batch/snapshot{query}").body, Snapshot)


def _states(ask: Ask, query: str = "") -> dict[str, StepState]:
    return {step.id: step.state for step in _snapshot(ask, query).steps}


def test_a_step_is_shown_as_it_is_after_each_change(ask: Ask):
    assert _states(ask) == {}
    for _ in range(2):
        ask("POST", "/v1/batch/orders", _SUBMIT)
    assert _states(ask) == {"1": StepState.PENDING, "2": StepState.IDLE}
    ask("POST", "/v1/batch/orders", {"kind": "Hold", "steps": ["2"]})
    assert _states(ask) == {"1": StepState.PENDING, "2": StepState.USER_HOLD}
    ask("POST", "/v1/batch/orders", {"kind": "Cancel", "steps": ["2"]})
    assert _states(ask) == {"1": StepState.PENDING, "2": StepState.CANCELED}
    assert _states(ask, "?steps=2") == {"2": StepState.CANCELED}


def test_reasons_stand_beside_the_steps_that_wait(ask: Ask):
    for _ in range(3):
        ask("POST", "/v1/batch/orders", _SUBMIT)
    first = _snapshot(ask).waits
    assert list(first) == ["2", "3"]
    assert first["2"].values == {"resource": "cpus", "needed": 3, "free": 1}
    (alone,) = _snapshot(ask, "?steps=3").waits.values()
    assert alone.before == ("2",)


def test_where_many_steps_are_named_it_is_not_told_who_is_before_each(desk: Desk, ask: Ask):
    making.submit(desk.loop.ledger, *(making.submitted(f"n.1.{number}", tasks=4) for number in range(151)))
    waits = _snapshot(ask, "?steps=n.1").waits
    assert list(waits) == [f"n.1.{number}" for number in range(1, 151)]
    assert {each.before for each in waits.values()} == {()}
    lacking = {"resource": "cpus", "needed": 4, "free": 0}
    assert [each.values for each in waits.values()] == [lacking] * 100 + [{}] * 50
    few = _snapshot(ask, f"?steps={','.join(f'n.1.{number}' for number in range(21))}").waits
    assert {name: len(each.before) for name, each in few.items()} == {
        f"n.1.{number}": number - 1 for number in range(1, 21)
    }


def test_whoever_names_steps_to_do_something_to_them_is_not_told_why_they_wait(ask: Ask):
    for _ in range(2):
        ask("POST", "/v1/batch/orders", _SUBMIT)
    bare = _snapshot(ask, "?steps=1,2&bare=1")
    assert ([step.id for step in bare.steps], bare.waits) == (["1", "2"], {})


def test_what_has_not_changed_is_not_sent_again(ask: Ask):
    known = ask("GET", "/v1/batch/snapshot").headers["etag"]
    again = ask("GET", "/v1/batch/snapshot", headers={"If-None-Match": known})
    assert (again.status, again.body) == (304, b"")
    assert ask("GET", "/v1/batch/snapshot?steps=1", headers={"If-None-Match": known}).status == 200
    ask("POST", "/v1/batch/orders", _SUBMIT)
    assert ask("GET", "/v1/batch/snapshot", headers={"If-None-Match": known}).status == 200


def test_steps_that_change_while_a_snapshot_is_made_are_in_it_once(desk: Desk):
    ledger = desk.loop.ledger
    making.submit(ledger, *(making.submitted(f"n.{number}.0", tasks=4) for number in range(1_500)))
    desk.loop.do(Hold(steps=("n.7.0",)), Asker(user="ada"))

    async def pieces() -> bytes:
        found = []
        async for piece in snapshots.as_json(ledger, Wanted(), desk.frame, desk.loop.shown, making.AT):
            found.append(piece)
            making.order(ledger, Hold(steps=(f"n.{len(found)}.0",)))
        return b"".join(found)

    steps = from_json(asyncio.run(pieces()), Snapshot).steps
    assert len(steps) == len({step.id for step in steps}) == 1_500
    assert {step.id for step in steps if step.state is StepState.USER_HOLD} == {"n.7.0"}
