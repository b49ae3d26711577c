"""Answer the jobs of later days as they would have been answered when they were submitted."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jobcast.features.asof import as_of_submission
from jobcast.features.columns import Known
from jobcast.predict.answer import Answers, answer
from jobcast.predict.calibration import offsets
from jobcast.predict.record import TrackRecord, as_of, join
from jobcast.predict.trees import Trees
from jobcast.train.families import FamilySettings, FittedFamilies, KnownJobs, judge
from jobcast.train.material import Material
from jobcast.train.rolling import Misses, rolling

Rows = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True)
class Replies:
    """What one recipe said to each test job, in log2 bytes; NaN where it said nothing."""

    median: Floats
    """What half of such jobs stay below, or whatever stands nearest to it in the recipe."""
    request: Floats
    """The amount to ask for."""


def test_rows(material: Material, train_end: int) -> Rows:
    """Return the jobs that finished after `train_end` and whose peak was measured, however they ended."""
    return np.flatnonzero((material.finish > train_end) & ~np.isnan(material.peak))


def known_of(material: Material, rows: Rows, train_end: int, *, live: bool) -> Known:
    """Return what was known of the test jobs: with `live` families learn from every job as it finishes."""
    last = int(material.finish.max())
    return as_of_submission(
        material.submissions,
        material.finished_by(last if live else train_end),
        rows,
        known_until=None if live else train_end,
    )


def replies_of_families(
    material: Material, asked: KnownJobs, fitted: FittedFamilies, settings: FamilySettings, *, live: bool
) -> Replies:
    """Answer with the default recipe.

    With `live` the track record learns from every job as it finishes, and the calibration moves on each hour.
    """
    trees = {name: Trees(text, threads=2) for name, text in fitted.texts.items()}
    answers = answer(asked.known, trees, fitted.ceiling)
    if not live:
        answers = answers.follow(TrackRecord.build(fitted.judged).standing(asked.known.judged_by))
        found = offsets(fitted.residuals, fitted.levels, risk=settings.risk)
        return Replies(median=answers.median, request=answers.request(found))
    judged = join(fitted.judged, judge(material, asked, answers))
    moments = material.submissions.at[asked.rows]
    answers = answers.follow(as_of(judged, asked.known.judged_by, moments))
    return Replies(median=answers.median, request=_rolling(material, asked.rows, answers, fitted, settings))


def _rolling(
    material: Material, rows: Rows, answers: Answers, fitted: FittedFamilies, settings: FamilySettings
) -> Floats:
    """Return the requests, each hour calibrated on the jobs that finished in the days before it."""
    residuals = np.where(material.done[rows], material.peak[rows] - answers.upper, np.nan)
    misses = Misses(
        finish=np.concatenate([material.finish[fitted.rows], material.finish[rows]]),
        residuals=np.concatenate([fitted.residuals, residuals]),
        levels=np.concatenate([fitted.levels, answers.level]),
    )
    moments, days = material.submissions.at[rows], settings.rolling_days
    return answers.raised(rolling(misses, moments, answers.level, risk=settings.risk, days=days))
