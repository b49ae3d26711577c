"""A manager that is killed between what happened and what came of it finds steps as they would have been."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from jobcast.act.executors.base import End
from jobcast.batch.journal import FullError, Journal
from jobcast.batch.ledger import Ledger
from jobcast.batch.order import Cancel, Favour, Hold, Prioritise, Release
from jobcast.batch.orders import OnSteps
from jobcast.batch.record import StepState
from jobcast.schedule.failing import Failing
from tests.batch.making import AT, ROOT, end, opened, order, over, submit, submitted
from tests.batch.test_confirming import RULE, forecast, under
from tests.batch.test_confirming import submit as submit_foreseen

Then = Callable[[Ledger], object]


def killed_at(ledger: Ledger, folder: Path, then: Then, patch: pytest.MonkeyPatch) -> Ledger:
    """Let something happen, of which the event is on the disk and nothing else; return the next manager's ledger."""

    def full(*_: object) -> None:
        raise FullError("full")

    with patch.context() as context:
        context.setattr(Journal, "settle", full)
        then(ledger)
    return opened(folder)


def ordering(what: OnSteps) -> Then:
    return lambda ledger: order(ledger, what, ROOT, at=AT + 5)


@pytest.mark.parametrize(
    "what",
    [
        Hold(steps=("n1.2.0",)),
        Cancel(steps=("n1.2.0",)),
        Cancel(steps=("n1.1.0",)),
        Favour(steps=("n1.2.0",)),
        Prioritise(steps=("n1.2.0",), to=80),
    ],
)
def test_orders_are_kept(tmp_path: Path, what: OnSteps, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = opened(tmp_path)
    submit(ledger, submitted("n1.1.0", tasks=4))
    submit(ledger, submitted("n1.2.0", tasks=4))
    again = killed_at(ledger, tmp_path, ordering(what), monkeypatch)
    if what == Cancel(steps=("n1.1.0",)):  # the kill is asked for again, and told by the core
        assert again.steps["n1.1.0"].state is StepState.REMOVE_PENDING
    assert again.steps == ledger.steps


def test_a_confirmation_is_kept_but_for_who_gave_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = under(RULE, tmp_path)
    submit_foreseen(ledger, submitted("n1.1.0"), forecast(0.95))
    again = killed_at(ledger, tmp_path, ordering(Release(steps=("n1.1.0",))), monkeypatch)
    now, before = again.steps["n1.1.0"].submitted, ledger.steps["n1.1.0"].submitted
    assert now.foreseen is not None
    assert before.foreseen is not None
    assert replace(now.foreseen, confirmed_by="root") == before.foreseen
    assert replace(now, foreseen=before.foreseen) == before
    assert again.steps["n1.1.0"].state is StepState.PENDING


def test_an_attempt_that_failed_is_counted_and_its_machine_avoided(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = under(Failing(retries=1), tmp_path)
    submit(ledger, submitted("n1.1.0"))
    news = over("n1.1.0@1", how=End.EXITED, exit_code=3)
    again = killed_at(ledger, tmp_path, lambda ledger: end(ledger, news), monkeypatch)
    assert [run.number for run in again.steps["n1.1.0"].runs] == [1]
    end(again, news)  # the executor tells it until it is written down
    assert again.steps == ledger.steps
    assert again.steps["n1.1.0"].submitted.job.avoids == {"n1"}
