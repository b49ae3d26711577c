"""What a run is measured by.

Every job that ran counts, none is dropped at either end, and each counts the same:

- wait: from submission to the first start;
- flow: from submission to the end;
- bounded slowdown: flow / max(run time, threshold), at least 1 (Feitelson et al. 1997); 10 s unless another
  threshold is named;
- makespan: from the first submission to the last end;
- utilisation: processor-seconds of finished runs / (processors x makespan). What a job loses when it is run
  again from its beginning doesn't count.

Medians and 95th percentiles lie on the line between the two nearest jobs.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

import polars as pl

from jobcast.simulate.outcome import Flags, Outcome, Whole
from jobcast.simulate.trace import Trace

THRESHOLD = 10.0
"""Seconds; what the literature takes."""

CONVENTIONS = (
    "jobs", "submission", "decisions", "wait", "flow", "bounded_slowdown", "utilisation", "percentiles",
)  # fmt: skip
"""What must be known to compare figures with others; each has its text, ``convention.NAME``, but those of `meant`."""


def meant(setup: Mapping[str, str]) -> Mapping[str, str]:
    """Return which text, ``convention.TEXT``, tells each of `CONVENTIONS` under the settings of a run."""
    options, events = setup.get("options", ""), setup.get("events")
    often = "per-event" if events == "per-event" else "per-timestamp"
    other = {
        "submission": "submission_follow" if "--follow" in options else "submission_recorded",
        "decisions": "decisions_cycle" if "--cycle" in options else f"decisions_{often}",
    }
    return {name: other.get(name, name) for name in CONVENTIONS}


SIZES = ("1", "2-4", "5-16", "17-64", ">64")
"""Groups of jobs by their cores."""
_LARGEST = (1, 4, 16, 64)

_FIGURES = {
    "mean_wait_s": pl.col("wait").mean(),
    "median_wait_s": pl.col("wait").median(),
    "p95_wait_s": pl.col("wait").quantile(0.95, "linear"),
    "max_wait_s": pl.col("wait").max().cast(pl.Float64),
    "mean_flow_s": pl.col("flow").mean(),
    "mean_bounded_slowdown": pl.col("slowdown").mean(),
    "max_bounded_slowdown": pl.col("slowdown").max(),
    "core_hours": pl.col("core_seconds").sum() / 3600,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """Figures of all jobs that ran, or of a group of them; None where there are none."""

    jobs: int
    """How many ran."""
    mean_wait_s: float | None
    """Seconds from submission to the first start."""
    median_wait_s: float | None
    """Likewise."""
    p95_wait_s: float | None
    """Likewise: 19 of 20 waited no longer."""
    max_wait_s: float | None
    """Likewise."""
    mean_flow_s: float | None
    """Seconds from submission to the end."""
    mean_bounded_slowdown: float | None
    """See above."""
    max_bounded_slowdown: float | None
    """See above."""
    core_hours: float
    """What they ran, in hours of one processor."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Metrics:
    """All that a run is measured by."""

    overall: Figures
    """Of all jobs that ran."""
    makespan_s: int
    """Seconds from the first submission to the last end."""
    utilisation: float
    """Share of the processors' time in the makespan in which jobs ran."""
    killed: int
    """Jobs ended before they were done."""
    preempted: int
    """Jobs that were suspended or requeued at least once."""
    backfilled: int
    """Jobs that started before one ahead of them."""
    refused: int
    """Jobs that were turned away or could never run."""
    threshold_s: float
    """Of the bounded slowdown."""
    queues: Mapping[str, Figures]
    """By queue, those with the most jobs first; ``""`` for jobs without."""
    users: Mapping[str, Figures]
    """By user, likewise."""
    sizes: Mapping[str, Figures]
    """By cores, those of `SIZES` that occur, in their order."""


def measure(trace: Trace, outcome: Outcome, *, threshold: float = THRESHOLD) -> Metrics:
    """Measure a run of `trace`."""
    table = job_table(trace, outcome, threshold)
    ran = table.filter(pl.col("start") >= 0) if outcome.refused else table
    makespan = ran.select(pl.col("finish").max() - pl.col("submit").min()).item() or 0
    overall = _figures(ran.select(pl.len().alias("jobs"), **_FIGURES).row(0, named=True))
    capacity = max(makespan, 1) * trace.processors
    return Metrics(
        overall=overall,
        makespan_s=makespan,
        utilisation=overall.core_hours * 3600 / capacity,
        killed=int(table["killed"].sum()),
        preempted=int((table["preemptions"] > 0).sum()),
        backfilled=int(table["backfilled"].sum()),
        refused=len(outcome.refused),
        threshold_s=threshold,
        queues=_grouped(ran, "queue"),
        users=_grouped(ran, "user"),
        sizes=_by_size(ran),
    )


def job_table(trace: Trace, outcome: Outcome, threshold: float = THRESHOLD) -> pl.DataFrame:
    """Return a row for each job of the trace: who it was, when it ran, and its wait, flow and slowdown.

    Its queue is the one that it was in, though it may have named another or none.
    The times of a refused job are -1, and its figures mean nothing.
    """
    none = pl.lit(0, dtype=pl.Int64)
    table = trace.jobs.select("id", "submit", "run", "cores", "queue", "user").with_columns(
        *([] if outcome.submit is None else [_submitted(outcome.submit)]),
        *([] if outcome.queue is None else [pl.lit(outcome.queue).alias("queue")]),
        pl.lit(pl.Series(outcome.start)).alias("start"),
        pl.lit(pl.Series(outcome.finish)).alias("finish"),
        _flags(outcome.killed).alias("killed"),
        _flags(outcome.backfilled).alias("backfilled"),
        (none if outcome.preemptions is None else pl.lit(pl.Series(outcome.preemptions))).alias(
            "preemptions"
        ),
    )
    run = pl.min_horizontal("run", pl.col("finish") - pl.col("start"))
    flow = pl.col("finish") - pl.col("submit")
    return table.with_columns(
        wait=pl.col("start") - pl.col("submit"),
        flow=flow,
        slowdown=pl.max_horizontal(flow / pl.max_horizontal(run.cast(pl.Float64), pl.lit(threshold)), 1.0),
        core_seconds=run.cast(pl.Float64) * pl.col("cores"),
    )


def _submitted(submit: Whole) -> pl.Expr:
    """Return when each job was submitted; those that never came keep the time at which they truly did."""
    came = pl.lit(pl.Series(submit))
    return pl.when(came >= 0).then(came).otherwise("submit").alias("submit")


def _flags(flags: Flags | None) -> pl.Expr:
    return pl.lit(value=False) if flags is None else pl.lit(pl.Series(flags))


def _figures(row: Mapping[str, Any]) -> Figures:
    return Figures(**{one.name: row[one.name] for one in fields(Figures)})


def _grouped(ran: pl.DataFrame, column: str) -> dict[str, Figures]:
    """Return the figures by what stands in `column`, the largest groups first."""
    rows = (
        ran.group_by(pl.col(column).fill_null("").alias("group"))
        .agg(pl.len().alias("jobs"), **_FIGURES)
        .sort("jobs", "group", descending=[True, False])
    )
    return {row["group"]: _figures(row) for row in rows.iter_rows(named=True)}


def _by_size(ran: pl.DataFrame) -> dict[str, Figures]:
    size: pl.Expr = pl.lit(SIZES[-1])
    for name, largest in reversed(list(zip(SIZES, _LARGEST, strict=False))):
        size = pl.when(pl.col("cores") <= largest).then(pl.lit(name)).otherwise(size)
    groups = _grouped(ran.with_columns(size.alias("size")), "size")
    return {size: groups[size] for size in SIZES if size in groups}


def as_dict(metrics: Metrics) -> dict[str, Any]:
    """Return plain values: the overall figures beside the others, then each group."""
    whole = asdict(metrics)
    return {**whole.pop("overall"), **whole}
