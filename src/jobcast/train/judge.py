"""Back-test: what each recipe would have said to the jobs of later days, and how good that was."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt
import polars as pl

from jobcast.errors import ConfigError, ModelError
from jobcast.features.columns import Known
from jobcast.features.family import LADDER, LEVELS, levels
from jobcast.features.submissions import seconds
from jobcast.history import submitted_at
from jobcast.job import JobState
from jobcast.language import say
from jobcast.train import memprediction
from jobcast.train.backtest import Replies, known_of, replies_of_families, test_rows
from jobcast.train.families import FamilySettings, KnownJobs, Progress, fit
from jobcast.train.material import Material, material
from jobcast.train.memprediction import TrainingSettings
from jobcast.units import GIB

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """How to judge."""

    train_end: datetime
    """Models learn from jobs that had finished by then, and are judged on those that finished later."""
    recipes: tuple[str, ...]
    """Which to judge, keys of `RECIPES`; each gives one table of answers."""
    live: bool = True
    """Families and calibration go on learning from each job as it finishes."""
    settings: FamilySettings
    """Settings of the recipe default."""
    training: TrainingSettings | None = None
    """Settings of the recipe memprediction; its own defaults when None."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Case:
    """What all recipes of one trial are given."""

    material: Material
    """The whole history."""
    rows: Rows
    """Row numbers of the jobs that are judged."""
    known: Known
    """What was known of each of `rows` at its submission."""
    end: int
    """When learning ends, in seconds since 1970."""
    trial: Trial
    """How to judge."""
    progress: Progress
    """Called with the name of each step that begins."""


def back_test(stuff: Material, trial: Trial, progress: Progress) -> dict[str, pl.DataFrame]:
    """Return for each recipe one row per later job with a measured peak, however it ended.

    Columns: train_end, job_id (with its array index), submit_time, finish_time, state, user, queue,
    run_time (s), memory_peak, median and request (GiB; NaN where the recipe says nothing), level, rung, runs.
    Raises ModelError when there are no later jobs, or too few to learn from; ConfigError for an unknown
    recipe.
    """
    unknown = [name for name in trial.recipes if name not in RECIPES]
    if unknown:
        raise ConfigError(
            say("model.no_recipe", recipe=unknown[0]),
            hint=say("model.no_recipe_cure", recipes=", ".join(RECIPES)),
        )
    end = seconds(trial.train_end)
    rows = test_rows(stuff, end)
    if not len(rows):
        raise ModelError(say("model.no_later_jobs", day=f"{trial.train_end:%Y-%m-%d}"), hint="jobcast jobs")
    progress("families")
    case = _Case(
        material=stuff,
        rows=rows,
        known=known_of(stuff, rows, end, live=trial.live),
        end=end,
        trial=trial,
        progress=progress,
    )
    common = _common(case)
    return {name: common.with_columns(**_in_gib(RECIPES[name](case))) for name in trial.recipes}


Test = Callable[[Material, Trial, Progress], dict[str, pl.DataFrame]]
"""What a trial is made of: the answers of each recipe, of memory or of run times."""


def roll(
    jobs: pl.DataFrame, trial: Trial, days: int, progress: Progress, test: Test = back_test
) -> dict[str, pl.DataFrame]:
    """Return what `test` returns, with models that are made anew every `days` days.

    Each model answers the jobs that finished after its train_end and not after that of the next. Raises what
    `test` raises.
    """
    measured = jobs.filter(pl.col("memory_peak") > 0)["finish_time"].dt.epoch("s").to_numpy()
    step = timedelta(days=days)
    windows = list(_windows(trial.train_end, step, measured)) or [(trial.train_end, trial.train_end + step)]
    answers = []
    for begin, end in windows:
        # what finishes after a window is known to none of its jobs; without it, each window costs less
        known = jobs.filter(pl.col("finish_time").dt.epoch("s") <= seconds(end))
        answers.append(test(material(known), replace(trial, train_end=begin), progress))
    return {name: pl.concat([one[name] for one in answers]) for name in answers[0]}


def _windows(begin: datetime, step: timedelta, finish: Rows) -> Iterator[tuple[datetime, datetime]]:
    """Give the train_end of each model and of the next, leaving out windows in which no job finished.

    Days are those of the time zone of `begin`, be they shorter or longer by an hour.
    """
    while seconds(begin) < finish.max(initial=0):
        end = begin + step
        if ((finish > seconds(begin)) & (finish <= seconds(end))).any():
            yield begin, end
        begin = end


def _common(case: _Case) -> pl.DataFrame:
    level = levels(case.known.rung, case.known.runs)
    element = pl.format("{}[{}]", "job_id", "array_index")
    return case.material.jobs[case.rows].select(
        pl.lit(case.trial.train_end.astimezone(UTC)).alias("train_end"),
        pl.coalesce(element, "job_id").alias("job_id"),
        submitted_at().alias("submit_time"),
        "finish_time",
        "state",
        "user",
        "queue",
        "run_time",
        (pl.col("memory_peak") / GIB).alias("memory_peak"),
        pl.Series("level", np.array(LEVELS)[level]),
        pl.Series("rung", np.array([*(rung.name for rung in LADDER), "none"])[case.known.rung]),
        pl.Series("runs", case.known.runs),
    )


def _in_gib(replies: Replies) -> dict[str, pl.Series]:
    return {
        "median": pl.Series(np.exp2(replies.median) / GIB),
        "request": pl.Series(np.exp2(replies.request) / GIB),
    }


def _as_requested(case: _Case) -> Replies:
    """Say what the users said."""
    asked = case.material.submissions.numbers["memory_requested"][case.rows]
    with np.errstate(divide="ignore", invalid="ignore"):
        amount = np.log2(np.where(asked > 0, asked, np.nan))
    return Replies(median=amount, request=amount)


def _last_run(case: _Case) -> Replies:
    last = case.known.last.astype(np.float64)
    return Replies(median=last, request=last)


def _family_p95(case: _Case) -> Replies:
    return Replies(median=case.known.anchor, request=case.known.p95.astype(np.float64))


def _default(case: _Case) -> Replies:
    settings = case.trial.settings
    fitted = fit(case.material, case.end, settings, case.progress)
    asked = KnownJobs(rows=case.rows, known=case.known)
    return replies_of_families(case.material, asked, fitted, settings, live=case.trial.live)


def _memprediction(case: _Case) -> Replies:
    learnt = case.material.jobs.filter(pl.Series(case.material.finish <= case.end))
    settings = case.trial.training or memprediction.default_settings()
    fitted = memprediction.fit(learnt, settings, threads=1, progress=case.progress)
    amounts = fitted.model.predict_bytes(case.material.jobs[case.rows]).astype(np.float64)
    with np.errstate(divide="ignore"):
        amount = np.log2(np.maximum(amounts, 1))
    return Replies(median=amount, request=amount)


RECIPES: dict[str, Callable[[_Case], Replies]] = {
    "as-requested": _as_requested,
    "last-run": _last_run,
    "family-p95": _family_p95,
    "memprediction": _memprediction,
    "default": _default,
}
"""All that can be judged; the first three are yardsticks that need no training."""


def ended_well(answers: pl.DataFrame) -> pl.DataFrame:
    """Return the answers to jobs that ended well: what a crashed or killed job would have needed nobody knows."""
    return answers.filter(pl.col("state") == JobState.DONE)


def submitted_before(answers: pl.DataFrame) -> int:
    """Count the jobs that were submitted before the model that answers them could have been there."""
    return answers.filter(pl.col("submit_time") <= pl.col("train_end")).height


def coverage(answers: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """Return, for each group, how many jobs there were and the share that stayed within its request."""
    within = (pl.col("memory_peak") <= pl.col("request")).mean().alias("within_request")
    found = answers.drop_nans(["request"]).group_by(*by).agg(pl.len().alias("jobs"), within)
    narrow_first = [pl.col(name).cast(pl.Enum(LEVELS)) if name == "level" else pl.col(name) for name in by]
    return found.sort(*narrow_first)
