"""Why steps are over that didn't end by themselves, and which epilog failed."""

import logging
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from jobcast.act.executors.base import Began, End
from jobcast.batch.ending import why_over
from jobcast.batch.ledger import Ledger
from jobcast.batch.picture import Frame, take
from jobcast.batch.record import Step, StepState
from jobcast.batch.screens.loadleveler.llq_long import long_listing
from jobcast.batch.screens.loadleveler.llq_why import why
from jobcast.batch.screens.lsf.job_at_length import listing
from jobcast.batch.service import Wanted
from jobcast.language import speaking
from jobcast.schedule.event import Tick
from jobcast.schedule.job import After, Ending
from tests.batch.making import AT, end, opened, over, submit, submitted
from tests.serve.batch.desks import desk

FRAME = Frame(cluster="made", host="n1", executor="local", zone="UTC")


def ended(ledger: Ledger, name: str) -> Step:
    step = ledger.journal.step(name)
    assert step is not None
    return step


def killed_at_its_limit(ledger: Ledger) -> Step:
    submit(ledger, submitted("n1.1.0"))
    ledger.hear(Began(attempt="n1.1.0@1", at=AT))
    ledger.turn(AT + 600, [Tick(at=AT + 600)])
    end(ledger, over("n1.1.0@1", at=AT + 601, how=End.KILLED, exit_code=137))
    return ended(ledger, "n1.1.0")


def test_a_step_at_its_run_limit_says_so_to_whoever_asks_in_his_language(tmp_path: Path) -> None:
    step = killed_at_its_limit(opened(tmp_path))
    assert (step.state, why_over(step)) == (StepState.REMOVED, "has run for 600 s, its run limit")
    with speaking("zh"):
        assert why_over(step) == "已运行 600 秒，达到运行时限"


def test_a_step_whose_dependency_cannot_hold_says_of_whom(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    after = After(job="n1.1.0", ending=Ending.DONE)
    submit(ledger, submitted("n1.1.0"), submitted("n1.1.1", after=after))
    end(ledger, over("n1.1.0@1", exit_code=1))
    step = ended(ledger, "n1.1.1")
    told = "what it waits for can't happen any more: n1.1.0"
    assert (step.state, why_over(step)) == (StepState.NOT_RUN, told)


@pytest.mark.parametrize(
    ("news", "told"),
    [
        (over("n1.1.0@1"), ""),
        (over("n1.1.0@1", how=End.OVER_MEMORY, exit_code=137), "took more memory than it may"),
        (
            replace(over("n1.1.0@1", how=End.NOT_BEGUN), detail="the directory /nowhere isn't there"),
            "the directory /nowhere isn't there",
        ),
        (
            replace(over("n1.1.0@1"), exits={"prolog": 0, "user_epilog": 2, "epilog": 3}),
            "JOB_USER_EPILOG failed with exit code 2; JOB_EPILOG failed with exit code 3",
        ),
    ],
)
def test_what_the_executor_tells_is_told(tmp_path: Path, news: Any, told: str) -> None:
    ledger = opened(tmp_path)
    submit(ledger, submitted("n1.1.0"))
    end(ledger, news, lambda _step, _news: None)
    assert why_over(ended(ledger, "n1.1.0")) == told


def test_several_things_are_told_one_after_the_other(tmp_path: Path) -> None:
    step = replace(killed_at_its_limit(opened(tmp_path)), exits={"epilog": 1})
    with speaking("zh"):
        assert why_over(step) == "已运行 600 秒，达到运行时限；JOB_EPILOG 失败，退出码 1"


def test_listings_tell_it(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    step = killed_at_its_limit(ledger)
    snapshot = take(ledger, Wanted(), FRAME, AT + 700, (step,))
    assert why(step, snapshot)[1:] == [
        "This step isn't waiting: Removed.",
        "has run for 600 s, its run limit",
    ]
    messages = [line.strip() for line in long_listing(step, snapshot) if "Negotiator Messages" in line]
    assert messages == ["Negotiator Messages: has run for 600 s, its run limit"]


def test_bjobs_tells_why_a_job_could_not_be_started(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    submit(ledger, submitted("n1.1.0"))
    end(ledger, replace(over("n1.1.0@1", how=End.NOT_BEGUN), detail="the prolog failed"))
    step = ended(ledger, "n1.1.0")
    lines = "\n".join(listing([step], take(ledger, Wanted(), FRAME, AT + 700, (step,)), unformatted=True))
    assert "TERM_PRE_EXEC_FAIL: job killed because it could not be started. the prolog failed.\n" in lines


def test_a_failing_epilog_is_in_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    loop = cast("Any", desk(tmp_path).loop)
    with caplog.at_level(logging.WARNING, "jobcast.batch"):
        loop._take_in([replace(over("n1.9.0@1"), exits={"epilog": 3})])
    assert caplog.messages == ["n1.9.0: JOB_EPILOG failed with exit code 3"]
