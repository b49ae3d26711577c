"""The matrix that the trees see, from the windows of all rungs and the request."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jobcast.features.candidates import SPANS, medians
from jobcast.features.coded import Coded, Keys
from jobcast.features.family import LADDER, NOTHING
from jobcast.features.numbers import number as number_in
from jobcast.features.submissions import Submissions
from jobcast.features.window import RUNS, Counts, Values, Window

Matrix = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

_RELATIVE = ("recent", "mean", "top", "last")
"""Statistics in log2 bytes, given to the trees as distance from the anchor."""
_PLAIN = ("spread", "runs", "age")
STATISTICS = _RELATIVE + _PLAIN

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

JUDGED_BY = "user+tool+request"
"""The rung whose families keep a track record: wide enough to fill in days, narrow enough to be alike."""

_FADE = (0.8 ** np.arange(RUNS)).astype(np.float32)
"""Weight of a run among its family's last runs: the newest counts most, since blocks grow."""
_FADED = np.r_[np.float32(1), np.cumsum(_FADE)]


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


def statistics(window: Window) -> Matrix:
    """Return one column for each of `STATISTICS`; NaN where the family has no finished run."""
    kept = np.minimum(window.counts, RUNS)
    values = window.values
    found = np.empty((len(kept), len(STATISTICS)), dtype=np.float32)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = values.sum(1) / kept
        squares = np.einsum("ij,ij->i", values, values) / kept
        found[:, 0] = np.einsum("ij,j->i", values, _FADE) / _FADED[kept]
    found[:, 1] = window.means
    found[:, 2] = values.max(1)  # what is beyond the runs there are is 0, below any log2 of bytes
    found[:, 3] = values[:, 0]
    found[:, 4] = np.sqrt(np.maximum(squares - mean**2, 0))
    found[:, 5] = np.log1p(window.counts)
    found[:, 6] = window.ages
    found[kept == 0, :5] = np.nan
    return found


def percentile_95(values: Values, counts: Counts) -> npt.NDArray[np.float32]:
    """Return the 95th percentile of each window's values (linear between runs); every window has one."""
    kept = np.minimum(counts, RUNS)
    rising = np.sort(np.where(np.arange(RUNS) < kept[:, None], values, np.inf), axis=1)
    place = 0.95 * (kept - 1)
    low, row = place.astype(np.int64), np.arange(len(kept))
    high = np.minimum(low + 1, kept - 1)
    found = rising[row, low] + (place - low) * (rising[row, high] - rising[row, low])
    return np.asarray(found, dtype=np.float32)


def fill(submissions: Submissions, rungs: Iterable[tuple[Keys, Iterator[tuple[Rows, Window]]]]) -> Known:
    """Build the matrix rung by rung; `rungs` gives for each of `LADDER` the families and windows in chunks."""
    known = _empty(len(submissions))
    for number, (keys, chunks) in enumerate(rungs):
        if LADDER[number].name == JUDGED_BY:
            known.judged_by[:] = keys
        for part, window in chunks:
            _fill_rung(known, number, part, window)
    for number in range(len(LADDER)):
        first = number * len(STATISTICS)
        known.matrix[:, first : first + len(_RELATIVE)] -= known.anchor[:, None].astype(np.float32)
    _fill_request(known, submissions)
    return known


def _empty(rows: int) -> Known:
    return Known(
        matrix=np.empty((rows, len(FEATURES)), dtype=np.float32),
        anchor=np.full(rows, np.nan),
        rung=np.full(rows, NOTHING, dtype=np.int64),
        runs=np.zeros(rows, dtype=np.int64),
        age_days=np.full(rows, np.nan, dtype=np.float32),
        last=np.full(rows, np.nan, dtype=np.float32),
        p95=np.full(rows, np.nan, dtype=np.float32),
        medians=np.full((rows, len(SPANS)), np.nan, dtype=np.float32),
        judged_by=np.zeros(rows, dtype=np.uint64),
    )


def _fill_rung(known: Known, number: int, rows: Rows, window: Window) -> None:
    found = statistics(window)
    first = number * len(STATISTICS)
    known.matrix[rows, first : first + len(STATISTICS)] = found
    new = np.flatnonzero((window.counts > 0) & np.isnan(known.anchor[rows]))
    chosen = rows[new]
    known.anchor[chosen] = found[new, 0]
    known.last[chosen] = found[new, 3]
    known.rung[chosen] = number
    known.runs[chosen] = window.counts[new]
    known.age_days[chosen] = window.ages[new]
    known.p95[chosen] = percentile_95(window.values[new], window.counts[new])
    known.medians[chosen] = medians(window, new)


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
    for offset, column in enumerate(columns, start=len(LADDER) * len(STATISTICS)):
        known.matrix[:, offset] = column
