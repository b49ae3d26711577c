"""Jobs that follow others: which of the ids that they name lead nowhere, or round in a circle; and who follows whom."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, slots=True)
class Following:
    """Who follows whom in a trace."""

    before: list[int]
    """Row of the job that each follows; -1 for none. Without circles."""
    think: list[int]
    """Seconds from that one's end to the submission of the job; 0 where nobody tells."""


def following(jobs: pl.DataFrame) -> Following | None:
    """Return who follows whom, by ``id``, ``after`` and ``think``; None where nobody does.

    Who follows a job that isn't there follows none.
    """
    before = _rows(jobs["id"], jobs["after"])
    if not (before >= 0).any():
        return None
    return Following(before=before.tolist(), think=jobs["think"].fill_null(0).to_list())


def _rows(ids: pl.Series, named: pl.Series) -> npt.NDArray[np.int64]:
    """Return the row of each job that is named; -1 where there is no such one."""
    rows = pl.DataFrame({"named": ids, "row": np.arange(len(ids))})
    found = pl.DataFrame({"named": named}).join(rows, on="named", how="left", maintain_order="left")["row"]
    return found.fill_null(-1).to_numpy()


def broken_chains(ids: pl.Series, after: pl.Series) -> tuple[Flags, Flags]:
    """Return which jobs follow one that isn't there, and which stand in a circle of jobs that wait for each other.

    Each job follows at most one, of which `after` names the id; no id stands twice.
    """
    before = _rows(ids, after)
    unknown = after.is_not_null().to_numpy() & (before < 0)
    # Only a job that follows a later one, or itself, can close a circle.
    closes = (before >= np.arange(len(ids))).any()
    return unknown, _circles(before.tolist()) if closes else np.zeros(len(ids), dtype=np.bool_)


def _circles(before: list[int]) -> Flags:
    """Tell which rows stand in a circle; each row is passed once, however long the chains are."""
    circle = np.zeros(len(before), dtype=np.bool_)
    passed_from = [-1] * len(before)
    for row in range(len(before)):
        at = row
        while at >= 0 and passed_from[at] < 0:
            passed_from[at] = row
            at = before[at]
        # A chain that comes back to where it passed itself has found a circle, and goes round it once more.
        while at >= 0 and passed_from[at] == row and not circle[at]:
            circle[at] = True
            at = before[at]
    return circle
