"""Lines of ``sacct`` to jobs: each job's steps, which follow its line, are folded into it.

Slurm measures steps, not jobs: a job's peak is that of its hungriest step. Where TRESUsageInTot is given
it counts, being summed over the tasks of the step, on all machines (``rss_sum``); it sums each task's own
peak, so it errs upwards. Otherwise MaxRSS of the largest single task stands in (``rss_max_task``), which for
a job of many tasks is far below what the job used. Memory of 0 means that no sample was taken.
"""

from datetime import tzinfo

import polars as pl

from jobcast.history import SET_ASIDE_TEXT, Rows, SetAside, conform, sift
from jobcast.job import ExitReason, MemoryBasis
from jobcast.systems.base import Site
from jobcast.systems.columns import clock, epoch, filled, iso_time, memory, whole
from jobcast.systems.slurm.fields import ENDINGS, NOT_ENDED, READ
from jobcast.systems.slurm.hostlist import expand
from jobcast.units import MIB


def fold(records: pl.DataFrame, site: Site, source: str) -> Rows:
    """Turn records into jobs.

    `records` has ``line``, ``text`` and, as text, the fields of sacct under their names in small letters;
    a job's steps stand right behind it.
    """
    table = _number_runs(records.with_columns(pl.lit(None, pl.String).alias(n) for n in _missing(records)))
    aside = _name_strays(table, source)
    steps = _sum_up_steps(table.filter(pl.col("fits")))
    ended = table.filter(pl.col("is_job") & pl.col("word").is_in(list(ENDINGS)))
    # Lazily, because only then is an expression that stands in several others computed but once.
    jobs = ended.lazy().join(steps.lazy(), on="run", how="left", maintain_order="left")
    for stage in (
        _moments(site.timezone),
        _request(),
        [_unreadable()],
        _times(site.timezone),
        [_positive(_asked_memory()).alias("asked")],
        _amounts(),
        _ending(),
        _identity(site),
    ):
        jobs = jobs.with_columns(stage)
    complete = jobs.collect().with_columns(_hosts(ended["nodelist"]))
    aside += [
        SetAside(source=source, line=line, reason=why, text=text[:SET_ASIDE_TEXT])
        for line, text, why in complete.filter(pl.col("bad").is_not_null())
        .select("line", "text", "bad")
        .iter_rows()
    ]
    complete = complete.filter(pl.col("bad").is_null())
    lines, texts = complete["line"], complete["text"]
    rows = sift(
        conform(complete),
        now=site.now,
        source=source,
        record=lambda row: (lines[row], texts[row]),
    )
    waiting = table.filter(pl.col("is_job") & pl.col("word").is_in(NOT_ENDED)).height
    return Rows(rows.jobs, (*aside, *rows.set_aside), waiting)


def _missing(records: pl.DataFrame) -> list[str]:
    return sorted(READ - set(records.columns))


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
        pl.col("is_job").cum_sum().alias("run"),
        (pl.col("owner") == pl.when("is_job").then("owner").forward_fill())
        .fill_null(value=False)
        .alias("fits"),
    )


def _name_strays(table: pl.DataFrame, source: str) -> list[SetAside]:
    """Set aside steps that don't follow their job, and jobs in a state that the manual doesn't name."""
    known = [*ENDINGS, *NOT_ENDED]
    reason = (
        pl.when(~pl.col("fits"))
        .then(pl.lit("step_without_job"))
        .when(pl.col("is_job") & ~pl.col("word").is_in(known).fill_null(value=False))
        .then(pl.lit("unknown_state"))
    )
    strays = table.select("line", "text", reason.alias("reason")).filter(pl.col("reason").is_not_null())
    return [
        SetAside(source=source, line=line, reason=why, text=text[:SET_ASIDE_TEXT])
        for line, text, why in strays.iter_rows()
    ]


_NOTHING = (
    *("", "0", "unknown", "none", "n/a", "(null)", "unlimited", "partition_limit", "invalid"),
    *(str(2**bits - less) for bits in (32, 64) for less in (1, 2)),
)
"""Words, in small letters, that stand for no value; the numbers are Slurm's INFINITE and NO_VAL."""


def _says(text: pl.Expr) -> pl.Expr:
    """Tell whether `text` is meant to be a value."""
    return ~text.str.strip_chars().str.to_lowercase().is_in(_NOTHING)


def _unread(name: str, value: pl.Expr) -> pl.Expr:
    """Tell whether the field says something that could not be read as `value`."""
    return _says(pl.col(name)) & value.is_null()


def _unreadable() -> pl.Expr:
    """Name the first column of the history whose fields could not be read, as ``bad``; else null."""
    gpus = (_gpus(name) for name in _TRES)
    per_node = pl.col("reqmem").str.strip_chars().str.ends_with("n")
    tests = {
        "submit_time": [_unread("submit", pl.col("submit_time"))],
        "start_time": [_unread("start", pl.col("start_time")) & ~pl.col("never_ran")],
        "finish_time": [_unread("end", pl.col("finish_time"))],
        "run_time": [
            _unread("elapsedraw", _number("elapsedraw")),
            _unread("elapsed", clock(pl.col("elapsed"))),
        ],
        "suspended_time": [_unread("suspended", pl.col("suspended_time"))],
        "cpu_time": [_unread("totalcpu", pl.col("cpu")), pl.col("bad_cpu")],
        "run_limit": [
            _unread("timelimit", clock(pl.col("timelimit"))),
            _unread("timelimitraw", _number("timelimitraw")),
        ],
        "cores_requested": [_unread(name, _whole_number(pl.col(name))) for name in _CORES],
        "memory_requested": [
            _unread("reqmem", pl.col("amount")),
            _unread("nnodes", _whole_number(pl.col("nnodes"))) & per_node,
            *(_says(text) & memory(text, unit="M").is_null() for text in map(_memory_in, _TRES)),
        ],
        "gpus_requested": [_says(text) & _whole_number(text).is_null() for text in gpus],
        "memory_peak": [pl.col("bad_peak")],
        "exit_code": [_says(pl.col("exitcode")) & ~pl.col("exitcode").str.contains(_EXIT_CODE)],
        "attempt": [_unread("restarts", _whole_number(pl.col("restarts")))],
    }
    reasons = (
        pl.when(test).then(pl.lit(f"bad_{column}")) for column, any_of in tests.items() for test in any_of
    )
    return pl.coalesce(reasons).alias("bad")


def _sum_up_steps(table: pl.DataFrame) -> pl.DataFrame:
    """Return for each run the peak of its steps and their CPU time; a peak on the job line counts too."""
    total = _memory_in("tresusageintot")
    measured = table.lazy().select(
        "run",
        memory(pl.col("maxrss")).alias("task"),
        memory(total).alias("total"),
        pl.when(~pl.col("is_job")).then("cpu").alias("cpu"),
        pl.col("id").str.ends_with(".interactive").alias("interactive"),
        (_unread("maxrss", memory(pl.col("maxrss"))) | (_says(total) & memory(total).is_null())).alias(
            "bad_peak"
        ),
        _unread("totalcpu", pl.col("cpu")).alias("bad_cpu"),
    )
    runs = measured.group_by("run").agg(
        pl.max_horizontal("task", "total").max().alias("peak"),
        pl.col("total").is_not_null().any().alias("summed"),
        pl.col("cpu").sum().alias("steps_cpu"),
        pl.col("interactive", "bad_peak", "bad_cpu").any(),
    )
    basis = pl.when("summed").then(pl.lit(MemoryBasis.RSS_SUM)).otherwise(pl.lit(MemoryBasis.RSS_MAX_TASK))
    return runs.select(
        "run",
        "steps_cpu",
        "bad_peak",
        "bad_cpu",
        _positive(pl.col("peak")).alias("memory_peak"),
        pl.when(pl.col("peak") > 0).then(basis).alias("memory_basis"),
        pl.when("interactive").then(pl.lit(value=True)).alias("interactive"),
    ).collect()


def _moment(name: str, zone: tzinfo) -> pl.Expr:
    """Read a time as seconds since 1970 (SLURM_TIME_FORMAT=%s) or in ISO form."""
    return pl.coalesce(epoch(pl.col(name)), iso_time(pl.col(name), zone))


def _moments(zone: tzinfo) -> list[pl.Expr]:
    """Return the times and spans as they are printed; a job that was given no host never started."""
    never_ran = pl.col("nodelist").str.contains(r"^\s*None assigned").fill_null(value=False)
    return [
        _moment("submit", zone).alias("submit_time"),
        pl.when(~never_ran).then(_moment("start", zone)).alias("start_time"),
        never_ran.alias("never_ran"),
        _moment("end", zone).alias("finish_time"),
        pl.coalesce(_number("elapsedraw"), clock(pl.col("elapsed"))).alias("run_time"),
        clock(pl.col("suspended")).alias("suspended_time"),
    ]


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


def _request() -> list[pl.Expr]:
    """Return the request as it is printed."""
    return [
        _count(*_CORES).alias("cores_requested"),
        pl.coalesce(clock(pl.col("timelimit")), _number("timelimitraw") * 60).alias("run_limit"),
        memory(pl.col("reqmem").str.strip_chars(" cn"), unit="M").alias("amount"),
    ]


def _amounts() -> list[pl.Expr]:
    """Return the memory and GPUs asked for, and the CPU time."""
    asked = pl.col("asked")
    # Looked for only where ReqMem says nothing: it does for nearly all jobs.
    in_tres = (pl.when(asked.is_null()).then(_memory_in(name)) for name in _TRES)
    gpus = [_gpus(name) for name in _TRES]
    told = pl.any_horizontal(filled(pl.col(name)).is_not_null() for name in _TRES)
    return [
        pl.coalesce(asked, _positive(memory(pl.coalesce(in_tres), unit="M"))).alias("memory_requested"),
        pl.coalesce(*gpus, pl.when(told).then(pl.lit("0")))
        .cast(pl.Int32, strict=False)
        .alias("gpus_requested"),
        pl.coalesce(_positive(pl.col("cpu")), _positive(pl.col("steps_cpu"))).alias("cpu_time"),
    ]


_TRES = ("reqtres", "alloctres")
_CORES = ("reqcpus", "ncpus", "alloccpus")
_EXIT_CODE = r"^(\d+):(\d+)$"


def _memory_in(name: str) -> pl.Expr:
    """Return the text of the memory among trackable resources."""
    return pl.col(name).str.extract(r"(?:^|,)mem=([^,]+)")


def _gpus(name: str) -> pl.Expr:
    """Return the text of the number of GPUs among trackable resources."""
    return pl.col(name).str.extract(r"(?:^|,)gres/gpu(?::[^=,]*)?=([^,]*)")


_PER_CPU = 2**31 * MIB
"""Slurm's flag MEM_PER_CPU: some versions print it as part of the amount, ``2147486448Mn`` for ``2800Mc``."""


def _asked_memory() -> pl.Expr:
    """Return what ReqMem asks for the whole job; before 21.08 it was for each CPU (c) or each node (n)."""
    text, amount, cores = pl.col("reqmem").str.strip_chars(), pl.col("amount"), pl.col("cores_requested")
    return (
        pl.when(amount >= _PER_CPU)
        .then((amount - _PER_CPU) * cores)
        .when(text.str.ends_with("c"))
        .then(amount * cores)
        .when(text.str.ends_with("n"))
        .then(amount * pl.coalesce(_count("nnodes"), 1))
        .otherwise(amount)
    )


def _number(name: str) -> pl.Expr:
    """Return a field as a number, null where it is none or below 0, or stands for no value."""
    number = pl.col(name).cast(pl.Float64, strict=False)
    return pl.when(number.is_between(0, _MOST)).then(number)


_MOST = 2**32 - 3
"""The numbers above stand for no value."""


def _whole_number(text: pl.Expr) -> pl.Expr:
    """Read a count, ``1K`` of 1024 too; null where it is none, or too large."""
    return memory(text).cast(pl.Int32, strict=False)


def _positive(number: pl.Expr) -> pl.Expr:
    """Return `number` where it is above 0: Slurm writes 0 for what was not asked for or not measured."""
    return pl.when(number > 0).then(number)


def _count(*names: str) -> pl.Expr:
    """Return the first of some counts that is given and above 0."""
    return pl.coalesce(_positive(_whole_number(pl.col(name))) for name in names)


def _ending() -> list[pl.Expr]:
    """Return how a job ended, and why.

    A job that did not end well at a peak of its whole request was killed for it: with OverMemoryKill
    Slurm says only FAILED or CANCELLED. The exit code is a shell's, 128 + signal where one killed the job;
    "0:0" of a job that did not end well says nothing, nor does "0:125", Slurm's own sign for lack of memory.
    """
    codes = pl.col("exitcode").str.extract_groups(_EXIT_CODE).struct
    code, signal = (codes[place].cast(pl.Int32, strict=False) for place in range(2))
    word = pl.col("word")
    over = word.is_in(["FAILED", "CANCELLED"]) & (pl.col("memory_peak") >= pl.col("memory_requested"))
    by_itself = (word == "FAILED") & ((code > 0) | (signal > 0))
    states = {word: str(state) for word, (state, _) in ENDINGS.items()}
    reasons = {word: reason for word, (_, reason) in ENDINGS.items()}
    return [
        word.replace_strict(states).alias("state"),
        pl.when(code > 0)
        .then(code)
        .when(signal.is_between(1, 64))
        .then(128 + signal)
        .when((word == "COMPLETED") & (signal == 0))
        .then(code)
        .alias("exit_code"),
        pl.when(over)
        .then(pl.lit(ExitReason.MEMORY_LIMIT))
        .when(by_itself)
        .then(pl.lit(ExitReason.EXIT_CODE))
        .otherwise(word.replace_strict(reasons, return_dtype=pl.String))
        .alias("exit_reason"),
    ]


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
        pl.col("restarts").cast(pl.Int32, strict=False).alias("attempt"),
    ]


def _hosts(lists: pl.Series) -> pl.Series:
    """Expand each distinct list of hosts once; no hosts for a job that was given none."""
    distinct = [text for text in lists.unique() if text and text not in ("None assigned", "(null)")]
    hosts = pl.Series("hosts", [expand(text) for text in distinct], dtype=pl.List(pl.String))
    expanded = pl.DataFrame({"list": pl.Series(distinct, dtype=pl.String), "hosts": hosts})
    asked = lists.to_frame("list")
    return asked.join(expanded, on="list", how="left", maintain_order="left")["hosts"]
