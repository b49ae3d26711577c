"""Jobs of one kind, and what is known of their runs.

A kind is a user, a queue and a job name with digits and hashes masked (`jobcast.features.text.coarse`), or the
command so masked where a job has no name.
"""

from dataclasses import dataclass, fields

import polars as pl

from jobcast.features.text_columns import coarse_column
from jobcast.job import ExitReason
from jobcast.report.answers import Collect
from jobcast.report.cpu import MANY_BUSY
from jobcast.report.measures import DONE, KILLED_FOR_MEMORY

_MOST = 2_000
"""Kinds that are looked at, those that held the most; far more than anybody reads of."""
_GIB_A_CORE = 8
"""How much memory weighs as much as a core when kinds are chosen."""
_LONGEST = 120
"""Characters of a name or command that are looked at, and shown."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """The runs of one kind of jobs. Memory is in GiB; what no run tells is None.

    ``told`` runs ended well and tell request and peak; ``counted`` ones ended well and tell cores and CPU time;
    ``timed`` ones ended well and had a run limit.
    """

    system: str
    """In whose words flags are written."""
    user: str | None
    """Whose jobs they are."""
    queue: str | None
    """Where they ran."""
    kind: str
    """The masked name, or the masked command; ``-`` where a job has neither."""
    runs: int
    """All runs, however they ended."""
    hosts: int | None
    """The most hosts of any run."""
    fewest_hosts: int | None
    """The fewest hosts of any run."""
    cores: int | None
    """The most cores that any run asked for."""
    fewest_cores: int | None
    """The fewest cores that any run asked for."""
    told_runs: int
    """How many runs tell request and peak."""
    told_hours: float
    """Their run times added up."""
    held: float
    """Their GiB·h asked for."""
    request: float | None
    """The most that any of them asked for."""
    peak: float | None
    """The largest peak of all runs, however they ended: what a run came to, it needed at least."""
    short_runs: int
    """Runs that ended well although they used more than they had asked for."""
    killed_runs: int
    """Runs that were killed over memory."""
    killed_at: float | None
    """The most that any of those asked for or held; it would have needed more."""
    killed_gib_hours: float
    """What those had held, or used where they asked for nothing, in GiB·h."""
    silent_runs: int
    """Runs that ended well, were measured, and had asked for no memory."""
    counted_runs: int
    """How many runs tell cores and CPU time."""
    counted_hours: float
    """Their run times added up."""
    core_hours: float
    """Their core hours asked for."""
    least_cores: int | None
    """The fewest cores that any of them asked for."""
    most_cores: int | None
    """The most cores that any of them asked for."""
    busy: float | None
    """The most cores that any run, however it ended, kept busy on average."""
    beyond_runs: int
    """Those that kept far more cores busy than they had asked for."""
    beyond_cores: int | None
    """The most cores that any of those asked for."""
    beyond_busy: float | None
    """The most cores that any of those kept busy on average."""
    beyond: float
    """Core hours that those used beyond what they had asked for."""
    timed_runs: int
    """How many runs had a run limit."""
    limit: float | None
    """The longest of their limits, in seconds."""
    longest: float | None
    """The longest run time of all runs, however they ended, in seconds."""
    overrun_runs: int
    """Runs that were ended at their run limit."""
    overrun_limit: float | None
    """The longest limit of those, in seconds."""
    overrun_hours: float
    """Their core hours."""


def kinds_of(jobs: pl.LazyFrame, fewest_runs: int, collect: Collect) -> pl.LazyFrame:
    """Return a row for each kind among `jobs` (as `measured` returns them), in the columns of `Kind`.

    Only kinds with so many runs, and of these those that held the most. Which kinds have so many runs is read first,
    by their hashes: where each job has a name of its own, sums of all names would be larger than the history.
    """
    named = jobs.with_columns(kind()).with_columns(kind_hash())
    often = named.group_by("hash").agg(runs=pl.len()).filter(pl.col("runs") >= fewest_runs)
    (known,) = collect([often.select("hash")])
    kinds = (
        named.join(known.lazy(), on="hash", how="semi")
        .group_by(*KEY)
        .agg(**_memory_sums(), **_core_sums(), **_time_sums())
    )
    held = (pl.col("held") + pl.col("killed_gib_hours")) / _GIB_A_CORE
    weight = held + pl.col("core_hours") + pl.col("overrun_hours")
    enough = kinds.filter(pl.col("runs") >= fewest_runs)  # others may have the same hash
    return enough.sort(weight, "user", "queue", "kind", descending=[True, False, False, False]).head(_MOST)


KEY = ("system", "user", "queue", "kind")
"""What makes jobs of one kind."""


def kind_hash() -> pl.Expr:
    """Return a number for the kind (`KEY`) of each job, ``hash``; two kinds may have the same."""
    return pl.concat_str([pl.col(name).fill_null("") for name in KEY], separator="\x1f").hash().alias("hash")


def _memory_sums() -> dict[str, pl.Expr]:
    request, peak, hours = map(pl.col, ("request", "peak", "hours"))
    told = request.is_not_null() & peak.is_not_null() & DONE
    killed = KILLED_FOR_MEMORY.fill_null(value=False)
    return {
        "runs": pl.len(),
        "hosts": pl.col("hosts").list.len().max(),
        "fewest_hosts": pl.col("hosts").list.len().min(),
        "told_runs": told.sum(),
        "told_hours": hours.filter(told).sum(),
        "held": (request * hours).filter(told).sum(),
        "request": request.filter(told).max(),
        "peak": peak.max(),
        "short_runs": ((peak > request) & DONE).sum(),
        "killed_runs": killed.sum(),
        "killed_at": pl.max_horizontal(request, peak).filter(killed).max(),
        "killed_gib_hours": (pl.coalesce(request, peak) * hours).filter(killed).sum(),
        "silent_runs": (request.is_null() & peak.is_not_null() & DONE).sum(),
    }


def _core_sums() -> dict[str, pl.Expr]:
    cores, busy, hours = map(pl.col, ("cores", "busy", "hours"))
    counted = cores.is_not_null() & busy.is_not_null() & DONE
    beyond = (busy > cores * MANY_BUSY) & counted
    return {
        "cores": cores.max(),
        "fewest_cores": cores.min(),
        "counted_runs": counted.sum(),
        "counted_hours": hours.filter(counted).sum(),
        "core_hours": (cores * hours).filter(counted).sum(),
        "least_cores": cores.filter(counted).min(),
        "most_cores": cores.filter(counted).max(),
        "busy": busy.filter(cores.is_not_null()).max(),
        "beyond_runs": beyond.sum(),
        "beyond_cores": cores.filter(beyond).max(),
        "beyond_busy": busy.filter(beyond).max(),
        "beyond": ((busy - cores) * hours).filter(beyond).sum(),
    }


def _time_sums() -> dict[str, pl.Expr]:
    limit, run = pl.col("run_limit"), pl.col("run_time")
    timed = (limit > 0) & (run > 0) & DONE
    overrun = (pl.col("exit_reason") == ExitReason.RUN_LIMIT.value).fill_null(value=False)
    return {
        "timed_runs": timed.sum(),
        "limit": limit.filter(timed).max(),
        "longest": run.max(),
        "overrun_runs": overrun.sum(),
        "overrun_limit": limit.filter(overrun).max(),
        "overrun_hours": (pl.col("cores").fill_null(1) * pl.col("hours")).filter(overrun).sum(),
    }


def as_kinds(frame: pl.DataFrame) -> list[Kind]:
    """Return what `kinds_of` promised as values."""
    names = [field.name for field in fields(Kind)]
    return [Kind(**row) for row in frame.select(names).iter_rows(named=True)]


def kind() -> pl.Expr:
    """Return what jobs are of one kind with: the masked name, or the masked command where a job has none."""
    name, command = (pl.when(pl.col(column) != "").then(pl.col(column)) for column in ("name", "command"))
    masked = coarse_column(pl.coalesce(name, command).str.slice(0, _LONGEST))
    return masked.fill_null("-").alias("kind")
