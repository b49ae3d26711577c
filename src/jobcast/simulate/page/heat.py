"""How busy each machine was over the time of a run; many machines are put together in groups of neighbours."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from jobcast.simulate.outcome import Whole
from jobcast.simulate.page.course import Means
from jobcast.simulate.page.spans import running

MOST_ROWS = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Heat:
    """Groups of machines over parts of the time."""

    first: tuple[str, ...]
    """Name of the first machine of each group."""
    last: tuple[str, ...]
    """Name of the last one; the same where each machine stands alone."""
    processors: Whole
    """Of each group."""
    jobs: Whole
    """Jobs that ran on each group, each counted once for each of its machines."""
    busy: Means
    """Group by part: share of its processors that ran jobs."""


def heat(jobs: pl.DataFrame, machines: Mapping[str, int], edges: Whole) -> Heat:
    """Return how busy the machines were with these jobs (``start finish cores allocation``), which all ran."""
    names = list(machines)
    size = -(-len(names) // MOST_ROWS)
    groups = -(-len(names) // size)
    sizes = np.bincount(
        np.arange(len(names)) // size,
        weights=np.array(list(machines.values()), dtype=np.float64),
        minlength=groups,
    )
    table = _shares(jobs, {name: place // size for place, name in enumerate(names)})
    areas = np.zeros((groups, len(edges)))
    for column, sign in (("start", 1.0), ("finish", -1.0)):
        areas += sign * _area(
            table["group"].to_numpy(), table[column].to_numpy(), table["cores"].to_numpy(), edges, groups
        )
    capacity = np.maximum(sizes, 1.0)[:, None] * np.diff(edges)
    counted = table.filter(pl.col("piece") == 0)["group"].to_numpy()
    return Heat(
        first=tuple(names[::size]),
        last=tuple(names[min(place + size, len(names)) - 1] for place in range(0, len(names), size)),
        processors=sizes.astype(np.int64),
        jobs=np.bincount(counted, minlength=groups),
        busy=np.clip(np.diff(areas, axis=1) / capacity, 0.0, 1.0),
    )


def _shares(jobs: pl.DataFrame, group_of: Mapping[str, int]) -> pl.DataFrame:
    """Return a row for each time and machine that a job ran on, with the ``cores`` it had there."""
    spans = running(jobs).with_columns(piece=pl.int_range(pl.len()).over("row"))
    tasks = pl.col("allocation").list.eval(pl.element().struct.field("tasks")).list.sum()
    shares = (
        jobs.select(
            pl.int_range(pl.len(), dtype=pl.Int64).alias("row"),
            "allocation",
            "cores",
            tasks.alias("tasks_of_job"),
        )
        .filter(pl.col("tasks_of_job") > 0)
        .explode("allocation")
        .select(
            "row",
            pl.col("allocation")
            .struct.field("machine")
            .replace_strict(group_of, default=None, return_dtype=pl.Int64)
            .alias("group"),
            cores=pl.col("cores") * pl.col("allocation").struct.field("tasks") / pl.col("tasks_of_job"),
        )
        .drop_nulls("group")
    )
    return shares.join(spans, on="row")


def _area(groups: Whole, times: Whole, weights: Means, edges: Whole, count: int) -> Means:
    """Return of each group the sum of weight times what has passed since, at each edge."""
    width = len(edges)
    place = groups * (width + 1) + np.searchsorted(edges, times, side="left")
    since = (times - edges[0]).astype(np.float64)

    def summed(values: Means) -> Means:
        cells: Means = np.bincount(place, weights=values, minlength=count * (width + 1)).astype(np.float64)
        found: Means = np.cumsum(cells.reshape(count, width + 1), axis=1)[:, :width]
        return found

    found: Means = summed(weights) * (edges - edges[0]) - summed(weights * since)
    return found
