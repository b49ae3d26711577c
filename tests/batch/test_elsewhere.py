"""What has failed runs again on another machine, as often as the site wants, and each attempt is accounted."""

from pathlib import Path

import pytest

from jobcast.act.executors.base import End
from jobcast.batch.ledger import Ledger
from jobcast.batch.order import Cancel
from jobcast.batch.record import StepState
from jobcast.schedule.failing import Failing
from tests.batch.making import end, order, over, submit, submitted
from tests.batch.test_confirming import under

RULE = Failing(retries=2)


def fail(ledger: Ledger, *attempts: int, how: End = End.EXITED, exit_code: int = 3) -> None:
    for number in attempts:
        end(ledger, over(f"n1.1.0@{number}", how=how, exit_code=exit_code))


def test_it_runs_again_as_often_as_wanted_and_is_over_then(tmp_path: Path) -> None:
    ledger = under(RULE, tmp_path)
    submit(ledger, submitted("n1.1.0"))
    fail(ledger, 1, 2)
    step = ledger.steps["n1.1.0"]
    assert (step.state, step.attempt) == (StepState.PENDING, 3)
    assert step.submitted.job.avoids == {"n1"}
    fail(ledger, 3)
    assert ledger.steps == {}
    kept = ledger.journal.step("n1.1.0")
    assert kept is not None
    assert (kept.state, kept.exit_code, kept.attempt) == (StepState.COMPLETED, 3, 3)
    assert [(run.number, run.how, run.exit_code, run.consumed.user_cpu) for run in kept.runs] == [
        (1, "exited", 3, 2.5),
        (2, "exited", 3, 2.5),
    ]
    assert ledger.state.ended == {"n1.1.0": 3}


def test_one_that_ends_well_is_over(tmp_path: Path) -> None:
    ledger = under(RULE, tmp_path)
    submit(ledger, submitted("n1.1.0"))
    fail(ledger, 1, exit_code=0)
    assert ledger.state.ended == {"n1.1.0": 0}


@pytest.mark.parametrize("how", [End.SIGNALLED, End.LOST, End.NOT_BEGUN])
def test_it_avoids_where_it_was_lost_or_could_not_begin(tmp_path: Path, how: End) -> None:
    ledger = under(RULE, tmp_path)
    submit(ledger, submitted("n1.1.0"))
    fail(ledger, 1, how=how)
    assert ledger.steps["n1.1.0"].submitted.job.avoids == {"n1"}


def test_limits_are_no_reason_to_go_elsewhere(tmp_path: Path) -> None:
    ledger = under(RULE, tmp_path)
    submit(ledger, submitted("n1.1.0"))
    fail(ledger, 1, how=End.OVER_MEMORY)
    assert ledger.steps == {}


def test_one_that_may_not_run_twice_or_is_cancelled_does_not(tmp_path: Path) -> None:
    ledger = under(RULE, tmp_path)
    submit(ledger, submitted("n1.1.0", restartable=False))
    fail(ledger, 1)
    assert ledger.steps == {}
    submit(ledger, submitted("n1.2.0"))
    order(ledger, Cancel(steps=("n1.2.0",)))
    end(ledger, over("n1.2.0@1", how=End.SIGNALLED, exit_code=143))
    assert ledger.steps == {}


def test_what_was_foreseen_is_not_tried_again_but_after_a_machine_failed(tmp_path: Path) -> None:
    ledger = under(RULE, tmp_path)
    submit(ledger, submitted("n1.1.0", failing=0.5))
    fail(ledger, 1, how=End.LOST)
    assert ledger.steps["n1.1.0"].attempt == 2
    fail(ledger, 2)
    assert ledger.steps == {}


def test_without_the_rule_nothing_is_tried_again_nor_avoided(tmp_path: Path) -> None:
    ledger = under(Failing(), tmp_path)
    submit(ledger, submitted("n1.1.0"))
    fail(ledger, 1, how=End.LOST)
    assert ledger.steps["n1.1.0"].submitted.job.avoids == frozenset()
    fail(ledger, 2)
    assert ledger.steps == {}
