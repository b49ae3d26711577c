"""Jobs that follow others: which of the ids that they name lead nowhere, or round in a circle."""

import numpy as np
import numpy.typing as npt
import polars as pl

Flags = npt.NDArray[np.bool_]


def broken_chains(ids: pl.Series, after: pl.Series) -> tuple[Flags, Flags]:
    """Return which jobs follow one that isn't there, and which stand in a circle of jobs that wait for each other.

    Each job follows at most one, of which `after` names the id; no id stands twice.
    """
    rows = pl.DataFrame({"after": ids, "row": np.arange(len(ids))})
    found = pl.DataFrame({"after": after}).join(rows, on="after", how="left", maintain_order="left")["row"]
    before = found.fill_null(-1).to_numpy()
    unknown = after.is_not_null().to_numpy() & (before < 0)
    circle = np.zeros(len(ids), dtype=np.bool_)
    # Only a job that follows a later one, or itself, can close a circle.
    for row in np.flatnonzero(before >= np.arange(len(ids))):
        circle[_circle_from(int(row), before)] = True
    return unknown, circle


def _circle_from(row: int, before: npt.NDArray[np.int64]) -> list[int]:
    """Return the rows of the circle that goes through `row`; none where its chain ends or circles elsewhere."""
    chain, seen, at = [row], {row}, int(before[row])
    while at >= 0 and at not in seen:
        chain.append(at)
        seen.add(at)
        at = int(before[at])
    return chain if at == row else []
