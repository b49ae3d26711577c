"""The chart of what ran: pauses are pale, and whoever ran meanwhile on the same processors is drawn there."""

import asyncio
from datetime import UTC
from pathlib import Path
from typing import Any

from jobcast.batch.record import Step, StepState
from jobcast.machine import Share
from jobcast.serve.batch.pauses import Pauses
from jobcast.serve.batch.plan import Frame, plan
from tests.batch import making

BEGIN = making.AT - 3600


def _over(name: str, begin: float, end: float, *, tasks: int, user: str = "ada") -> Step:
    return Step(
        submitted=making.submitted(name, tasks=tasks, user=user),
        at=begin - 10,
        state=StepState.COMPLETED,
        since=end,
        attempt=1,
        dispatched=begin,
        began=begin,
        ended=end,
        allocation=(Share(machine="n1", tasks=tasks),),
    )


def _plan(folder: Path, pauses: Pauses, *steps: Step) -> dict[str, Any]:
    ledger = making.opened(folder)
    ledger.journal.settle({}, steps)
    return asyncio.run(plan(ledger, Frame(now=making.AT, hours=1, zone=UTC, language="en"), pauses))


def test_who_runs_while_another_stands_still_is_drawn_on_its_processors(tmp_path: Path):
    pauses = Pauses()
    pauses.note(BEGIN + 200, {"n.1.0": "preempted"})
    pauses.note(BEGIN + 900, {"n.1.0": "resume_pending"})
    pauses.note(BEGIN + 901, {"n.1.0": "running", "n.2.0": "completed"})
    spec = _plan(
        tmp_path,
        pauses,
        _over("n.1.0", BEGIN + 100, BEGIN + 2000, tasks=4),
        _over("n.2.0", BEGIN + 201, BEGIN + 899, tasks=3),
        _over("n.3.0", BEGIN + 2000, BEGIN + 2100, tasks=2, user="bob"),
    )
    assert [job[0] for job in spec["jobs"]] == ["n.1.0", "n.2.0", "n.3.0"]
    assert spec["pale"] == [[0, 200, 901]]
    assert spec["blocks"] == [[0, 0, 4], [1, 0, 3], [2, 0, 2]]
    assert spec["groups"] == {"queue": ["normal"], "user": ["ada", "bob"]}


def test_who_finds_too_few_free_processors_is_drawn_on_the_least_taken(tmp_path: Path):
    spec = _plan(
        tmp_path,
        Pauses(),
        _over("n.1.0", BEGIN + 100, BEGIN + 2000, tasks=1),
        _over("n.2.0", BEGIN + 200, BEGIN + 2000, tasks=2),
        _over("n.3.0", BEGIN + 300, BEGIN + 400, tasks=2),
        _over("n.4.0", BEGIN + 500, BEGIN + 600, tasks=9),
    )
    assert spec["blocks"] == [[0, 0, 1], [1, 1, 3], [2, 0, 1], [2, 3, 4], [3, 0, 4]]


def test_pauses_that_are_over_are_told_and_others_are_not():
    pauses = Pauses()
    pauses.note(10, {"a": "preempted", "b": "running"})
    pauses.note(15, {"a": "preempted"})
    assert pauses.of("a") == []
    pauses.note(20, {"a": "running"})
    pauses.note(30, {"a": "preempted"})
    pauses.note(31, {"a": "canceled"})
    assert (pauses.of("a"), pauses.of("b")) == ([(10, 20), (30, 31)], [])
