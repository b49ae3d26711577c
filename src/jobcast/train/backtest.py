"""Answer the jobs of later days as they would have been answered when they were submitted."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jobcast.features.asof import as_of_submission
from jobcast.features.columns import Known
from jobcast.predict.answer import answer
from jobcast.predict.calibration import offsets
from jobcast.predict.record import TrackRecord, as_of, join
from jobcast.predict.trees import Trees
from jobcast.train.evidence import Evidence
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
    if not live:
        answers = answer(asked.known, trees, fitted.ceiling)
        answers = answers.follow(TrackRecord.build(fitted.judged).standing(asked.known.judged_by))
        found = offsets(fitted.residuals, fitted.levels, risk=settings.risk)
        return Replies(median=answers.median, request=answers.request(found))
    learner = Learner(
        trees=trees,
        evidence=Evidence.of_fit(material, fitted),
        ceiling=fitted.ceiling,
        risk=settings.risk,
        days=settings.rolling_days,
    )
    return live_replies(material, asked, learner)


@dataclass(frozen=True, kw_only=True, slots=True)
class Learner:
    """Trees, and what they go on from when they learn live."""

    trees: Mapping[str, Trees]
    """``median`` and ``upper``."""
    evidence: Evidence
    """How far off they were on the days that calibrated them."""
    ceiling: float
    """log2 bytes: the largest peak that they have seen."""
    risk: float
    """Accepted chance that a job exceeds its request."""
    days: int
    """Behind each hour from which the calibration is taken."""


def live_replies(material: Material, asked: KnownJobs, learner: Learner) -> Replies:
    """Answer while the track record learns from every job as it finishes, and the calibration moves on each hour."""
    rows, moments = asked.rows, material.submissions.at[asked.rows]
    answers = answer(asked.known, learner.trees, learner.ceiling)
    judged = join(learner.evidence.judged, judge(material, asked, answers))
    answers = answers.follow(as_of(judged, asked.known.judged_by, moments))
    residuals = np.where(material.done[rows], material.peak[rows] - answers.upper, np.nan)
    misses = Misses(
        finish=np.concatenate([learner.evidence.finish, material.finish[rows]]),
        residuals=np.concatenate([learner.evidence.residuals, residuals]),
        levels=np.concatenate([learner.evidence.levels, answers.level]),
    )
    found = rolling(misses, moments, answers.level, risk=learner.risk, days=learner.days)
    return Replies(median=answers.median, request=answers.raised(found))
