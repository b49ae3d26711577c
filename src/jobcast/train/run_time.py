"""What run times teach: how far the families' percentiles were off lately, each job as of its submission."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from jobcast.features.asof import Lessons
from jobcast.features.family import LEVELS, NOTHING, family_keys
from jobcast.features.submissions import Submissions
from jobcast.features.window import FinishedRuns, Times, look_back
from jobcast.predict.memory import FamilyMemory
from jobcast.predict.run_time import FOLDER, Past, Runs
from jobcast.train.families import DAY, LEAST, FamilySettings, rows_with_a_past
from jobcast.train.material import Material
from jobcast.train.rolling import Misses

Rows = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def as_of_submission(
    submissions: Submissions,
    done: Lessons,
    asked: Rows,
    *,
    known_until: int | None = None,
    moments: Times | None = None,
) -> Past:
    """Return what was known of the run times of the submissions at rows `asked` when each was made.

    With `known_until` (seconds since 1970) nothing that finished later is ever known; with `moments`, one for each
    of `asked`, what was known then.
    """
    past = Past.of_nothing(len(asked))
    moments = submissions.at[asked] if moments is None else moments
    known_at = moments if known_until is None else np.minimum(moments, known_until)
    for number, keys in enumerate(family_keys(submissions)):
        silent = np.flatnonzero(past.rung == NOTHING)
        if not len(silent):
            break
        finished = FinishedRuns.sort(keys[done.rows], done.times, done.values)
        for part, window in look_back(finished, keys[asked[silent]], moments[silent], known_at[silent]):
            some = np.flatnonzero(window.counts)
            runs = Runs(values=window.values[some], counts=window.counts[some], ages=window.ages[some])
            past.learn(silent[part[some]], number, runs)
    return past


@dataclass(frozen=True, kw_only=True, slots=True)
class FittedRunTimes:
    """What a model needs beside its memory to forecast run times."""

    offsets: Floats
    """For each of `LEVELS` what is added to the percentile, in log2."""
    ceiling: float
    """log2 seconds: the longest run that was learnt from."""
    learnt_from: int
    """Runs that ended well."""


def fit(material: Material, until: int, settings: FamilySettings) -> FittedRunTimes | None:
    """Learn from the runs that had finished at `until` (seconds since 1970); None when they are too few.

    Nothing is fitted to them, so all jobs of the last days can tell how far off the percentiles were.
    """
    done = material.timed_by(until)
    recent = rows_with_a_past(material, done.rows)
    recent = recent[material.finish[recent] > until - settings.rolling_days * DAY]
    past = as_of_submission(material.submissions, done, recent)
    misses = misses_of(material, recent, past).in_order()
    if len(misses.finish) < LEAST:
        return None
    return FittedRunTimes(
        offsets=misses.offsets(after=0, until=until, risk=settings.risk_run_time),
        ceiling=float(done.values.max()),
        learnt_from=len(done.rows),
    )


def misses_of(material: Material, rows: Rows, past: Past) -> Misses:
    """Return by how much each of the jobs at `rows` ran longer than its family's percentile."""
    return Misses(
        finish=material.finish[rows], residuals=material.run_time[rows] - past.p95, levels=past.level
    )


def publish(
    material: Material, folder: Path, settings: FamilySettings, scores: Mapping[str, Any] | None
) -> dict[str, Any] | None:
    """Learn from all runs, write what families remember of them into `folder`, and return the card's section.

    When they are too few nothing is written, and the section is None. `scores` of a back-test go onto the card.
    """
    fitted = fit(material, material.latest, settings)
    if fitted is None:
        return None
    FamilyMemory.build(material.submissions, material.timed_by(material.latest)).save(folder / FOLDER)
    return {
        "risk": settings.risk_run_time,
        "ceiling": fitted.ceiling,
        "learnt_from": fitted.learnt_from,
        "offsets": dict(zip(LEVELS, fitted.offsets.tolist(), strict=True)),
        "scores": scores,
    }
