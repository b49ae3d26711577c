"""Submissions in columns: what a hook, ``predict`` or a row of the history tells about a job that is to run."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt

from jobcast.features.coded import Coded, one
from jobcast.job import Submission

TEXTS = ("user", "project", "queue", "name", "command", "cwd", "description")
NUMBERS = ("cores_requested", "memory_requested", "run_limit", "gpus_requested", "interactive")

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Submissions:
    """Texts and numbers of many submissions, row by row; equal only to itself."""

    at: npt.NDArray[np.int64]
    """Moment as of which each may be forecast, in seconds since 1970."""
    texts: dict[str, Coded]
    """One column for each of `TEXTS`."""
    numbers: dict[str, Floats]
    """One column for each of `NUMBERS`; NaN where the user left it open."""

    def __len__(self) -> int:
        """Return the number of submissions."""
        return len(self.at)

    def take(self, rows: npt.NDArray[np.int64]) -> "Submissions":
        """Return the submissions at `rows`, in that order."""
        return Submissions(
            at=self.at[rows],
            texts={name: Coded(column.values, column.codes[rows]) for name, column in self.texts.items()},
            numbers={name: column[rows] for name, column in self.numbers.items()},
        )


def of_one(submission: Submission) -> Submissions:
    """Return a single submission in columns."""
    request = submission.request
    amounts = (request.cores, request.memory, request.run_limit, request.gpus, request.interactive)
    return Submissions(
        at=np.array([seconds(submission.at)], dtype=np.int64),
        texts={name: one(getattr(submission, name)) for name in TEXTS},
        numbers={name: np.array([_number(amount)]) for name, amount in zip(NUMBERS, amounts, strict=True)},
    )


def seconds(moment: datetime) -> int:
    """Return whole seconds since 1970 of an aware moment."""
    return int(moment.timestamp())


def _number(amount: float | None) -> float:
    return float("nan") if amount is None else float(amount)


def stack(parts: Sequence[Submissions]) -> Submissions:
    """Join several submissions into one set of columns, in order."""
    return Submissions(
        at=np.concatenate([part.at for part in parts]),
        texts={name: _stacked([part.texts[name] for part in parts]) for name in TEXTS},
        numbers={name: np.concatenate([part.numbers[name] for part in parts]) for name in NUMBERS},
    )


def _stacked(columns: Sequence[Coded]) -> Coded:
    offsets = np.cumsum([0, *(len(column.values) for column in columns)])
    values = [value for column in columns for value in column.values]
    codes = np.concatenate([column.codes + offset for column, offset in zip(columns, offsets, strict=False)])
    return Coded(values, codes).map(str)
