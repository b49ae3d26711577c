"""A whole history as seen submission by submission: each knows only what had finished when it was made."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jobcast.features.columns import JUDGED_BY, Floats, Known, Rows, Seen, fill
from jobcast.features.family import family_keys, rung_keys
from jobcast.features.submissions import Submissions
from jobcast.features.summary import details, statistics
from jobcast.features.window import FinishedRuns, Times, Values, Window, look_back


@dataclass(frozen=True, kw_only=True, slots=True)
class Lessons:
    """Which of the submitted jobs taught something, and what: rows in order of their finish."""

    rows: Rows
    """Row numbers of these jobs among the submissions."""
    times: Times
    """When each finished, in seconds since 1970; rising."""
    values: Values
    """log2 of each one's peak, in bytes."""


def lessons(finish: Times, peak: Floats, teaches: npt.NDArray[np.bool_]) -> Lessons:
    """Select the jobs that `teaches` marks, in order of their finish; `peak` is in log2 bytes."""
    rows = np.flatnonzero(teaches)
    rows = rows[np.argsort(finish[rows], kind="stable")]
    return Lessons(rows=rows, times=finish[rows], values=peak[rows].astype(np.float32))


def logarithms(amounts: Floats | Sequence[float | None]) -> Floats:
    """Return log2 of amounts; NaN where there is none."""
    numbers = np.asarray(amounts, dtype=np.float64)
    with np.errstate(invalid="ignore"):
        found: Floats = np.log2(np.where(numbers > 0, numbers, np.nan))
    return found


def as_of_submission(
    submissions: Submissions,
    done: Lessons,
    asked: Rows,
    *,
    known_until: int | None = None,
    moments: Times | None = None,
) -> Known:
    """Return what was known of each of the submissions at rows `asked` when it was made.

    With `known_until` (seconds since 1970) nothing that finished later is ever known: a memory that is
    frozen at that moment. With `moments`, one for each of `asked`, what was known then, as of a job that runs.
    """
    moments = submissions.at[asked] if moments is None else moments
    known_at = moments if known_until is None else np.minimum(moments, known_until)

    def seen() -> Iterator[Seen]:
        for number, keys in enumerate(family_keys(submissions)):
            runs = FinishedRuns.sort(keys[done.rows], done.times, done.values)
            for rows, window in look_back(runs, keys[asked], moments, known_at):
                yield _of_window(number, rows, window)

    return fill(submissions.take(asked), rung_keys(submissions, JUDGED_BY)[asked], seen())


def _of_window(number: int, rows: Rows, window: Window) -> Seen:
    return Seen(
        first=number,
        rows=rows,
        counts=window.counts[:, None],
        statistics=statistics(window)[:, None],
        details=lambda places, _rung: details(window, places),
    )
