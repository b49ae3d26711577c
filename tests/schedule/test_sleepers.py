"""Who waits for others is looked at again when one of them comes a step further, and not before."""

from dataclasses import replace

import pytest

from jobcast.decision import Cause
from jobcast.schedule.event import Cancelled, Finished, Submitted
from jobcast.schedule.job import After, BatchJob, Ending
from jobcast.schedule.one_pass import Pass
from jobcast.schedule.state import Entry, State
from jobcast.schedule.step import begin, step
from jobcast.schedule.walk import Walk
from tests.schedule.made_up import easy, job, one

POLICY = easy()


def waits_for(name: str, other: str, ending: Ending = Ending.ENDED) -> BatchJob:
    return replace(job(name, 1, 100), after=After(job=other, ending=ending))


def some_waiting() -> State:
    """Return one processor on which ``first`` runs, and of those that wait one that waits for it."""
    state = begin(one(1), POLICY)
    jobs = (job("first", 1, 100), waits_for("second", "first"), waits_for("third", "second"))
    return step(state, [Submitted(at=0, job=each) for each in jobs], POLICY)[0]


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list that grows by those who are looked at."""
    names: list[str] = []
    look_at = Pass._look_at

    def noting(self: Pass, walk: Walk, entry: Entry) -> bool:
        names.append(entry.job.id)
        return look_at(self, walk, entry)

    monkeypatch.setattr(Pass, "_look_at", noting)
    return names


def test_nobody_is_looked_at_again_while_those_he_waits_for_run_on(looked_at: list[str]) -> None:
    state = some_waiting()
    assert looked_at == ["first", "second", "third"]
    looked_at.clear()
    step(state, [Submitted(at=1, job=waits_for("fourth", "first"))], POLICY)
    assert looked_at == ["fourth"]


def test_who_waits_for_one_that_ends_is_looked_at_in_that_pass(looked_at: list[str]) -> None:
    state = some_waiting()
    looked_at.clear()
    state, decisions = step(state, [Finished(at=5, job="first", exit_code=0)], POLICY)
    assert [decision.job for decision in decisions] == ["second"]
    # The third waits for the second, which has just started.
    assert looked_at == ["second", "third"]
    assert state.waiting["third"].reason.cause is Cause.DEPENDENCY


def test_who_waits_for_one_that_is_cancelled_is_looked_at() -> None:
    state = some_waiting()
    state, _ = step(state, [Cancelled(at=5, job="second")], POLICY)
    assert state.waiting["third"].reason.cause is Cause.RESOURCES


def test_an_element_that_comes_late_keeps_those_waiting_who_wait_for_its_array() -> None:
    state = begin(one(1), POLICY)
    element = replace(job("a[1]", 1, 100), array="a")
    jobs = (job("first", 1, 100), element, waits_for("second", "a"))
    state, _ = step(state, [Submitted(at=0, job=each) for each in jobs], POLICY)
    state, _ = step(state, [Submitted(at=1, job=replace(element, id="a[2]"))], POLICY)
    state, _ = step(state, [Cancelled(at=2, job="a[1]")], POLICY)
    assert state.waiting["second"].reason.cause is Cause.DEPENDENCY
    state, _ = step(state, [Cancelled(at=3, job="a[2]")], POLICY)
    assert state.waiting["second"].reason.cause is Cause.RESOURCES


def test_one_who_waits_for_another_to_start_and_was_passed_before_it_starts_in_the_same_pass() -> None:
    state = begin(one(2), POLICY)
    jobs = (job("first", 2, 100), waits_for("before", "behind", Ending.STARTED), job("behind", 1, 100))
    state, _ = step(state, [Submitted(at=0, job=each) for each in jobs], POLICY)
    state, decisions = step(state, [Finished(at=5, job="first", exit_code=0)], POLICY)
    assert [decision.job for decision in decisions] == ["behind", "before"]
