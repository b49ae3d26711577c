"""What would have changed: the same days as requested, with forecasts, and with perfect knowledge.

- Memory is asked for as requested; as forecast at submission, but never more than requested; or as used. Jobs that
  requested none ask for none in all three.
- Run times are reckoned with as requested; as forecast, but never longer than requested; or as they were.
- A job that needs more than was forecast fails and runs again as requested: it counts as one that runs twice as
  long and holds what was requested all the while, which is more than it would.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from jobcast.machine import Cluster
from jobcast.simulate.engines import simulate
from jobcast.simulate.metrics import measure
from jobcast.simulate.outcome import Outcome, Whole
from jobcast.simulate.setup import Setup
from jobcast.simulate.trace import Trace
from jobcast.units import GIB

SCENARIOS = ("requested", "forecast", "perfect")
"""In the order in which they are told; each has its text, ``whatif_scenario.NAME``."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What each job of a trace would have been told at its submission."""

    memory: pl.Series
    """Bytes to ask for; null where nothing was forecast."""
    run_time: pl.Series
    """Seconds; null likewise."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Scenario:
    """One way to ask, and what came of it."""

    name: str
    """One of `SCENARIOS`."""
    mean_wait_s: float
    """From submission to the first start."""
    wait_hours: float
    """Of all jobs together."""
    mean_bounded_slowdown: float
    """With the usual threshold of 10 s."""
    memory_gib_hours: float | None
    """That were kept for jobs while they ran; None where no job requested memory."""
    idle_gib_hours: float | None
    """Of these, beyond what the jobs used at most; None likewise."""
    short: int
    """Jobs that failed for want of memory and ran again."""
    machines: int | None
    """The fewest with which the mean wait is no longer than as requested with all; None where that wasn't asked."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WhatIf:
    """The whole answer."""

    jobs: int
    """That were replayed."""
    forecast_memory: int
    """For how many of them there was a forecast of memory, and a request to lower."""
    forecast_run_time: int
    """For how many there was a forecast of run time."""
    machines: int
    """How many there are."""
    scenarios: tuple[Scenario, ...]
    """In the order of `SCENARIOS`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What is to be found out."""

    trace: Trace
    """The days to replay, as requested."""
    told: Told
    """What their jobs would have been told."""
    setup: Setup
    """The rules, and the machines."""
    cluster: Cluster
    """Those machines."""
    count_machines: bool = True
    """Whether to look for the fewest machines; takes some ten more simulations."""


def answer(question: Question, *, seconds: Callable[[], float], step: Callable[[str], None]) -> WhatIf:
    """Replay the days in all three ways; `step` is told the name of each scenario that begins."""
    found: list[Scenario] = []
    for name in SCENARIOS:
        step(name)
        asked = ask(name, question)
        outcome = simulate(asked.trace, asked.setup, seconds=seconds)
        fewest = None
        if question.count_machines:
            wanted = found[0].mean_wait_s if found else mean_wait(asked.trace, outcome)
            fewest = fewest_machines(asked, question.cluster, wanted, seconds)
        found.append(_measured(name, asked, outcome, fewest))
    told = question.told
    requests = question.trace.jobs["memory"]
    return WhatIf(
        jobs=len(question.trace.jobs),
        forecast_memory=int((told.memory.is_not_null() & requests.is_not_null()).sum()),
        forecast_run_time=len(told.run_time) - told.run_time.null_count(),
        machines=len(question.cluster.machines),
        scenarios=tuple(found),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A trace as it is asked for in one scenario."""

    trace: Trace
    """With the memory that is asked for, and those run twice that are short of it."""
    setup: Setup
    """With the run times that are reckoned with."""
    short: int
    """How many are short of memory."""


def ask(name: str, question: Question) -> Asked:
    """Change a trace and a setup into what a scenario asks for."""
    jobs, told = question.trace.jobs, question.told
    requested, used = jobs["memory"], jobs["memory_used"]
    if name == "requested":
        return Asked(trace=question.trace, setup=_reckoning(question, None), short=0)
    if name == "perfect":
        memory = jobs.select(
            pl.when(pl.col("memory").is_not_null()).then(pl.coalesce("memory_used", "memory"))
        )
        trace = replace(question.trace, jobs=jobs.with_columns(memory.to_series().alias("memory")))
        return Asked(trace=trace, setup=_reckoning(question, question.trace.whole("run")), short=0)
    frame = pl.DataFrame({"requested": requested, "used": used, "told": told.memory, "run": jobs["run"]})
    lowered = frame.select(
        pl.when(pl.col("requested").is_not_null())
        .then(pl.min_horizontal("requested", pl.coalesce("told", "requested")))
        .alias("memory"),
        "requested",
        "used",
        "run",
    ).with_columns(
        short=((pl.col("used") > pl.col("memory")) & (pl.col("memory") < pl.col("requested"))).fill_null(
            value=False
        )
    )
    again = pl.col("short")
    changed = lowered.select(
        pl.when(again).then("requested").otherwise("memory").alias("memory"),
        pl.when(again).then(2 * pl.col("run")).otherwise("run").alias("run"),
        pl.when(again).then(2 * jobs["request"]).otherwise(jobs["request"]).alias("request"),
    )
    estimate = _estimates(question)
    return Asked(
        trace=replace(question.trace, jobs=jobs.with_columns(changed)),
        setup=_reckoning(question, estimate),
        short=int(lowered["short"].sum()),
    )


def _estimates(question: Question) -> Whole:
    """Return the forecast run times, -1 for none."""
    told = question.told.run_time.ceil().clip(lower_bound=1).fill_null(-1)
    return told.cast(pl.Int64).to_numpy()


def _reckoning(question: Question, estimates: Whole | None) -> Setup:
    return replace(question.setup, cluster=question.cluster, given=estimates)


def mean_wait(trace: Trace, outcome: Outcome) -> float:
    """Return the mean wait of the jobs that ran, in seconds."""
    ran = outcome.start >= 0
    waits = outcome.start[ran] - trace.whole("submit")[ran]
    return float(waits.mean()) if len(waits) else 0.0


def fewest_machines(asked: Asked, cluster: Cluster, wanted: float, seconds: Callable[[], float]) -> int:
    """Return the fewest of a cluster's machines with which the mean wait is at most `wanted`.

    Nobody may be refused for whom there was room before. Each kind of machine is thinned out as much as another.
    """
    order = _evenly(cluster)
    everybody = len(simulate(asked.trace, asked.setup, seconds=seconds).refused)

    def enough(count: int) -> bool:
        few = replace(cluster, machines=tuple(cluster.machines[row] for row in sorted(order[:count])))
        outcome = simulate(asked.trace, replace(asked.setup, cluster=few), seconds=seconds)
        return len(outcome.refused) <= everybody and mean_wait(asked.trace, outcome) <= wanted

    low, high = 0, len(order)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def _evenly(cluster: Cluster) -> list[int]:
    """Return the rows of machines in an order of which each beginning has the same mixture of kinds."""
    kinds: dict[tuple[tuple[str, int], ...], list[int]] = {}
    for row, machine in enumerate(cluster.machines):
        kinds.setdefault(tuple(sorted(machine.resources.items())), []).append(row)
    places = [((place + 0.5) / len(rows), row) for rows in kinds.values() for place, row in enumerate(rows)]
    return [row for _, row in sorted(places)]


def _measured(name: str, asked: Asked, outcome: Outcome, fewest: int | None) -> Scenario:
    metrics = measure(asked.trace, outcome)
    ran = outcome.start >= 0
    waits = (outcome.start - asked.trace.whole("submit"))[ran]
    jobs = asked.trace.jobs.filter(pl.Series(ran), pl.col("memory").is_not_null())
    held, idle = jobs.select(
        held=(pl.col("memory") * pl.col("run")).cast(pl.Float64).sum(),
        idle=((pl.col("memory") - pl.col("memory_used")).clip(lower_bound=0) * pl.col("run"))
        .cast(pl.Float64)
        .sum(),
    ).row(0)
    hours = GIB * 3600.0
    return Scenario(
        name=name,
        mean_wait_s=float(waits.mean()) if len(waits) else 0.0,
        wait_hours=float(np.sum(waits)) / 3600,
        mean_bounded_slowdown=metrics.overall.mean_bounded_slowdown or 1.0,
        memory_gib_hours=held / hours if len(jobs) else None,
        idle_gib_hours=idle / hours if len(jobs) else None,
        short=asked.short,
        machines=fewest,
    )


def match(trace: Trace, forecasts: pl.DataFrame) -> Told:
    """Find what the jobs of a trace from the history were told.

    `forecasts` has job_id, array_index, step, submit_time, memory and run_time, as `jobcast.train.told` gives them.
    """
    element = pl.when(pl.col("array_index").is_not_null()).then(pl.format("[{}]", "array_index"))
    part = pl.when(pl.col("step").is_not_null()).then(pl.format(".{}", "step"))
    known = forecasts.select(
        pl.concat_str("job_id", element, part, ignore_nulls=True).alias("id"),
        (pl.col("submit_time").dt.epoch("s") - int(trace.origin.timestamp())).alias("submit"),
        pl.col("memory").alias("told_memory"),
        pl.col("run_time").alias("told_run_time"),
    ).unique(["id", "submit"], keep="first", maintain_order=True)
    found = trace.jobs.select("id", "submit").join(
        known, on=["id", "submit"], how="left", maintain_order="left"
    )
    return Told(memory=found["told_memory"], run_time=found["told_run_time"])
