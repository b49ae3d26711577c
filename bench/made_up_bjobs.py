"""The demo's made-up jobs as ``bjobs -UF`` of LSF 10.1 shows them."""

from pathlib import Path

import polars as pl

from jobcast.units import MIB

_JOB = (
    """\
Job <{}>, Job Name <{}>, User <{}>, Project <{}>, Status <{}>, Queue <{}>, Job Priority <50>, Command <{}>\
, Share group charged </{}/{}>
{}: Submitted from host <login1>, CWD <{}>, Output File <%J.out>, {} Task(s)\
, Requested Resources <rusage[mem={}] span[hosts=1]>;
{}: Started {} Task(s) on Host(s) <{}*{}>, Allocated {} Slot(s) on Host(s) <{}*{}>\
, Execution Home </home/{}>, Execution CWD <{}>;
{}: {} The CPU time used is {} seconds.

 MEMORY USAGE:
 MAX MEM: {} Mbytes;  AVG MEM: {} Mbytes

 SCHEDULING PARAMETERS:
           r15s   r1m  r15m   ut      pg    io   ls    it    tmp    swp    mem
 loadSched   -     -     -     -       -     -    -     -     -      -      -
 loadStop    -     -     -     -       -     -    -     -     -      -      -

 RESOURCE REQUIREMENT DETAILS:
 Combined: select[type == any] rusage[mem={}.00] span[hosts=1]
 Effective: select[type == any] rusage[mem={}.00] span[hosts=1]
"""
    + "-" * 78
    + "\n"
)


def write_bjobs(jobs: pl.DataFrame, folder: Path) -> None:
    """Write the jobs in their order."""
    done = pl.col("state") == "done"
    said = pl.when(done).then(pl.lit("Done successfully.")).otherwise(pl.lit("Exited with exit code 1."))
    status = pl.when(done).then(pl.lit("DONE")).otherwise(pl.lit("EXIT"))
    host, cores, asked = (
        pl.col("hosts").list.first(),
        pl.col("cores_requested"),
        _megabytes("memory_requested"),
    )
    ident = pl.when(pl.col("array_index").is_null()).then("job_id")
    parts = (
        *(ident.otherwise(pl.format("{}[{}]", "job_id", "array_index")), pl.col("name").fill_null("job")),
        *("user", "project", status, "queue", "command", "project", "user"),
        *(_shown("submit_time"), "cwd", cores, asked),
        *(_shown("start_time"), cores, cores, host, cores, cores, host, "user", "cwd"),
        *(_shown("finish_time"), said, pl.col("cpu_time")),
        *(_megabytes("memory_peak"), _megabytes("memory_mean"), asked, asked),
    )
    text = jobs.select(pl.format(_JOB, *parts)).to_series()
    (folder / "bjobs.txt").write_text("".join(text))


def _shown(name: str) -> pl.Expr:
    """Return a time as bjobs prints it."""
    return pl.col(name).dt.strftime("%a %b %e %H:%M:%S")


def _megabytes(name: str) -> pl.Expr:
    return pl.col(name).fill_null(MIB).floordiv(MIB)
