"""What went on over the time of a run, in equal parts of it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from jobcast.simulate.outcome import Whole
from jobcast.simulate.page.spans import running

Means = npt.NDArray[np.float64]

MOST_PARTS = 400
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_WIDTHS = (
    *(1, 2, 5, 10, 15, 30),
    *(_MINUTE * n for n in (1, 2, 5, 10, 15, 30)),
    *(_HOUR * n for n in (1, 2, 3, 6, 12)),
    *(_DAY * n for n in (1, 2, 7, 14, 28, 91, 364)),
)
"""Seconds that a part may take, so that clocks and calendars count them."""
QUEUES = 9
"""Queues that are told apart, those with the most core hours; the others are put together."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Course:
    """A run in parts of `width` seconds; all lists have one element for each."""

    edges: Whole
    """Second at which each part begins, and that at which the last one ends."""
    used: Mapping[str, Means]
    """Queue to its cores in use, on average, those with the most first; ``None`` never, others under `OTHERS`."""
    asked: Means
    """Cores that running and waiting jobs asked for, on average."""
    waiting: Means
    """Jobs that waited, on average."""
    most_waiting: Whole
    """The most that waited at once."""
    running: Means
    """Jobs that ran, on average."""

    @property
    def width(self) -> int:
        """Return how many seconds a part takes."""
        return int(self.edges[1] - self.edges[0])


OTHERS = "\0"
"""Stands for all other queues; no queue is called so."""


def edges_of(first: int, last: int, most: int = MOST_PARTS) -> Whole:
    """Return where parts begin that cover [first, last], at most `most` of the narrowest width that will do."""
    width = next((width for width in _WIDTHS if (last - first) // width + 2 <= most), 0)
    width = width or -(-(last - first + 1) // (most - 1))
    begin = first // width * width
    parts = max(1, -(-(last - begin) // width))
    return begin + width * np.arange(parts + 1, dtype=np.int64)


def course(jobs: pl.DataFrame) -> Course:
    """Return the course of a run of these jobs (``submit start finish cores queue``), which all ran; at least one."""
    submit, start, finish, cores = (jobs[name].to_numpy() for name in ("submit", "start", "finish", "cores"))
    edges = edges_of(int(submit.min()), int(finish.max()))
    spans = running(jobs)
    rows = spans["row"].to_numpy()
    from_, until = spans["start"].to_numpy(), spans["finish"].to_numpy()
    one = np.ones(len(jobs), dtype=np.int64)
    return Course(
        edges=edges,
        used={
            name: means(from_[those], until[those], cores[rows[those]], edges)
            for name, those in _by_queue(jobs, rows).items()
        },
        asked=means(submit, finish, cores, edges),
        waiting=means(submit, start, one, edges),
        most_waiting=_most(submit, start, edges),
        running=means(from_, until, np.ones(len(rows), dtype=np.int64), edges),
    )


def _by_queue(jobs: pl.DataFrame, rows: Whole) -> dict[str, npt.NDArray[np.bool_]]:
    """Return which rows belong to each of the largest queues, and to all others."""
    weight = pl.col("cores") * (pl.col("finish") - pl.col("start")).cast(pl.Float64)
    queue = pl.col("queue").fill_null("")
    ranked = (
        jobs.group_by(queue)
        .agg(weight.sum().alias("weight"))
        .sort("weight", "queue", descending=[True, False])
    )
    names = ranked["queue"].to_list()
    first = names if len(names) <= QUEUES + 1 else names[:QUEUES]
    of_row = (
        jobs["queue"]
        .fill_null("")
        .replace_strict(
            {name: place for place, name in enumerate(first)}, default=len(first), return_dtype=pl.Int64
        )
    )
    places = of_row.to_numpy()[rows]
    found = {name: places == place for place, name in enumerate(first)}
    return found if len(first) == len(names) else {**found, OTHERS: places == len(first)}


def means(begin: Whole, end: Whole, weights: Whole, edges: Whole) -> Means:
    """Return the mean in each part of the sum of `weights` of those between their `begin` and `end`."""
    areas = _area(begin, weights, edges) - _area(end, weights, edges)
    found: Means = np.maximum(np.diff(areas) / np.diff(edges), 0.0)
    return found


def _area(times: Whole, weights: Whole, edges: Whole) -> Means:
    """Return the sum of weight times what has passed since, at each edge."""
    order = np.argsort(times, kind="stable")
    since = (times[order] - edges[0]).astype(np.float64)
    heavy = weights[order].astype(np.float64)
    upto = np.searchsorted(times[order], edges)
    weight = np.concatenate([[0.0], np.cumsum(heavy)])[upto]
    moment = np.concatenate([[0.0], np.cumsum(heavy * since)])[upto]
    found: Means = weight * (edges - edges[0]) - moment
    return found


def waiting(submit: Whole, start: Whole) -> tuple[Whole, Whole]:
    """Return the seconds at which the number of waiting jobs changes, and what it is from then on."""
    times = np.concatenate([submit, start])
    changes = np.concatenate([np.ones(len(submit), np.int64), -np.ones(len(start), np.int64)])
    order = np.argsort(times, kind="stable")
    times, counts = times[order], np.cumsum(changes[order])
    last_of_second = np.append(times[1:] != times[:-1], True)
    return times[last_of_second], counts[last_of_second]


def _most(submit: Whole, start: Whole, edges: Whole) -> Whole:
    """Return the most jobs that waited at once in each part; it includes those with which the part begins."""
    times, counts = waiting(submit, start)
    before = np.searchsorted(times, edges[:-1], side="right") - 1
    found = np.where(before >= 0, counts[np.maximum(before, 0)], 0)
    part = np.clip(np.searchsorted(edges, times, side="right") - 1, 0, len(edges) - 2)
    np.maximum.at(found, part, counts)
    return found
