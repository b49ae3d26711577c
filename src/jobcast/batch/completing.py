"""What a submission leaves open, filled in by advice: pure, so that rules and forecasts decide here as in hooks."""

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from jobcast.act.rules import Verdict
from jobcast.advice import Advice, Amount, Change, Kept, KeptReason, Mode, Subject
from jobcast.batch.described import request_of
from jobcast.batch.finished import ADVICE, ADVISED_MEMORY, ADVISED_RUN_LIMIT
from jobcast.batch.record import Submitted
from jobcast.forecast import Forecast, RunTimeForecast
from jobcast.machine import MEMORY
from jobcast.units import MIB, Bytes, Seconds

ADVISED_ESTIMATE = "advised_estimate"
"""Under which `Notes.keywords` keep the seconds that a step is reckoned to run."""
NOTED = (ADVICE, ADVISED_MEMORY, ADVISED_RUN_LIMIT, ADVISED_ESTIMATE)
"""All that an advice may say there."""
_MINUTE = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class Completed:
    """What became of the steps of one submission."""

    steps: tuple[Submitted, ...]
    """The same ones, with less left open."""
    told: tuple[str, ...] = ()
    """Lines for whoever submits."""
    refusals: tuple[str, ...] = ()
    """Why a rule of the site forbids it."""


Complete = Callable[[Sequence[Submitted]], Completed]
"""Fills in what the steps of one submission leave open."""


def as_it_is(steps: Sequence[Submitted]) -> Completed:
    """Leave everything open; what a step says of itself as if we had set it is taken out."""
    return Completed(steps=tuple(map(without_notes, steps)))


def without_notes(step: Submitted) -> Submitted:
    """Take out what only an advice may say."""
    keywords = step.notes.keywords
    if keywords.keys().isdisjoint(NOTED):
        return step
    kept = {name: value for name, value in keywords.items() if name not in NOTED}
    return replace(step, notes=replace(step.notes, keywords=kept))


def advised(
    step: Submitted, advice: Advice, verdict: Verdict, forecast: Forecast | None
) -> tuple[Submitted, Advice]:
    """Return a step with the changes that are made, and the advice without those that can't be said for this one.

    Where changes are made at all, a step that tells no estimate is reckoned to run as long as half of its like, rounded
    up to minutes.
    """
    found, changes, kept = step, list[Change](), list(advice.kept)
    noted: dict[str, str] = {}
    for change in advice.changes:
        made = _made(found, change, verdict) if change.made else None
        if made is not None:
            found, after = made
            changes.append(replace(change, after=_amount(change.subject, after)))
            noted[_KEYWORDS[change.subject]] = str(after)
        elif change.made:
            kept.append(Kept(subject=change.subject, reason=KeptReason.NOT_EXPRESSIBLE))
        else:
            changes.append(change)
    if advice.mode in {Mode.APPLY, Mode.LOWER} and (estimate := _estimate(found, forecast)) is not None:
        found = replace(found, job=replace(found.job, estimate=estimate))
        noted[ADVISED_ESTIMATE] = str(estimate)
    said = replace(advice, changes=tuple(changes), kept=tuple(kept))
    return _noting(found, {ADVICE: advice.id, **noted} if noted else {}), said


def without(advice: Advice, subjects: Collection[Subject]) -> Advice:
    """Return an advice that leaves these parts of a request as they are: this submission can't be told them."""
    kept = tuple(Kept(subject=subject, reason=KeptReason.NOT_EXPRESSIBLE) for subject in subjects)
    changes = tuple(each for each in advice.changes if each.subject not in subjects)
    return replace(advice, changes=changes, kept=(*advice.kept, *kept))


def _amount(subject: Subject, amount: int) -> Amount:
    return Bytes(amount) if subject is Subject.MEMORY else Seconds(float(amount))


_KEYWORDS = {Subject.MEMORY: ADVISED_MEMORY, Subject.RUN_LIMIT: ADVISED_RUN_LIMIT}


def _noting(step: Submitted, noted: Mapping[str, str]) -> Submitted:
    return replace(step, notes=replace(step.notes, keywords={**step.notes.keywords, **noted}))


def _made(step: Submitted, change: Change, verdict: Verdict) -> tuple[Submitted, int] | None:
    """Return a step with a change made, and the amount that it asks for then; None where it can't be said."""
    if change.subject is Subject.RUN_LIMIT:
        limit = math.ceil(change.after)
        return replace(step, job=replace(step.job, run_limit=limit)), limit
    found = _with_memory(step, change)
    asks = request_of(found).memory or 0
    if change.before is not None and asks >= change.before:
        return None
    if verdict.memory_limit:
        limits = replace(found.enforcement, memory=asks, kill_over_memory=True)
        found = replace(found, enforcement=limits)
    return found, asks


def _with_memory(step: Submitted, change: Change) -> Submitted:
    """Share memory out among tasks; where a step asks for some, each part of that in proportion. In whole MiB."""
    demand = step.job.demand
    if change.before:
        share = change.after / change.before
        per_task, per_machine = (
            {name: _whole(amount * share) if name == MEMORY else amount for name, amount in amounts.items()}
            for amounts in (demand.per_task, demand.per_machine)
        )
    else:
        per_task = {**demand.per_task, MEMORY: _whole(change.after / demand.tasks)}
        per_machine = dict(demand.per_machine)
    demand = replace(demand, per_task=per_task, per_machine=per_machine)
    return replace(step, job=replace(step.job, demand=demand))


def _whole(amount: float) -> int:
    return math.ceil(amount / MIB) * MIB


def _estimate(step: Submitted, forecast: Forecast | None) -> int | None:
    if (
        step.job.estimate is not None
        or forecast is None
        or not isinstance(forecast.run_time, RunTimeForecast)
    ):
        return None
    half = forecast.run_time.quantiles.get(0.5, forecast.run_time.limit)
    return max(math.ceil(half / _MINUTE), 1) * _MINUTE
