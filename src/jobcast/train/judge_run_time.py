"""Back-test of run limits: what later jobs would have been told to ask for, and how good that was."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from jobcast.features.family import LEVELS
from jobcast.features.submissions import seconds
from jobcast.predict.run_time import MINUTE, Past, whole
from jobcast.train.families import DAY, Progress
from jobcast.train.judge import Trial
from jobcast.train.material import Material
from jobcast.train.rolling import Misses, rolling
from jobcast.train.run_time import as_of_submission, misses_of

Rows = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Case:
    """What all recipes of one trial are given."""

    material: Material
    """The whole history."""
    rows: Rows
    """Row numbers of the jobs that are judged."""
    past: Past
    """What was known of each of `rows` at its submission."""
    misses: Misses
    """How far off the percentiles were on these, and on those of the last days before them."""
    end: int
    """When learning ends, in seconds since 1970."""
    trial: Trial
    """How to judge."""


def back_test(stuff: Material, trial: Trial, progress: Progress) -> dict[str, pl.DataFrame]:
    """Return for each recipe that knows run times one row per later job that ended well; none may be there.

    Columns: run_time, median and limit (seconds; NaN where the recipe says nothing), level. Jobs that did not
    end well are left out: one that was killed at its limit would have run longer, nobody knows how long.
    """
    end = seconds(trial.train_end)
    first = end - trial.settings.rolling_days * DAY
    progress("run_times")
    done = stuff.timed_by(stuff.latest if trial.live else end)
    rows = np.flatnonzero(stuff.times & (stuff.finish > first))
    past = as_of_submission(stuff.submissions, done, rows, known_until=None if trial.live else end)
    later = np.flatnonzero(stuff.finish[rows] > end)
    case = _Case(
        material=stuff,
        rows=rows[later],
        past=past.take(later),
        misses=misses_of(stuff, rows, past),
        end=end,
        trial=trial,
    )
    common = {
        "run_time": np.maximum(stuff.jobs["run_time"].to_numpy()[case.rows], 1.0),
        "level": np.array(LEVELS)[case.past.level],
    }
    return {
        name: pl.DataFrame({**common, "median": median, "limit": limit})
        for name in trial.recipes
        if name in _RECIPES
        for median, limit in [_RECIPES[name](case)]
    }


def _as_requested(case: _Case) -> tuple[Floats, Floats]:
    """Say what the users said."""
    asked = case.material.submissions.numbers["run_limit"][case.rows]
    asked = np.where(asked > 0, asked, np.nan)
    return asked, asked


def _last_run(case: _Case) -> tuple[Floats, Floats]:
    last = _seconds(case.past.last)
    return last, whole(last, MINUTE)


def _family_p95(case: _Case) -> tuple[Floats, Floats]:
    return _seconds(case.past.median), whole(_seconds(case.past.p95), MINUTE)


def _default(case: _Case) -> tuple[Floats, Floats]:
    """Calibrate on the last days before the end of learning; live, on the last days before each full hour."""
    past, level, settings = case.past, case.past.level, case.trial.settings
    risk, days = settings.risk_run_time, settings.rolling_days
    if case.trial.live:
        moments = case.material.submissions.at[case.rows]
        amounts = rolling(case.misses, moments, level, risk=risk, days=days)
    else:
        amounts = case.misses.in_order().offsets(after=0, until=case.end, risk=risk)[level]
    ceiling = float(case.material.timed_by(case.end).values.max(initial=0))
    return _seconds(past.median), past.limits(amounts, ceiling)


def _seconds(log2: npt.NDArray[np.float32]) -> Floats:
    return np.exp2(log2.astype(np.float64))


_RECIPES: dict[str, Callable[[_Case], tuple[Floats, Floats]]] = {
    "as-requested": _as_requested,
    "last-run": _last_run,
    "family-p95": _family_p95,
    "default": _default,
}
"""To each recipe its medians and limits, in seconds; the first three are yardsticks that need no training."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RunTimeScore:
    """One recipe over one set of jobs. Without answered jobs the sum is 0, all else but the counts is NaN."""

    jobs: int
    """Those that got an answer."""
    unanswered: int
    """Jobs for which the recipe had nothing to say; left out of all that follows."""
    exceeded_share: float
    """Share of jobs that ran longer than the limit: killed, with all that they did."""
    median_factor: float
    """Median of the factor between the median forecast and the run time, 1 or more."""
    within_factor_2: float
    """Share of jobs whose median forecast is between half and twice the run time."""
    over_h: float
    """Hours asked for in vain: sum of limit minus run time, over the jobs that ran shorter."""

    def as_dict(self) -> dict[str, float | int | None]:
        """Return the figures by name, for JSON: None where there is none."""
        return {name: None if np.isnan(value) else value for name, value in asdict(self).items()}


def score(answers: pl.DataFrame) -> RunTimeScore:
    """Score answers with the columns run_time, median and limit, in seconds."""
    told = answers.drop_nans(["median", "limit"])
    time, median, limit = (told[name].to_numpy() for name in ("run_time", "median", "limit"))
    if not len(told):
        nan = float("nan")
        return RunTimeScore(
            jobs=0,
            unanswered=len(answers),
            exceeded_share=nan,
            median_factor=nan,
            within_factor_2=nan,
            over_h=0,
        )
    factor = np.exp2(np.abs(np.log2(median / time)))
    return RunTimeScore(
        jobs=len(told),
        unanswered=len(answers) - len(told),
        exceeded_share=float((time > limit).mean()),
        median_factor=float(np.median(factor)),
        within_factor_2=float((factor <= 2).mean()),
        over_h=float(np.maximum(limit - time, 0).sum() / 3600),
    )


def within_limit(answers: pl.DataFrame) -> pl.DataFrame:
    """Return by history level how many jobs were answered, and the share that stayed within the limit."""
    within = (pl.col("run_time") <= pl.col("limit")).mean().alias("within_limit")
    found = answers.drop_nans(["limit"]).group_by("level").agg(pl.len().alias("jobs"), within)
    return found.sort(pl.col("level").cast(pl.Enum(LEVELS)))


def scores(answers: pl.DataFrame) -> dict[str, Any]:
    """Return all figures on a recipe's answers, for JSON and cards."""
    return {**score(answers).as_dict(), "levels": within_limit(answers).to_dicts()}
