"""What the jobs of a trace would have asked for: as requested, as they were told, or knowing what they need."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from jobcast.machine import Cluster
from jobcast.simulate.outcome import Flags, Outcome, Whole
from jobcast.simulate.placed import policy_of
from jobcast.simulate.setup import Setup
from jobcast.simulate.trace import Trace


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What each job of a trace would have been told at its submission."""

    memory: pl.Series
    """Bytes to ask for; null where nothing was forecast."""
    run_time: pl.Series
    """Seconds; null likewise."""


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

    def only(self, some: Flags) -> "Question":
        """Return the question about some of the jobs."""
        kept = pl.Series(some)
        told = Told(memory=self.told.memory.filter(kept), run_time=self.told.run_time.filter(kept))
        return replace(self, trace=replace(self.trace, jobs=self.trace.jobs.filter(kept)), told=told)


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A trace as it is asked for in one scenario."""

    trace: Trace
    """With the memory that is asked for, and those run twice that are short of it."""
    cluster: Cluster
    """The machines."""
    setup: Setup
    """With the run times that are reckoned with."""
    lost: Whole
    """Seconds of each job's first run where that fails for want of memory, else 0."""

    def waits(self, outcome: Outcome) -> Whole:
        """Return the seconds from each job's submission to the start of the run that succeeds."""
        return outcome.start + self.lost - self.trace.whole("submit")

    def mean_wait(self, outcome: Outcome) -> float:
        """Return the mean of those waits, in seconds; of the jobs that ran."""
        waits = self.waits(outcome)[outcome.start >= 0]
        return float(waits.mean()) if len(waits) else 0.0


def ask(name: str, question: Question) -> Asked:
    """Change a trace and a setup into what a scenario asks for."""
    jobs, told = question.trace.jobs, question.told
    if name == "requested":
        return _asked(question, {}, None)
    if name == "perfect":
        return _asked(question, {"memory": _lowered(jobs["memory_used"], jobs)}, question.trace.whole("run"))
    memory = _lowered(told.memory, jobs)
    fails = ((jobs["memory_used"] > memory) & (memory < jobs["memory"])).fill_null(value=False)
    short, longest = pl.lit(fails), pl.lit(pl.Series(_longest(question), dtype=pl.Int64))
    twice = {name: pl.min_horizontal(2 * pl.col(name), longest) for name in ("run", "request")}
    changed = jobs.select(
        pl.when(short).then("memory").otherwise(pl.lit(memory)).alias("memory"),
        *(pl.when(short).then(both).otherwise(name).alias(name) for name, both in twice.items()),
    )
    estimates = _estimates(question) * np.where(fails, 2, 1)
    columns = {name: changed[name] for name in changed.columns}
    return _asked(question, columns, estimates, fails.to_numpy())


def _asked(
    question: Question,
    changed: Mapping[str, pl.Series],
    estimates: Whole | None,
    short: Flags | None = None,
) -> Asked:
    """Put other columns into the trace; those who are short of memory run in vain first."""
    old = question.trace
    trace = replace(old, jobs=old.jobs.with_columns(column.alias(name) for name, column in changed.items()))
    return Asked(
        trace=trace,
        cluster=question.cluster,
        setup=replace(question.setup, cluster=question.cluster, given=estimates),
        lost=old.whole("run") * (0 if short is None else short),
    )


def _lowered(to: pl.Series, jobs: pl.DataFrame) -> pl.Series:
    """Return the memory requests, lowered to another amount where that is known and less."""
    least = pl.min_horizontal(pl.lit(to), "memory")
    return jobs.select(pl.when(pl.col("memory").is_not_null()).then(least).alias("memory"))["memory"]


def _longest(question: Question) -> list[int | None]:
    """Return how long each job's queue lets it run; None for no limit."""
    policy = policy_of(question.setup)
    limits = {name: queue.run_limit_max for name, queue in policy.queues.items()}
    other = limits.get(policy.default_queue or next(iter(limits), ""))
    return [limits.get(name, other) for name in question.trace.jobs["queue"].fill_null("").to_list()]


def _estimates(question: Question) -> Whole:
    """Return the forecast run times, -1 for none."""
    told = question.told.run_time.ceil().clip(lower_bound=1).fill_null(-1)
    return told.cast(pl.Int64).to_numpy()


def match(trace: Trace, forecasts: pl.DataFrame) -> Told:
    """Find what the jobs of a trace from the history were told.

    `forecasts` has job_id, array_index, step, submit_time, memory and run_time, as `jobcast.train.told` gives them.
    """
    found = matched(trace, forecasts, ("memory", "run_time"))
    return Told(memory=found["memory"], run_time=found["run_time"])


def matched(trace: Trace, told: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """Return these columns of what jobs were told, one row for each of a trace; null where it was told nothing.

    `told` has job_id, array_index, step and submit_time too.
    """
    element = pl.when(pl.col("array_index").is_not_null()).then(pl.format("[{}]", "array_index"))
    part = pl.when(pl.col("step").is_not_null()).then(pl.format(".{}", "step"))
    known = told.select(
        pl.concat_str("job_id", element, part, ignore_nulls=True).alias("id"),
        (pl.col("submit_time").dt.epoch("s") - int(trace.origin.timestamp())).alias("submit"),
        pl.struct(columns).alias("told"),
    ).unique(["id", "submit"], keep="first", maintain_order=True)
    first = pl.col("id").str.replace(r"~\d+$", "")  # as it was before `sift` told equal ids apart
    asked = trace.jobs.select(first, "submit")
    found = asked.join(known, on=["id", "submit"], how="left", maintain_order="left")
    return found.select(pl.col("told").struct.field(name) for name in columns)
