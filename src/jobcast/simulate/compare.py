"""Runs side by side: what differs in their figures, by queue, and for which jobs it differs most.

All are held against the first one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import polars as pl

from jobcast.simulate.metrics import Figures, Metrics
from jobcast.simulate.run import Run

MOST_JOBS = 10
"""Jobs that gained most, and as many that lost most."""

OVERALL = tuple(one.name for one in fields(Figures))
"""Figures that groups have too, in the order in which they are shown; each has its text, ``figure.NAME``."""
OTHERS = ("makespan_s", "utilisation", "killed", "preempted", "backfilled", "refused")
"""Figures of a whole run; each has its text, ``figure.NAME``."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One figure of two runs."""

    before: float | None
    """Of the first run; None where it has none."""
    after: float | None
    """Of the other."""

    @property
    def difference(self) -> float | None:
        """Return how much more the other has; None where one of them has none."""
        return None if self.before is None or self.after is None else self.after - self.before

    @property
    def ratio(self) -> float | None:
        """Return the difference as a part of the first; None where that is 0 or there is none."""
        return self.difference / self.before if self.difference is not None and self.before else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Against:
    """One run held against the first one."""

    name: str
    """Of the run."""
    figures: Mapping[str, Change]
    """By name, `OVERALL` and `OTHERS`."""
    queues: Mapping[str, Mapping[str, Change]]
    """Queue to `OVERALL`; those of both runs, the largest of the first one first."""
    gained: pl.DataFrame | None
    """At most `MOST_JOBS` that wait less now, with ``id user queue cores run before after difference`` (seconds of
    waiting); None where the two did not simulate the same jobs."""
    lost: pl.DataFrame | None
    """Likewise those that wait more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """Some runs held against the first one."""

    first: str
    """Its name."""
    others: tuple[Against, ...]
    """The others, in their order."""
    traces_differ: bool
    """Whether they did not all simulate the same jobs."""
    thresholds_differ: bool
    """Whether their bounded slowdowns can't be compared."""


def compare(runs: Sequence[Run]) -> Comparison:
    """Hold all runs against the first of them."""
    first, *others = runs
    return Comparison(
        first=first.name,
        others=tuple(_against(first, other) for other in others),
        traces_differ=any(not _same_jobs(first, other) for other in others),
        thresholds_differ=len({run.facts.metrics.threshold_s for run in runs}) > 1,
    )


def _same_jobs(first: Run, other: Run) -> bool:
    """Tell whether both simulated the same jobs: by the trace they name, and by the jobs themselves."""
    keys = (
        "id",
        "run",
        "cores",
    )  # not when they were submitted: who follows another comes when that one is done
    return first.facts.trace.origin == other.facts.trace.origin and first.jobs.select(keys).equals(
        other.jobs.select(keys)
    )


def _against(first: Run, other: Run) -> Against:
    before, after = first.facts.metrics, other.facts.metrics
    gained, lost = _moved(first.jobs, other.jobs) if _same_jobs(first, other) else (None, None)
    return Against(
        name=other.name,
        figures={**_changes(before.overall, after.overall), **_others(before, after)},
        queues={
            queue: _changes(before.queues.get(queue), after.queues.get(queue))
            for queue in dict.fromkeys((*before.queues, *after.queues))
        },
        gained=gained,
        lost=lost,
    )


def _changes(before: Figures | None, after: Figures | None) -> dict[str, Change]:
    return {
        name: Change(before=getattr(before, name, None), after=getattr(after, name, None)) for name in OVERALL
    }


def _others(before: Metrics, after: Metrics) -> dict[str, Change]:
    return {name: Change(before=getattr(before, name), after=getattr(after, name)) for name in OTHERS}


def _moved(before: pl.DataFrame, after: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the jobs whose waiting shrank most, and those whose waiting grew most; rows are the same jobs."""
    table = before.select("id", "user", "queue", "cores", "run", before=pl.col("wait")).with_columns(
        after=after["wait"], ran=(before["start"] >= 0) & (after["start"] >= 0)
    )
    moved = table.filter("ran").select(pl.exclude("ran"), difference=pl.col("after") - pl.col("before"))
    gained = moved.filter(pl.col("difference") < 0).sort("difference", maintain_order=True)
    lost = moved.filter(pl.col("difference") > 0).sort("difference", descending=True, maintain_order=True)
    return gained.head(MOST_JOBS), lost.head(MOST_JOBS)
