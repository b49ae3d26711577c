"""Lines of ``sacct`` to jobs: each job's steps, which follow its line, are folded into it.

Slurm measures steps, not jobs: a job's peak is that of its hungriest step. Where TRESUsageInTot is given
it counts, being summed over the tasks of the step, on all machines (``rss_sum``); it sums each task's own
peak, so it errs upwards. Otherwise MaxRSS of the largest single task stands in (``rss_max_task``), which for
a job of many tasks is far below what the job used. Memory of 0 means that no sample was taken.
"""

from datetime import tzinfo

import polars as pl

from jobcast.history import SET_ASIDE_TEXT, Rows, SetAside, conform, sift
from jobcast.job import MemoryBasis
from jobcast.systems.advised import in_admin_comment
from jobcast.systems.base import Site
from jobcast.systems.columns import clock, filled, iso_time, whole
from jobcast.systems.slurm.endings import KILLED, ending
from jobcast.systems.slurm.fields import ENDINGS, NOT_ENDED, READ
from jobcast.systems.slurm.hostlist import expand
from jobcast.systems.slurm.values import (
    CORES,
    TRES,
    measured,
    memory_in,
    moments,
    positive,
    requested,
    unread,
    unreadable,
)
from jobcast.units import MIB


def fold(records: pl.DataFrame, site: Site, source: str) -> Rows:
    """Turn records into jobs.

    `records` has ``line``, ``text`` and, as text, the fields of sacct under their names in small letters;
    a job's steps stand right behind it.
    """
    table = _number_runs(records.with_columns(pl.lit(None, pl.String).alias(n) for n in _missing(records)))
    aside = _name_strays(table, source)
    steps = _sum_up_steps(table.lazy().filter("fits"))
    ended = table.filter("has_ended")
    # Lazily, because only then is an expression that stands in several others computed but once.
    read = moments(requested(ended).lazy(), site.timezone)
    jobs = read.join(steps, on="run", how="left", maintain_order="left")
    for stage in (
        [unreadable(), _request_cores(), _run_time()],
        _times(site.timezone),
        _amounts(),
        ending(),
        _identity(site),
    ):
        jobs = jobs.with_columns(stage)
    complete = jobs.collect().with_columns(_hosts(ended["nodelist"]))
    bad = complete["bad"].is_not_null()
    if bad.any():
        aside += _unreadable(complete.filter(bad), source)
        complete = complete.filter(~bad)
    lines, texts = complete["line"], complete["text"]
    rows = sift(
        conform(complete),
        now=site.now,
        source=source,
        record=lambda row: (lines[row], texts[row]),
    )
    return Rows(
        jobs=rows.jobs, set_aside=(*aside, *rows.set_aside), not_finished=table.filter("waits").height
    )


def _missing(records: pl.DataFrame) -> list[str]:
    return sorted(READ - set(records.columns))


def _unreadable(jobs: pl.DataFrame, source: str) -> list[SetAside]:
    return [
        SetAside(source=source, line=line, reason=why, text=text[:SET_ASIDE_TEXT])
        for line, text, why in jobs.select("line", "text", "bad").iter_rows()
    ]


def _number_runs(records: pl.DataFrame) -> pl.DataFrame:
    """Give each job line a number, which its steps share: with --duplicates an id comes once for each run."""
    whole_id = pl.coalesce(filled(pl.col("jobid")), "jobidraw")
    owner = whole_id.str.extract(r"^([^.]*)")
    return records.with_columns(
        whole_id.alias("id"),
        owner.alias("owner"),
        (owner == whole_id).fill_null(value=False).alias("is_job"),
        pl.col("state").str.extract(r"^\s*([A-Z_]+)").alias("word"),
        clock(pl.col("totalcpu")).alias("cpu"),
    ).with_columns(
        (pl.col("is_job") & pl.col("word").is_in(list(ENDINGS))).alias("has_ended"),
        (pl.col("is_job") & pl.col("word").is_in(NOT_ENDED)).alias("waits"),
        pl.col("is_job").cum_sum().alias("run"),
        (pl.col("owner") == pl.when("is_job").then("owner").forward_fill())
        .fill_null(value=False)
        .alias("fits"),
    )


def _name_strays(table: pl.DataFrame, source: str) -> list[SetAside]:
    """Set aside steps that don't follow their job, and jobs in a state that the manual doesn't name."""
    known = pl.any_horizontal("has_ended", "waits").fill_null(value=False)
    odd = table.lazy().filter(~pl.col("fits") | pl.col("is_job") & ~known)
    reason = pl.when("fits").then(pl.lit("unknown_state")).otherwise(pl.lit("step_without_job"))
    strays = odd.select("line", "text", reason).collect()
    return [
        SetAside(source=source, line=line, reason=why, text=text[:SET_ASIDE_TEXT])
        for line, text, why in strays.iter_rows()
    ]


def _sum_up_steps(table: pl.LazyFrame) -> pl.LazyFrame:
    """Return for each run the peak of its steps and their CPU time; a peak on the job line counts too."""
    # In two steps: what stands in two expressions is worked out twice.
    read = table.with_columns(
        measured(pl.col("maxrss")).alias("task"), memory_in(pl.col("tresusageintot")).alias("total_text")
    )
    read = read.with_columns(measured(pl.col("total_text")).alias("total"))
    task_unread, total_unread = (
        unread(pl.col("maxrss"), pl.col("task")),
        unread(pl.col("total_text"), pl.col("total")),
    )
    runs = (
        read.select(
            "run",
            "task",
            "total",
            pl.max_horizontal("task", "total").alias("peak"),
            (task_unread | total_unread).alias("bad_peak"),
            pl.when(~pl.col("is_job")).then("cpu").alias("cpu"),
            unread(pl.col("totalcpu"), pl.col("cpu")).alias("bad_cpu"),
            pl.col("id").str.ends_with(".interactive").alias("interactive"),
            (pl.col("exitcode") == KILLED).alias("killed"),
        )
        .group_by("run")
        .agg(
            pl.col("task", "peak").max(),
            pl.col("total").is_not_null().any().alias("summed"),
            pl.col("cpu").sum().alias("steps_cpu"),
            pl.col("interactive", "killed", "bad_peak", "bad_cpu").any(),
        )
    )
    basis = pl.when("summed").then(pl.lit(MemoryBasis.RSS_SUM)).otherwise(pl.lit(MemoryBasis.RSS_MAX_TASK))
    return runs.select(
        "run",
        "steps_cpu",
        "bad_peak",
        "bad_cpu",
        "killed",
        pl.col("task").alias("task_peak"),
        positive(pl.col("peak")).alias("memory_peak"),
        pl.when(pl.col("peak") > 0).then(basis).alias("memory_basis"),
        pl.when("interactive").then(pl.lit(value=True)).alias("interactive"),
    )


def _times(zone: tzinfo) -> list[pl.Expr]:
    """Return the finish where it has to be worked out, and no run time for jobs that never ran."""
    start, finish = pl.col("start_time"), pl.col("finish_time")
    lasted = pl.col("run_time") + pl.col("suspended_time").fill_null(0)
    computed = start + pl.duration(microseconds=whole(lasted * 1e6))
    # The hour that comes twice when clocks are put back: a job can't end before it starts.
    second = iso_time(pl.when(finish < start).then(pl.col("end")), zone, late=True)
    return [
        pl.coalesce(second, finish, computed).alias("finish_time"),
        *(pl.when(start.is_not_null()).then(name).alias(name) for name in ("run_time", "suspended_time")),
    ]


def _request_cores() -> pl.Expr:
    return pl.coalesce(positive(pl.col(f"{name}:count")) for name in CORES).alias("cores_requested")


def _run_time() -> pl.Expr:
    return pl.coalesce("elapsedraw:seconds", "elapsed:seconds").alias("run_time")


def _amounts() -> list[pl.Expr]:
    """Return the limits and resources asked for, and the CPU time."""
    memory = (positive(amount) for amount in (_asked_memory(), *(pl.col(f"{name}:bytes") for name in TRES)))
    gpus = (f"{name}:gpus" for name in TRES)
    told = pl.any_horizontal(filled(pl.col(name)).is_not_null() for name in TRES)
    return [
        pl.coalesce("timelimit:seconds", pl.col("timelimitraw:minutes") * 60).alias("run_limit"),
        pl.coalesce(memory).alias("memory_requested"),
        pl.coalesce(*gpus, pl.when(told).then(0)).alias("gpus_requested"),
        pl.coalesce(positive(pl.col("cpu")), positive(pl.col("steps_cpu"))).alias("cpu_time"),
    ]


_PER_CPU = 2**31 * MIB
"""Slurm's flag MEM_PER_CPU: some versions print it as part of the amount, ``2147486448Mn`` for ``2800Mc``."""


def _asked_memory() -> pl.Expr:
    """Return what ReqMem asks for the whole job; before 21.08 it was for each CPU (c) or each node (n)."""
    text, amount = pl.col("reqmem").str.strip_chars(), pl.col("reqmem:bytes")
    cores = pl.col("cores_requested")
    return (
        pl.when(amount >= _PER_CPU)
        .then((amount - _PER_CPU) * cores)
        .when(text.str.ends_with("c"))
        .then(amount * cores)
        .when(text.str.ends_with("n"))
        .then(amount * pl.coalesce(positive(pl.col("nnodes:count")), 1))
        .otherwise(amount)
    )


def _identity(site: Site) -> list[pl.Expr]:
    """Return who a job is."""
    parts = pl.col("id").str.extract_groups(r"^([^_]*)_(\d+)$").struct
    return [
        pl.lit("slurm").alias("system"),
        pl.coalesce(filled(pl.col("cluster")), pl.lit(site.cluster)).alias("cluster"),
        pl.coalesce(parts[0], "id").alias("job_id"),
        parts[1].cast(pl.Int64, strict=False).alias("array_index"),
        filled(pl.col("jobname")).alias("name"),
        pl.coalesce(filled(pl.col("user")), filled(pl.col("uid"))).alias("user"),
        filled(pl.col("group")).alias("group"),
        filled(pl.col("account")).alias("project"),
        filled(pl.col("partition")).alias("queue"),
        filled(pl.col("submitline")).alias("command"),
        filled(pl.col("workdir")).alias("cwd"),
        filled(pl.col("comment")).alias("description"),
        *in_admin_comment(pl.col("admincomment")),
        pl.col("restarts:count").alias("attempt"),
    ]


def _hosts(lists: pl.Series) -> pl.Series:
    """Expand each distinct list of hosts once; no hosts for a job that was given none."""
    distinct = [text for text in lists.unique() if text and text not in ("None assigned", "(null)")]
    hosts = pl.Series("hosts", [expand(text) for text in distinct], dtype=pl.List(pl.String))
    expanded = pl.DataFrame({"list": pl.Series(distinct, dtype=pl.String), "hosts": hosts})
    asked = lists.to_frame("list")
    return asked.join(expanded, on="list", how="left", maintain_order="left")["hosts"]
