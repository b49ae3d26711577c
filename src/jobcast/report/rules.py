"""What may be wrong with jobs of one kind, and what to ask for next time.

What is advised follows from the runs at hand alone, so that anybody can check it: the largest peak of memory and
10 %, the most cores ever kept busy, the longest run and half as much again. What would have been free is what
was held less what would have been held with the advice in every run.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, inf

from jobcast.job import Request
from jobcast.language import Phrase, phrase
from jobcast.report.cpu import ONE_BUSY
from jobcast.report.kinds import Kind
from jobcast.units import GIB, MIB, Bytes, Seconds, format_amount, format_duration, format_memory

_HEADROOM = 1.1
"""What is advised is the largest peak times this."""
_AFTER_KILL = 1.5
"""A job that was killed at its limit would have needed more than that; nobody knows how much."""
_SLACK = 1.5
"""What is advised is the longest run time times this."""
_WORTH = 0.8
"""A request is worth a word when what is advised is no more than this share of it."""
_LIMIT_WORTH = 0.4
"""The same for run limits, which people set generously with good reason."""
_OFTEN = 0.05
"""A finding about single runs is worth a word when it is true of this share of all."""
_LEAST = 0.1
"""GiB·h or core·h: less is not worth a word."""
_LIMIT_STEP = 600
"""Seconds: run limits are advised in whole steps."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """What is wrong with some runs of one kind."""

    runs: int
    """How many."""
    text: Phrase
    """What is wrong, with its amounts, as a sentence."""
    request: Request
    """What to ask for next time; what it leaves open is not at fault."""
    gib_hours: float = 0.0
    """What would have been free, or was lost."""
    core_hours: float = 0.0
    """What would have been free, or was lost."""


def _memory_over(kind: Kind, fewest_runs: int) -> Finding | None:
    """Find out whether every run asked for far more than any used."""
    if kind.told_runs < fewest_runs or kind.request is None or kind.peak is None or _is_short(kind):
        return None
    advised = _memory_for(kind)
    freed = kind.held - advised * kind.told_hours
    if advised > kind.request * _WORTH or freed < _LEAST:
        return None
    text = phrase(
        "report.note_memory_over",
        runs=f"{kind.told_runs:,}",
        request=format_memory(_bytes(kind.request)),
        peak=format_memory(_bytes(kind.peak)),
        amount=format_amount(freed),
    )
    return Finding(runs=kind.told_runs, text=text, request=Request(memory=_bytes(advised)), gib_hours=freed)


def _memory_under(kind: Kind, fewest_runs: int) -> Finding | None:  # noqa: ARG001 - one of few runs is enough
    """Find out whether runs used more than they had asked for, or were killed over it, more than a few of many."""
    advised = _memory_for(kind)
    if not advised or not _is_short(kind):
        return None
    text = phrase(
        "report.note_memory_under",
        short=f"{kind.short_runs:,}",
        killed=f"{kind.killed_runs:,}",
        runs=f"{kind.runs:,}",
        amount=format_amount(kind.killed_gib_hours),
    )
    return Finding(
        runs=kind.short_runs + kind.killed_runs,
        text=text,
        request=Request(memory=_bytes(advised)),
        gib_hours=kind.killed_gib_hours,
    )


def _memory_open(kind: Kind, fewest_runs: int) -> Finding | None:
    """Find out whether runs held memory without having asked for any."""
    if kind.silent_runs < fewest_runs or kind.peak is None:
        return None
    text = phrase(
        "report.note_memory_open",
        runs=f"{kind.silent_runs:,}",
        peak=format_memory(_bytes(kind.peak)),
    )
    return Finding(runs=kind.silent_runs, text=text, request=Request(memory=_bytes(_memory_for(kind))))


def _cores_over(kind: Kind, fewest_runs: int) -> Finding | None:
    """Find out whether no run kept as many cores busy as it had asked for."""
    if kind.counted_runs < fewest_runs or kind.least_cores is None or kind.busy is None:
        return None
    advised = 1 if kind.busy <= ONE_BUSY else ceil(kind.busy)
    freed = kind.core_hours - advised * kind.counted_hours
    if advised > kind.least_cores * _WORTH or freed < _LEAST:
        return None
    text = phrase(
        "report.note_cores_over",
        runs=f"{kind.counted_runs:,}",
        cores=f"{kind.most_cores:,}",
        busy=format_amount(kind.busy),
        amount=format_amount(freed),
    )
    return Finding(runs=kind.counted_runs, text=text, request=Request(cores=advised), core_hours=freed)


def _cores_under(kind: Kind, fewest_runs: int) -> Finding | None:
    """Find out whether runs kept more cores busy than they had asked for, and slowed their neighbours.

    To ask for more saves nothing: the core hours stand in the text only.
    """
    if kind.beyond_runs < min(fewest_runs, 2) or kind.beyond_busy is None:
        return None
    text = phrase(
        "report.note_cores_under",
        runs=f"{kind.beyond_runs:,}",
        cores=f"{kind.beyond_cores:,}",
        busy=format_amount(kind.beyond_busy),
        amount=format_amount(kind.beyond),
    )
    return Finding(runs=kind.beyond_runs, text=text, request=Request(cores=ceil(kind.beyond_busy)))


def _limit_over(kind: Kind, fewest_runs: int) -> Finding | None:
    """Find out whether all runs ended long before their limit: a scheduler that believes it can't fill gaps."""
    if kind.timed_runs < fewest_runs or kind.limit is None or kind.longest is None:
        return None
    advised = _in_steps(kind.longest * _SLACK)
    if advised > kind.limit * _LIMIT_WORTH:
        return None
    text = phrase(
        "report.note_limit_over",
        runs=f"{kind.timed_runs:,}",
        limit=format_duration(kind.limit),
        longest=format_duration(kind.longest),
    )
    return Finding(runs=kind.timed_runs, text=text, request=Request(run_limit=advised))


def _limit_under(kind: Kind, fewest_runs: int) -> Finding | None:  # noqa: ARG001 - one of few runs is enough
    """Find out whether runs were ended at their limit, more than a few of many."""
    if not kind.overrun_runs or kind.overrun_runs < kind.runs * _OFTEN or kind.overrun_limit is None:
        return None
    text = phrase(
        "report.note_limit_under",
        killed=f"{kind.overrun_runs:,}",
        runs=f"{kind.runs:,}",
        limit=format_duration(kind.overrun_limit),
        amount=format_amount(kind.overrun_hours),
    )
    needed = max(kind.overrun_limit * _AFTER_KILL, (kind.longest or 0) * _SLACK)
    advised = Request(run_limit=_in_steps(needed))
    return Finding(runs=kind.overrun_runs, text=text, request=advised, core_hours=kind.overrun_hours)


RULES: dict[str, Callable[[Kind, int], Finding | None]] = {
    "memory_over": _memory_over,
    "memory_under": _memory_under,
    "memory_open": _memory_open,
    "cores_over": _cores_over,
    "cores_under": _cores_under,
    "limit_over": _limit_over,
    "limit_under": _limit_under,
}
"""What notes may find, given a kind and the fewest runs that count; titles are the texts ``report_finding.NAME``."""


def _is_short(kind: Kind) -> bool:
    short = kind.short_runs + kind.killed_runs
    return short > 0 and short >= kind.runs * _OFTEN


def _memory_for(kind: Kind) -> float:
    """Return the GiB that would have been enough for all runs; 0 where none was measured."""
    need = max((kind.peak or 0) * _HEADROOM, (kind.killed_at or 0) * _AFTER_KILL)
    return _rounded(need) if need else 0.0


def _bytes(gib: float) -> Bytes:
    return Bytes(round(gib * GIB))


_STEPS = ((1, 64 * MIB / GIB), (8, 0.5), (32, 1), (128, 4), (512, 16), (inf, 64))
"""GiB: amounts below the first are rounded up to a multiple of the second."""
_ROUNDING = 1e-9


def _rounded(gib: float) -> float:
    """Round up to an amount that people would write."""
    step = next(step for below, step in _STEPS if gib < below)
    return max(ceil(gib / step - _ROUNDING), 1) * step


def _in_steps(seconds: float) -> Seconds:
    return Seconds(float(max(ceil(seconds / _LIMIT_STEP), 1) * _LIMIT_STEP))
