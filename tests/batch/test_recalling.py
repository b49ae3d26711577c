"""Jobs that ended so long ago that the core has forgotten them, and jobs that wait for them."""

import sqlite3
from pathlib import Path

import pytest

from jobcast.batch.ledger import Ledger
from jobcast.batch.opening import CHECKPOINT, make_checkpoint
from jobcast.batch.order import Cancel, Done, Outcome
from jobcast.batch.record import StepState
from jobcast.schedule.forgetting import forget_the_old
from jobcast.schedule.job import After, Ending, Not
from tests.batch.making import AT, end, opened, order, over, read, submit, submitted


def forgotten(folder: Path) -> Ledger:
    """Return a ledger whose core has forgotten steps: one that went well, one that failed, and one that never ran."""
    ledger = opened(folder)
    submit(ledger, submitted("1"), submitted("2[1]", array="2"), submitted("2[2]", array="2"))
    submit(ledger, submitted("3", hold="user"))
    order(ledger, Cancel(steps=("3",)), at=AT + 50)
    for name, code in (("1", 0), ("2[1]", 0), ("2[2]", 3)):
        end(ledger, over(f"{name}@1", exit_code=code))
    ledger.settle()
    forget(ledger)
    return ledger


def forget(ledger: Ledger) -> None:
    ledger.state.arrivals = 4096
    forget_the_old(ledger.state, 0)


def waiting(job: str, ending: Ending = Ending.DONE) -> After:
    return After(job=job, ending=ending)


@pytest.mark.parametrize(
    ("after", "state"),
    [
        (waiting("1"), StepState.PENDING),
        (waiting("1", Ending.FAILED), StepState.NOT_RUN),
        (waiting("2"), StepState.NOT_RUN),
        (waiting("2", Ending.ENDED), StepState.PENDING),
        (waiting("2[1]"), StepState.PENDING),
        (After(job="2[2]", ending=Ending.FAILED, operator="==", exit_code=3), StepState.PENDING),
        (waiting("3"), StepState.NOT_RUN),
        (waiting("3", Ending.ENDED), StepState.PENDING),
        (Not(part=waiting("3")), StepState.PENDING),
    ],
)
def test_who_waits_for_a_forgotten_job_is_told_how_it_ended(
    tmp_path: Path, after: After, state: StepState
) -> None:
    ledger = forgotten(tmp_path)
    assert ledger.state.ended == {}
    submit(ledger, submitted("4", after=after), at=AT + 100)
    step = ledger.steps.get("4") or ledger.journal.step("4")
    assert step is not None
    assert step.state is state


def test_a_job_that_never_was_is_no_job_to_wait_for(tmp_path: Path) -> None:
    ledger = forgotten(tmp_path)
    answer = submit(ledger, submitted("4", after=waiting("999"))).answer
    assert answer.outcomes == (
        Outcome(
            name="",
            done=Done.REFUSED,
            said="Dependency condition invalid or never satisfied: no job 999 is known, or none any more",
        ),
    )
    assert "4" not in ledger.steps


def test_steps_of_one_submission_may_wait_for_each_other(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    submit(ledger, submitted("n1.1.0"), submitted("n1.1.1", after=waiting("n1.1.0")))
    assert [step.state for step in ledger.steps.values()] == [StepState.PENDING, StepState.IDLE]


def test_what_was_looked_up_is_played_again(tmp_path: Path) -> None:
    ledger = forgotten(tmp_path)
    make_checkpoint(tmp_path, read)
    submit(ledger, submitted("4", after=waiting("1")), at=AT + 100)
    ledger.settle()
    with sqlite3.connect(ledger.journal.path) as database:
        database.execute("DELETE FROM steps WHERE id = '1'")
    database.close()
    again = opened(tmp_path, at=AT + 200)
    assert again.state.running.keys() == {"4"}
    assert again.turns == ledger.turns


def test_who_waits_knows_how_others_ended_after_the_state_was_made_anew(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    submit(ledger, submitted("1"), submitted("2[1]", array="2"), submitted("2[2]", array="2"))
    submit(ledger, submitted("3", after=waiting("1"), tasks=4))
    submit(ledger, submitted("4", after=waiting("2", Ending.ENDED), tasks=4))
    end(ledger, over("1@1"))
    end(ledger, over("2[1]@1", exit_code=1))
    ledger.settle()
    assert ledger.state.waiting.keys() == {"3", "4"}
    (tmp_path / CHECKPOINT).write_bytes(b"{")
    again = opened(tmp_path, at=AT + 200)
    assert again.state.ended == {"1": 0, "2[1]": 1}
    assert again.state.arrays == {"2": ["2[1]", "2[2]"]}
    end(again, over("2[2]@1", at=AT + 300))
    assert again.state.running.keys() == {"3"}
    end(again, over("3@1", at=AT + 400))
    assert again.state.running.keys() == {"4"}
