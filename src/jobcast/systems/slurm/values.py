"""What the fields of ``sacct`` say, as times, amounts and counts, and which of them say what can't be read.

Fields keep their texts; a value that is read from one stands beside it as ``field:unit``.
"""

from datetime import tzinfo

import polars as pl

from jobcast.systems.columns import clock, epoch, iso_time, memory, read_once

TRES = ("reqtres", "alloctres")
"""Trackable resources: ``billing=1,cpu=1,gres/gpu:a100=2,mem=4G,node=1``."""
CORES = ("reqcpus", "ncpus", "alloccpus")
EXIT_CODE = r"^(\d+):(\d+)$"

_NOTHING = (
    *("", "0", "unknown", "none", "n/a", "(null)", "unlimited", "partition_limit", "invalid"),
    *(str(2**bits - less) for bits in (32, 64) for less in (1, 2)),
)
"""Words, in small letters, that stand for no value; the numbers are Slurm's INFINITE and NO_VAL."""
_MOST = 2**32 - 3
"""The numbers above stand for no value."""


def says(text: pl.Expr) -> pl.Expr:
    """Tell whether `text` is meant to be a value."""
    return ~text.str.strip_chars().str.to_lowercase().is_in(_NOTHING)


def unread(text: pl.Expr, value: pl.Expr) -> pl.Expr:
    """Tell whether `text` says something that could not be read as `value`."""
    return says(pl.when(value.is_null()).then(text)).fill_null(value=False)


def positive(number: pl.Expr) -> pl.Expr:
    """Return `number` where it is above 0: Slurm writes 0 for what was not asked for or not measured."""
    return pl.when(number > 0).then(number)


def measured(text: pl.Expr) -> pl.Expr:
    """Read what Slurm measured, in bytes: ``4728141K``, nearly always in K, and different for each step."""
    usual = text.str.contains(r"^[0-9]{1,15}K$")
    in_k = pl.when(usual).then(text).str.strip_suffix("K").cast(pl.Int64, strict=False) * 1024
    return pl.coalesce(in_k, memory(pl.when(~usual & (text != "")).then(text)))


def memory_in(tres: pl.Expr) -> pl.Expr:
    """Return the text of the memory among trackable resources."""
    return tres.str.extract(r"(?:^|,)mem=([^,]+)")


def requested(jobs: pl.DataFrame) -> pl.DataFrame:
    """Read what users ask for; it repeats itself, so that each text is read but once."""
    readings = {
        **{name: [_count(pl.col(name)).alias(f"{name}:count")] for name in (*CORES, "nnodes", "restarts")},
        **{name: _resources(name) for name in TRES},
        "reqmem": [_per_part(pl.col("reqmem")).alias("reqmem:bytes")],
        "timelimit": [clock(pl.col("timelimit")).alias("timelimit:seconds")],
        "timelimitraw": [_number(pl.col("timelimitraw")).alias("timelimitraw:minutes")],
        "suspended": [clock(pl.col("suspended")).alias("suspended_time")],
    }
    parts = (read_once(jobs, name, exprs) for name, exprs in readings.items())
    return pl.concat([jobs, *parts], how="horizontal")


def moments(jobs: pl.LazyFrame, zone: tzinfo) -> pl.LazyFrame:
    """Read times, in ISO form or as seconds since 1970 (SLURM_TIME_FORMAT=%s), and spans.

    A job that was given no host never started.
    """
    times = {"submit": "submit_time", "start": "start_time", "end": "finish_time"}
    iso = jobs.with_columns(iso_time(pl.col(field), zone).alias(name) for field, name in times.items())
    missing = (pl.when(pl.col(name).is_null()).then(field) for field, name in times.items())
    read = iso.with_columns(
        pl.coalesce(name, epoch(text)) for name, text in zip(times.values(), missing, strict=True)
    )
    never_ran = pl.col("nodelist").str.contains(r"^\s*None assigned").fill_null(value=False)
    return read.with_columns(
        pl.when(~never_ran).then("start_time").alias("start_time"),
        never_ran.alias("never_ran"),
        _number(pl.col("elapsedraw")).alias("elapsedraw:seconds"),
        clock(pl.col("elapsed")).alias("elapsed:seconds"),
    )


def unreadable() -> pl.Expr:
    """Name the first column of the history whose fields could not be read, as ``bad``; else null."""
    per_node = pl.col("reqmem").str.strip_chars().str.ends_with("n")
    tests = {
        "submit_time": [_bad("submit", "submit_time")],
        "start_time": [_bad("start", "start_time") & ~pl.col("never_ran")],
        "finish_time": [_bad("end", "finish_time")],
        "run_time": [_bad("elapsedraw", "elapsedraw:seconds"), _bad("elapsed", "elapsed:seconds")],
        "suspended_time": [_bad("suspended", "suspended_time")],
        "cpu_time": [pl.col("bad_cpu")],
        "run_limit": [_bad("timelimit", "timelimit:seconds"), _bad("timelimitraw", "timelimitraw:minutes")],
        "cores_requested": [_bad(name, f"{name}:count") for name in CORES],
        "memory_requested": [
            _bad("reqmem", "reqmem:bytes"),
            _bad("nnodes", "nnodes:count") & per_node,
            *(pl.col(f"{name}:odd_memory") for name in TRES),
        ],
        "gpus_requested": [pl.col(f"{name}:odd_gpus") for name in TRES],
        "memory_peak": [pl.col("bad_peak")],
        "exit_code": [says(pl.col("exitcode")) & ~pl.col("exitcode").str.contains(EXIT_CODE)],
        "attempt": [_bad("restarts", "restarts:count")],
    }
    reasons = (
        pl.when(test).then(pl.lit(f"bad_{column}")) for column, any_of in tests.items() for test in any_of
    )
    return pl.coalesce(reasons).alias("bad")


def _bad(field: str, column: str) -> pl.Expr:
    return unread(pl.col(field), pl.col(column))


def _number(text: pl.Expr) -> pl.Expr:
    """Return a field as a number, null where it is none or below 0, or stands for no value."""
    number = text.cast(pl.Float64, strict=False)
    return pl.when(number.is_between(0, _MOST)).then(number)


def _count(text: pl.Expr) -> pl.Expr:
    """Read a count, ``1K`` of 1024 too; null where it is none, or too large."""
    return memory(text).cast(pl.Int32, strict=False)


def _per_part(text: pl.Expr) -> pl.Expr:
    """Read ReqMem without its letter: c for each CPU, n for each node, before 21.08."""
    return memory(text.str.strip_chars(" cn"), unit="M")


def _resources(name: str) -> list[pl.Expr]:
    memory_text = memory_in(pl.col(name))
    gpu_text = pl.col(name).str.extract(r"(?:^|,)gres/gpu(?::[^=,]*)?=([^,]*)")
    amount, gpus = memory(memory_text, unit="M"), _count(gpu_text)
    return [
        amount.alias(f"{name}:bytes"),
        gpus.alias(f"{name}:gpus"),
        unread(memory_text, amount).alias(f"{name}:odd_memory"),
        unread(gpu_text, gpus).alias(f"{name}:odd_gpus"),
    ]
