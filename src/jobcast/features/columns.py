"""The matrix that the trees see, from the windows of all rungs and the request."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jobcast.features.candidates import SPANS
from jobcast.features.coded import Coded, Keys
from jobcast.features.family import LADDER, NOTHING
from jobcast.features.numbers import number as number_in
from jobcast.features.submissions import Submissions
from jobcast.features.summary import AGE, LAST, RECENT, RELATIVE, STATISTICS
from jobcast.features.window import Counts

Matrix = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

_REQUEST = (
    "anchor",
    "rung",
    "asked",
    "asked_above_anchor",
    "cores",
    "run_limit",
    "gpus",
    "interactive",
    "input_size",
)
_MOMENT = ("hour", "weekday")

FEATURES = tuple(f"{rung.name}:{name}" for rung in LADDER for name in STATISTICS) + _REQUEST + _MOMENT

_OF_RUNGS = len(LADDER) * len(STATISTICS)
"""Columns that tell of families, before those of the request."""

JUDGED_BY = next(number for number, rung in enumerate(LADDER) if rung.name == "user+tool+request")
"""Number of the rung whose families keep a track record: wide enough to fill in days, narrow enough to be alike."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What was known of n submissions when they were made."""

    matrix: Matrix
    """(n, len(FEATURES)), NaN where nothing is known."""
    anchor: Floats
    """(n,): log2 bytes, the fading mean of the narrowest family with history; the trees predict the rest."""
    rung: npt.NDArray[np.int64]
    """(n,): which rung of the ladder that was; `NOTHING` where none had history."""
    runs: npt.NDArray[np.int64]
    """(n,): finished runs known on that rung."""
    age_days: npt.NDArray[np.float32]
    """(n,): days since the newest of these finished."""
    last: npt.NDArray[np.float32]
    """(n,): log2 bytes of the newest of these."""
    p95: npt.NDArray[np.float32]
    """(n,): log2 bytes, 95th percentile of the remembered ones."""
    medians: Matrix
    """(n, len(SPANS)): log2 bytes, medians of the last runs on that rung, over shorter and longer spans."""
    judged_by: Keys
    """(n,): the family on the rung `JUDGED_BY`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """What k rungs, one after the other on the ladder, tell of m of the submissions."""

    first: int
    """Number of the first of these rungs."""
    rows: Rows
    """(m,): which submissions."""
    counts: Counts
    """(m, k): finished runs of each submission's family on each of the rungs."""
    statistics: Matrix
    """(m, k, len(STATISTICS))"""
    details: Callable[[Rows, Rows], Matrix]
    """(p, len(DETAILS)) for p of the m submissions, each on one of the k rungs, all with history."""

    def narrowest(self) -> tuple[Rows, Counts]:
        """Return for each submission which of the rungs is the first with history, and its runs; 0 where none is."""
        rung = (self.counts > 0).argmax(axis=1)
        return rung, self.counts[np.arange(len(rung)), rung]


def fill(submissions: Submissions, judged_by: Keys, told: Iterable[Seen]) -> Known:
    """Build the matrix from what the rungs tell, the narrowest first."""
    known = _empty(len(submissions), judged_by)
    for seen in told:
        _fill_rungs(known, seen)
    told_by_rung = known.matrix[:, :_OF_RUNGS].reshape(-1, len(LADDER), len(STATISTICS))
    told_by_rung[:, :, : len(RELATIVE)] -= known.anchor[:, None, None].astype(np.float32)
    _fill_request(known, submissions)
    return known


def _empty(rows: int, judged_by: Keys) -> Known:
    unknown = np.full((rows, 3 + len(SPANS)), np.nan, dtype=np.float32)
    return Known(
        matrix=np.empty((rows, len(FEATURES)), dtype=np.float32),
        anchor=np.full(rows, np.nan),
        rung=np.full(rows, NOTHING, dtype=np.int64),
        runs=np.zeros(rows, dtype=np.int64),
        age_days=unknown[:, 0],
        last=unknown[:, 1],
        p95=unknown[:, 2],
        medians=unknown[:, 3:],
        judged_by=judged_by,
    )


def _fill_rungs(known: Known, seen: Seen) -> None:
    rows, begin = seen.rows, seen.first * len(STATISTICS)
    told = seen.statistics.reshape(len(rows), -1)
    known.matrix[rows, begin : begin + told.shape[1]] = told
    narrowest, runs = seen.narrowest()
    new = np.flatnonzero((runs > 0) & (known.rung[rows] == NOTHING))
    chosen, rung = rows[new], narrowest[new]
    found, details = seen.statistics[new, rung], seen.details(new, rung)
    known.anchor[chosen] = found[:, RECENT]
    known.last[chosen] = found[:, LAST]
    known.age_days[chosen] = found[:, AGE]
    known.rung[chosen] = seen.first + rung
    known.runs[chosen] = runs[new]
    known.p95[chosen] = details[:, 0]
    known.medians[chosen] = details[:, 1:]


def _input_size(description: Coded) -> Floats:
    """Return log2 of the number that each description gives as ``input_size=``; NaN where it gives none."""
    found = [number_in(text, "input_size") for text in description.values]
    sizes = np.array([np.log2(size) if size and size > 0 else np.nan for size in found])
    column: Floats = sizes[description.codes]
    return column


def _fill_request(known: Known, submissions: Submissions) -> None:
    number = submissions.numbers
    with np.errstate(divide="ignore", invalid="ignore"):
        asked = np.log2(np.where(number["memory_requested"] > 0, number["memory_requested"], np.nan))
        limit = np.log2(np.where(number["run_limit"] > 0, number["run_limit"], np.nan))
    columns = (
        known.anchor,
        known.rung,
        asked,
        asked - known.anchor,
        number["cores_requested"],
        limit,
        number["gpus_requested"],
        number["interactive"],
        _input_size(submissions.texts["description"]),
        submissions.at // 3600 % 24,
        submissions.at // 86400 % 7,
    )
    for offset, column in enumerate(columns, start=_OF_RUNGS):
        known.matrix[:, offset] = column
