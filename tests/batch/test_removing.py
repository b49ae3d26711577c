"""A step that is removed so that others have its machines: LoadLeveler's Removed, and not Canceled."""

from pathlib import Path

import pytest

from jobcast.act.executors.base import Began, End
from jobcast.batch.action import Action, Verb
from jobcast.batch.ending import why_over
from jobcast.batch.finished import job_of
from jobcast.batch.ledger import Ledger
from jobcast.batch.order import Answer, Cancel, Done, Outcome, Remove, Suspend
from jobcast.batch.record import Step, StepState
from jobcast.batch.screens.loadleveler import states
from jobcast.job import ExitReason, JobState
from jobcast.language import speaking
from tests.batch.making import AT, ROOT, end, opened, order, over, submit, submitted

REMOVE = Remove(steps=("n1.1.0",))
KILL = Action(verb=Verb.KILL, attempt="n1.1.0@1", step="n1.1.0")
DONE = Answer(outcomes=(Outcome(name="n1.1.0", done=Done.YES),))


def running(folder: Path) -> Ledger:
    ledger = opened(folder)
    submit(ledger, submitted("n1.1.0"))
    ledger.hear(Began(attempt="n1.1.0@1", at=AT))
    return ledger


def gone(ledger: Ledger, how: End = End.KILLED) -> Step:
    end(ledger, over("n1.1.0@1", how=how, exit_code=143))
    step = ledger.journal.step("n1.1.0")
    assert step is not None
    return step


def test_it_is_killed_and_then_removed_in_listings_and_in_the_history(tmp_path: Path) -> None:
    ledger = running(tmp_path)
    carried = order(ledger, REMOVE, ROOT)
    assert (carried.answer, carried.actions) == (DONE, (KILL,))
    assert ledger.steps["n1.1.0"].state is StepState.REMOVE_PENDING
    assert opened(tmp_path).steps == ledger.steps
    step = gone(ledger)
    assert (states.short(step.state), states.word(step.state)) == ("RM", "Removed")
    told = job_of(step, "made")
    assert (told.state, told.exit_reason) == (JobState.FAILED, ExitReason.PREEMPTED)


def test_why_it_is_over_is_told_in_both_languages(tmp_path: Path) -> None:
    ledger = running(tmp_path)
    order(ledger, REMOVE, ROOT)
    step = gone(ledger)
    said = "was taken off its machines by hand or by an expression of the site, and doesn't run again"
    assert why_over(step) == said
    with speaking("zh"):
        assert why_over(step) == "已由人工或站点表达式移出主机，不再运行"


@pytest.mark.parametrize(
    ("what", "state"), [(REMOVE, StepState.REMOVED), (Cancel(steps=("n1.1.0",)), StepState.CANCELED)]
)
def test_one_whose_prolog_still_ran_is_in_the_same_state(
    tmp_path: Path, what: Remove | Cancel, state: StepState
) -> None:
    ledger = opened(tmp_path)
    submit(ledger, submitted("n1.1.0"))
    order(ledger, what, ROOT)
    assert gone(ledger, End.NOT_BEGUN).state is state


def test_one_that_stands_still_is_removed_too_but_only_once(tmp_path: Path) -> None:
    ledger = running(tmp_path)
    order(ledger, Suspend(steps=("n1.1.0",)), ROOT)
    assert order(ledger, REMOVE, ROOT).answer == DONE
    said = "step n1.1.0 is being removed: that can't be done now"
    again = Answer(outcomes=(Outcome(name="n1.1.0", done=Done.NOT_NOW, said=said),))
    assert order(ledger, REMOVE, ROOT).answer == again


def test_one_that_waits_has_no_machines_to_give(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    submit(ledger, submitted("n1.1.0", hold="user"))
    (outcome,) = order(ledger, REMOVE, ROOT).answer.outcomes
    assert outcome.done is Done.NOT_NOW
    assert ledger.steps["n1.1.0"].state is StepState.USER_HOLD
