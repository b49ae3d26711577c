"""From a forecast and the rules of a site to advice: pure, so that hooks, service and simulation decide alike."""

import math
from dataclasses import dataclass

from jobcast.act.rules import Limits, Verdict
from jobcast.advice import Advice, Amount, Change, ChangeKind, Kept, KeptReason, Mode, Subject
from jobcast.forecast import FailureForecast, Forecast, MemoryForecast, RunTimeForecast
from jobcast.job import Submission
from jobcast.units import MIB, Bytes, Seconds

_MINUTE = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class _Need:
    """What one part of a request is likely to need, in bytes or seconds."""

    half: float
    """Half of such jobs stay below."""
    request: float
    """What to ask for."""


def advise(
    submission: Submission, forecast: Forecast | None, verdict: Verdict, *, advice_id: str, model: str | None
) -> Advice:
    """Return what to change in `submission`; `forecast` is None where no model answers.

    Amounts are whole MiB and whole minutes, rounded up. A request is never raised: that its job is likely to
    need more is only told.
    """
    request = submission.request
    outcomes = (
        _memory(request.memory, forecast, verdict),
        _run_limit(request.run_limit, forecast, verdict),
    )
    return Advice(
        id=advice_id,
        mode=verdict.mode,
        model=model,
        changes=tuple(one for one in outcomes if isinstance(one, Change)),
        kept=tuple(one for one in outcomes if isinstance(one, Kept)),
        warning=_warning(forecast, verdict),
    )


def _warning(forecast: Forecast | None, verdict: Verdict) -> FailureForecast | None:
    told = forecast.failure if forecast else None
    return told if isinstance(told, FailureForecast) and told.probability >= verdict.warn_from else None


def _memory(asked: Bytes | None, forecast: Forecast | None, verdict: Verdict) -> Change | Kept:
    subject = Subject.MEMORY
    if not verdict.memory:
        return Kept(subject=subject, reason=KeptReason.NOT_WANTED)
    if forecast is None or not isinstance(forecast.memory, MemoryForecast):
        if asked is None and verdict.memory_default is not None:
            amount = _within(verdict.memory_bounds, subject, verdict.memory_default)
            return _change(subject, ChangeKind.SET, None, amount, verdict.mode)
        return Kept(subject=subject, reason=_silence(forecast))
    told = forecast.memory
    need = _Need(half=told.quantiles.get(0.5, told.request), request=told.request)
    return _compare(subject, asked, need, verdict)


def _run_limit(asked: Seconds | None, forecast: Forecast | None, verdict: Verdict) -> Change | Kept:
    subject = Subject.RUN_LIMIT
    if not verdict.run_limit:
        return Kept(subject=subject, reason=KeptReason.NOT_WANTED)
    if forecast is None or not isinstance(forecast.run_time, RunTimeForecast):
        return Kept(subject=subject, reason=_silence(forecast))
    told = forecast.run_time
    return _compare(
        subject, asked, _Need(half=told.quantiles.get(0.5, told.limit), request=told.limit), verdict
    )


def _silence(forecast: Forecast | None) -> KeptReason:
    return KeptReason.NO_MODEL if forecast is None else KeptReason.NO_FORECAST


def _compare(subject: Subject, asked: Amount | None, need: _Need, verdict: Verdict) -> Change | Kept:
    """Set, lower, warn or leave one part of a request."""
    bounds, request = _bounds(subject, verdict), _whole(subject, need.request)
    if asked is None:
        if bounds.most < need.half:
            return Kept(subject=subject, reason=KeptReason.OUT_OF_BOUNDS)
        return _change(subject, ChangeKind.SET, None, _within(bounds, subject, request), verdict.mode)
    if need.half > asked:
        return _change(subject, ChangeKind.RAISE, asked, request, verdict.mode)
    lowered = _whole(subject, max(request, bounds.least, verdict.lower_to * asked))
    if lowered >= verdict.lower_from * asked:
        return Kept(subject=subject, reason=KeptReason.ENOUGH)
    if verdict.exception:
        return Kept(subject=subject, reason=KeptReason.EXCEPTION)
    return _change(subject, ChangeKind.LOWER, asked, lowered, verdict.mode)


def _bounds(subject: Subject, verdict: Verdict) -> Limits:
    return verdict.memory_bounds if subject is Subject.MEMORY else verdict.run_limit_bounds


_MAKES = {
    ChangeKind.SET: (Mode.APPLY, Mode.LOWER),
    ChangeKind.LOWER: (Mode.LOWER,),
    ChangeKind.RAISE: (),
}
"""Which modes make which change."""


def _change(subject: Subject, kind: ChangeKind, before: Amount | None, after: Amount, mode: Mode) -> Change:
    return Change(subject=subject, kind=kind, before=before, after=after, made=mode in _MAKES[kind])


def _within(bounds: Limits, subject: Subject, amount: float) -> Amount:
    """Return the amount in what batch systems count in, within the bounds; the upper one wins."""
    held = _whole(subject, bounds.hold(amount))
    return held if held <= bounds.most else _whole(subject, bounds.most, up=False)


def _whole(subject: Subject, amount: float, *, up: bool = True) -> Amount:
    """Round to what batch systems count in, to one at least."""
    unit = MIB if subject is Subject.MEMORY else _MINUTE
    number = max(math.ceil(amount / unit) if up else math.floor(amount / unit), 1)
    return Bytes(number * unit) if subject is Subject.MEMORY else Seconds(number * unit)
