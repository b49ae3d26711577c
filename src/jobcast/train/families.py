"""The default recipe: families as of the submission, boosted trees on top, conformal calibration."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, fields

import numpy as np
import numpy.typing as npt

from jobcast.errors import ModelError
from jobcast.features.asof import Lessons, as_of_submission
from jobcast.features.columns import Known
from jobcast.features.family import NOTHING
from jobcast.language import say
from jobcast.predict.answer import Answers, answer
from jobcast.predict.record import Judged, errors
from jobcast.predict.trees import Trees
from jobcast.train.boosting import BoostingSettings, fit_quantile
from jobcast.train.material import Material

DAY = 86400

AT_ONCE = 2
"""Trees that grow side by side, each on one thread: two threads on one tree spend half their time in waiting."""

LEAST = 50
"""Jobs below which neither trees nor a calibration mean anything."""

Rows = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Progress = Callable[[str], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class FamilySettings:
    """What a site may turn; the defaults serve."""

    risk: float = 0.05
    """Accepted chance that a job exceeds the amount it is advised to ask for."""
    risk_run_time: float = 0.01
    """Accepted chance that a job runs longer than the limit that it is advised to ask for."""
    calibration_days: int = 7
    """Most recent days, kept from the trees, on which the upper quantile is corrected and the track record begins."""
    rolling_days: int = 14
    """Days behind each hour from which the correction is renewed, between two trainings."""
    most_rows: int = 1_000_000
    """Newest jobs that trees are fitted to; families remember all."""
    boosting: BoostingSettings = field(default_factory=BoostingSettings)
    """How the trees grow."""


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownJobs:
    """Jobs, and what was known of each when it was submitted."""

    rows: Rows
    """Row numbers in the material."""
    known: Known
    """What was known of each of `rows`."""

    def take(self, places: Rows | slice) -> "KnownJobs":
        """Return some of them, in the order of `places`; a slice copies nothing."""
        known = {field.name: getattr(self.known, field.name)[places] for field in fields(Known)}
        return KnownJobs(rows=self.rows[places], known=Known(**known))


@dataclass(frozen=True, kw_only=True, slots=True)
class FittedFamilies:
    """Trees, and how far they were off on days that they had not seen."""

    texts: dict[str, str]
    """``median`` and ``upper``, in LightGBM's text format."""
    rows: Rows
    """The rows of the material that calibrate, in order of finish."""
    residuals: Floats
    """log2 of peak minus upper quantile, for each of `rows`."""
    levels: Rows
    """History level of each of `rows`."""
    judged: Judged
    """How far off each candidate for the median was on `rows`, with trees that had not seen them."""
    fitted_rows: int
    """Jobs that the trees for the median were fitted to."""
    ceiling: float
    """log2 bytes: the largest peak among the finished jobs."""


def fit(material: Material, until: int, settings: FamilySettings, progress: Progress) -> FittedFamilies:
    """Learn from the jobs that had finished at `until` (seconds since 1970).

    Raises ModelError when there are too few of them to learn and to calibrate from.
    """
    done = material.finished_by(until)
    progress("features")
    learnt = _with_history(material, done, settings)
    cut = _calibration_start(material.finish[learnt.rows], settings)
    if min(cut, len(learnt.rows) - cut) < LEAST:
        raise ModelError(
            say("model.too_few", jobs=len(learnt.rows), newest=len(learnt.rows) - cut, least=LEAST),
            hint=say("model.too_few_cure"),
        )
    older, newer = learnt.take(slice(cut)), learnt.take(slice(cut, None))
    progress("trees")
    orders = ((learnt, 0.5), (older, 0.5), (older, 1 - settings.risk))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        median, early, upper = pool.map(lambda order: _grow(material, order[0], order[1], settings), orders)
    progress("calibration")
    ceiling = float(done.values.max())
    answers = answer(newer.known, {"median": Trees(early), "upper": Trees(upper)}, ceiling)
    return FittedFamilies(
        texts={"median": median, "upper": upper},
        rows=newer.rows,
        residuals=material.peak[newer.rows] - answers.upper,
        levels=answers.level,
        judged=judge(material, newer, answers),
        fitted_rows=len(learnt.rows),
        ceiling=ceiling,
    )


def judge(material: Material, asked: KnownJobs, answers: Answers) -> Judged:
    """Let those of the jobs that ended well judge the answers to them, in order of their finish."""
    rows = asked.rows
    teaching = np.flatnonzero(material.teaches[rows] & (asked.known.rung != NOTHING))
    teaching = teaching[np.argsort(material.finish[rows[teaching]], kind="stable")]
    return Judged(
        families=asked.known.judged_by[teaching],
        times=material.finish[rows[teaching]],
        errors=errors(answers.candidates[teaching], material.peak[rows[teaching]]),
    )


def _with_history(material: Material, done: Lessons, settings: FamilySettings) -> KnownJobs:
    """Return the jobs to learn from, in order of finish, without those of which nothing was known."""
    rows = rows_with_a_past(material, done.rows)[-settings.most_rows :]
    asked = KnownJobs(rows=rows, known=as_of_submission(material.submissions, done, rows))
    return asked.take(np.flatnonzero(asked.known.rung != NOTHING))


def _grow(material: Material, asked: KnownJobs, quantile: float, settings: FamilySettings) -> str:
    target = material.peak[asked.rows] - asked.known.anchor
    return fit_quantile(asked.known.matrix, target, quantile, settings.boosting)


def rows_with_a_past(material: Material, rows: Rows) -> Rows:
    """Leave out the first tenth of the time: families look younger there than they are."""
    moments = material.submissions.at[rows]
    if not len(rows):
        return rows
    begin = moments.min() + 0.1 * (moments.max() - moments.min())
    late: Rows = rows[moments >= begin]
    return late


def _calibration_start(finish: Rows, settings: FamilySettings) -> int:
    """Return the place in `finish`, which rises, where calibration begins.

    That is some days before the end, but never more than the last quarter.
    """
    if not len(finish):
        return 0
    moment = max(finish[-1] - settings.calibration_days * DAY, np.quantile(finish, 0.75))
    return int(np.searchsorted(finish, moment, side="right"))
