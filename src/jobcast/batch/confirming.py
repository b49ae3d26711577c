"""Steps that will probably fail: what is foreseen is noted, they are held where the site wants it, and confirmed."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from jobcast.batch.changing import Change
from jobcast.batch.foreseen import foreseen_in, spelled_out, to_confirm
from jobcast.batch.ledger import Ledger
from jobcast.batch.record import Step, Submitted
from jobcast.decision import Reason
from jobcast.forecast import FailureForecast, Forecast
from jobcast.schedule.failing import Failing
from jobcast.schedule.sentence import sentence


def foreseeing(step: Submitted, forecast: Forecast | None) -> Submitted:
    """Return a step with what a forecast tells of its failing; the same one where it tells nothing."""
    failure = None if forecast is None else forecast.failure
    if not isinstance(failure, FailureForecast):
        return step
    return replace(step, job=replace(step.job, failing=failure.probability), foreseen=foreseen_in(failure))


def held_by_rule(step: Submitted, rule: Failing) -> Submitted:
    """Return a step that is held, where the rule wants it confirmed."""
    if step.foreseen is None or not rule.holds(step.job):
        return step
    holds = " ".join(name for name in ("user", "system") if name in {*step.job.hold.split(), "user"})
    return replace(step, job=replace(step.job, hold=holds), foreseen=replace(step.foreseen, held=True))


def to_be_confirmed(steps: Sequence[Submitted]) -> Iterator[str]:
    """Yield a line for whoever has submitted these, for each job of which something has to be confirmed."""
    told = dict[str, None]()
    for step in steps:
        if step.foreseen is not None and step.foreseen.waits:
            name = step.job.array or step.job.id
            reason = to_confirm(step.foreseen, step.job.failing, step.notes.dialect, name)
            told[sentence(spelled_out(reason))] = None
    yield from told


def why_held(step: Step) -> Reason | None:
    """Return what a held step waits for, where that is to be confirmed; None for others."""
    submitted = step.submitted
    if submitted.foreseen is None or not submitted.foreseen.waits:
        return None
    return to_confirm(submitted.foreseen, submitted.job.failing, submitted.notes.dialect, step.id)


def confirming(change: Change, step: Step, by: str, at: int, ledger: Ledger) -> Change:
    """Return a release that notes who has confirmed a step by it; the same one where there is nothing to confirm."""
    foreseen = step.submitted.foreseen
    if foreseen is None or not foreseen.waits:
        return change

    def note() -> None:
        if change.then is not None:
            change.then()
        if "user" not in step.submitted.job.hold.split():
            confirmed = replace(foreseen, confirmed_by=by, confirmed_at=at)
            step.submitted = replace(step.submitted, foreseen=confirmed)
            ledger.change(step)

    return replace(change, then=note)
