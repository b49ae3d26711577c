"""Submissions in columns: what a hook, ``predict`` or a row of the history tells about a job that is to run."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt

from jobcast.features.coded import Coded
from jobcast.job import Request, Submission

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


def of_many(submissions: Sequence[Submission]) -> Submissions:
    """Return submissions in columns, in order."""
    amounts = np.array([_amounts(one.request) for one in submissions], dtype=np.float64)
    everyone = np.arange(len(submissions))
    return Submissions(
        at=np.array([seconds(one.at) for one in submissions], dtype=np.int64),
        texts={name: Coded([getattr(one, name) or "" for one in submissions], everyone) for name in TEXTS},
        numbers=dict(zip(NUMBERS, amounts.reshape(-1, len(NUMBERS)).T.copy(), strict=True)),
    )


def _amounts(request: Request) -> tuple[float | None, ...]:
    """Return one amount for each of `NUMBERS`; NumPy turns None into NaN."""
    return request.cores, request.memory, request.run_limit, request.gpus, request.interactive


def seconds(moment: datetime) -> int:
    """Return whole seconds since 1970 of an aware moment."""
    return int(moment.timestamp())
