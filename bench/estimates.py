"""What estimates are worth: slowdowns under EASY with each of them, as a share of those with requested run times."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean

import numpy as np

from jobcast.simulate.counts.base import EASY, EASY_SJBF, Jobs, Rule
from jobcast.simulate.counts.engine import run
from jobcast.simulate.engines import counted_jobs
from jobcast.simulate.estimates.registry import EstimatesName
from jobcast.simulate.metrics import THRESHOLD
from jobcast.simulate.swf import read_swf
from trial import Figure, Trial

_LOGS = Path(__file__).parents[2] / "shared" / "data" / "swf"
_COMPARED: tuple[EstimatesName, ...] = ("requested", "last-two", "forecast", "actual")
_BARS: Mapping[EstimatesName, str] = {"last-two": "≤ 60 %", "forecast": "≤ 54.5 %"}
"""Of the mean over the first three logs, for which they were set."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Log:
    file: str
    name: str
    processors: int | None = None
    """How many there are; None where the log tells."""


_KTH = _Log(file="KTH-SP2-filtered.swf.gz", name="KTH-SP2")
_GAIA = _Log(file="UniLu-Gaia-2014-2.swf.gz", name="UniLu-Gaia")
_LUBLIN = _Log(file="lublin_256.swf.gz", name="Lublin-256")
"""Made up: nobody asks for a run time, so jobs ask for what they run, and no user is known."""
_META = _Log(file="MetaCentrum-wagap-2013.swf.gz", name="MetaCentrum", processors=2176)

Ratios = dict[tuple[_Log, EstimatesName], float]


def trials(shrink: int) -> list[Trial]:
    """Return the one trial; `shrink` keeps the first part of each log."""
    return [Trial(name="estimates", run=lambda _folder: _try_all(shrink), missing=_missing)]


def _missing() -> str:
    return "" if _LOGS.is_dir() else f"{_LOGS} is not there"


def _try_all(shrink: int) -> list[Figure]:
    figures: list[Figure] = []
    ratios: Ratios = {}
    for log in (_KTH, _GAIA, _LUBLIN, _META):
        trace = read_swf(_LOGS / log.file, processors=log.processors)
        jobs = _first(counted_jobs(trace), len(trace.jobs) // shrink)
        easy = _mean_slowdown(jobs, trace.processors, EASY)
        figures.append(Figure(what=f"{log.name}, EASY: mean bounded slowdown", value=easy, unit="", bar=""))
        for name in _COMPARED:
            rule = replace(EASY_SJBF, estimates=name)
            ratio = ratios[log, name] = _mean_slowdown(jobs, trace.processors, rule) / easy
            bar = "≤ 100 %" if name in _BARS else ""
            figures.append(Figure(what=f"  shortest first, {name}", value=100 * ratio, unit="%", bar=bar))
    means = _means(ratios, (_KTH, _GAIA, _LUBLIN), _BARS), _means(ratios, (_KTH, _GAIA, _META), {})
    return [*figures, *means[0], *means[1]]


def _means(ratios: Ratios, logs: tuple[_Log, ...], bars: Mapping[EstimatesName, str]) -> list[Figure]:
    names = ", ".join(log.name for log in logs)
    return [
        Figure(
            what=f"{names}: {name}",
            value=100 * fmean(ratios[log, name] for log in logs),
            unit="%",
            bar=bars.get(name, ""),
        )
        for name in _COMPARED
    ]


def _mean_slowdown(jobs: Jobs, processors: int, rule: Rule) -> float:
    flow = run(jobs, processors, rule).start - jobs.submit + jobs.run
    return float(np.maximum(flow / np.maximum(jobs.run, THRESHOLD), 1).mean())


def _first(jobs: Jobs, count: int) -> Jobs:
    names = ("submit", "run", "request", "processors", "user")
    return Jobs(**{name: getattr(jobs, name)[:count] for name in names})
