"""What the service answers, as structures: written fast, and the source of the OpenAPI document."""

from collections.abc import Mapping
from typing import Any

import msgspec

from jobcast.act.failing import failing
from jobcast.advice import Advice, Change, ChangeKind, KeptReason, Mode, Subject
from jobcast.forecast import Basis, FailureForecast, Forecast, MemoryForecast, NoForecast, RunTimeForecast
from jobcast.units import to_mib

SCHEMA = 1
"""Version of all JSON that the service answers with."""


class MemoryTold:
    """Either MemorySent or ReasonSent: a base of both, for unions of structures can't be documented."""

    __slots__ = ()


class RunTimeTold:
    """Either RunTimeSent or ReasonSent."""

    __slots__ = ()


class FailureTold:
    """Either FailureSent or ReasonSent."""

    __slots__ = ()


class BasisSent(msgspec.Struct, frozen=True, kw_only=True):
    """What a forecast rests on."""

    level: str
    rung: str
    runs: int
    age_days: float | None
    median_from: str


class MemorySent(msgspec.Struct, MemoryTold, frozen=True, kw_only=True):
    """Peak memory of the next job, in MiB, rounded up."""

    quantiles_mb: Mapping[str, int]
    """Probability to amount, rising; empty when the recipe tells no probabilities."""
    request_mb: int
    """The amount to ask for: exceeded with the probability `risk`."""
    risk: float | None
    basis: BasisSent


class RunTimeSent(msgspec.Struct, RunTimeTold, frozen=True, kw_only=True):
    """Run time of the next job, in seconds."""

    quantiles_s: Mapping[str, float]
    """Probability to time, rising."""
    limit_s: float
    """The run limit to ask for, in whole minutes: exceeded with the probability `risk`."""
    risk: float
    basis: BasisSent


class RecentSent(msgspec.Struct, frozen=True, kw_only=True):
    """How the newest finished runs of the narrowest family with history ended."""

    runs: int
    """How many are looked at, at most 10."""
    failed: int
    reason: str | None
    """Why most of the failed ones did; null where none failed."""
    exit_code: int | None
    """The exit code of most of the failed ones; null where none failed or no code was told."""


class FailureSent(msgspec.Struct, FailureTold, frozen=True, kw_only=True):
    """Whether the next job will fail."""

    probability: float
    """Chance that it fails; being cancelled is no failure."""
    reasons: Mapping[str, float]
    """Reason to its part of the probability, the largest first."""
    recent: RecentSent
    text: str
    """The same for people, in the language of the service: what a hook may print."""
    basis: BasisSent


class ReasonSent(msgspec.Struct, MemoryTold, RunTimeTold, FailureTold, frozen=True, kw_only=True):
    """Why there is no forecast: a fixed word."""

    reason: str
    """E.g. ``nothing_similar``; ``off`` where the rules want no forecast."""


class ChangeSent(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the request that should be another; bytes or seconds."""

    subject: Subject
    kind: ChangeKind
    before: float | None
    after: float
    made: bool


class KeptSent(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the request that stays, and why."""

    subject: Subject
    reason: KeptReason


class AdviceSent(msgspec.Struct, frozen=True, kw_only=True):
    """What the rules of the site make of the forecast."""

    id: str
    mode: Mode
    changes: tuple[ChangeSent, ...]
    kept: tuple[KeptSent, ...]


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one job."""

    memory: MemoryTold
    run_time: RunTimeTold
    failure: FailureTold
    advice: AdviceSent


class OneAnswer(Answer, frozen=True, kw_only=True):
    """The answer to one job."""

    schema: int = SCHEMA
    model: str


class ManyAnswers(msgspec.Struct, frozen=True, kw_only=True):
    """The answers to many jobs, in their order; all come from one model."""

    schema: int = SCHEMA
    model: str
    answers: list[Answer]


class ModelSent(msgspec.Struct, frozen=True, kw_only=True):
    """A model on the shelf."""

    name: str
    """Its folder on the shelf."""
    active: bool
    """Whether it is the one that answers, or will within a second."""
    recipe: str
    made: str
    risk: float | None
    data: Mapping[str, Any]
    scores: Mapping[str, Any] | None


class Models(msgspec.Struct, frozen=True, kw_only=True):
    """All models, oldest first, and the one that answers in this worker."""

    schema: int = SCHEMA
    answering: str | None
    """None before the first."""
    models: list[ModelSent]


class Accepted(msgspec.Struct, frozen=True, kw_only=True):
    """How many finished jobs were taken in."""

    schema: int = SCHEMA
    accepted: int


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """How the service is: the model that answers, and what can't be used."""

    schema: int = SCHEMA
    ready: bool
    """Whether forecasts can be had."""
    model: str | None
    """Which one answers; None where none does."""
    trouble: Mapping[str, str]
    """``rules``, ``tokens`` or ``model`` to why it can't be used as it is; what was there before goes on."""


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """What went wrong: a fixed word, and a sentence for people."""

    schema: int = SCHEMA
    error: str
    """A fixed word."""
    message: str
    """For people."""


OFF = "off"
"""Reason why there is no forecast: the rules want none for such a job."""


def one_answer(model: str, forecast: Forecast | None, advice: Advice) -> OneAnswer:
    """Return the answer to one job by the model of that name."""
    memory, run_time, failure = _forecasts(forecast)
    return OneAnswer(model=model, memory=memory, run_time=run_time, failure=failure, advice=_advice(advice))


def answer(forecast: Forecast | None, advice: Advice) -> Answer:
    """Return the answer to one of many jobs."""
    memory, run_time, failure = _forecasts(forecast)
    return Answer(memory=memory, run_time=run_time, failure=failure, advice=_advice(advice))


def _forecasts(forecast: Forecast | None) -> tuple[MemoryTold, RunTimeTold, FailureTold]:
    if forecast is None:
        off = ReasonSent(reason=OFF)
        return off, off, off
    return _memory(forecast.memory), _run_time(forecast.run_time), _failure(forecast.failure)


def _advice(advice: Advice) -> AdviceSent:
    return AdviceSent(
        id=advice.id,
        mode=advice.mode,
        changes=tuple(map(_change, advice.changes)),
        kept=tuple(KeptSent(subject=one.subject, reason=one.reason) for one in advice.kept),
    )


def _memory(told: MemoryForecast | NoForecast) -> MemoryTold:
    if isinstance(told, NoForecast):
        return ReasonSent(reason=told.reason)
    return MemorySent(
        quantiles_mb={f"{share:g}": to_mib(amount) for share, amount in told.quantiles.items()},
        request_mb=to_mib(told.request),
        risk=told.risk,
        basis=_basis(told.basis),
    )


def _run_time(told: RunTimeForecast | NoForecast) -> RunTimeTold:
    if isinstance(told, NoForecast):
        return ReasonSent(reason=told.reason)
    return RunTimeSent(
        quantiles_s={f"{share:g}": amount for share, amount in told.quantiles.items()},
        limit_s=told.limit,
        risk=told.risk,
        basis=_basis(told.basis),
    )


def _failure(told: FailureForecast | NoForecast) -> FailureTold:
    if isinstance(told, NoForecast):
        return ReasonSent(reason=told.reason)
    recent = told.recent
    return FailureSent(
        probability=round(told.probability, 6),
        reasons={reason: round(chance, 6) for reason, chance in told.reasons.items()},
        recent=RecentSent(
            runs=recent.runs, failed=recent.failed, reason=recent.reason, exit_code=recent.exit_code
        ),
        text=failing(told),
        basis=_basis(told.basis),
    )


def _basis(basis: Basis) -> BasisSent:
    return BasisSent(
        level=basis.level,
        rung=basis.rung,
        runs=basis.runs,
        age_days=None if basis.age_days is None else round(basis.age_days, 2),
        median_from=basis.median_from,
    )


def _change(change: Change) -> ChangeSent:
    return ChangeSent(
        subject=change.subject, kind=change.kind, before=change.before, after=change.after, made=change.made
    )
