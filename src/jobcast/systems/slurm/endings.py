"""How a job of Slurm ended, and why."""

import polars as pl

from jobcast.job import ExitReason
from jobcast.systems.slurm.fields import ENDINGS
from jobcast.systems.slurm.values import EXIT_CODE, positive

KILLED = "0:9"
"""The exit code of a step, or a job, that signal 9 ended."""


def _over_memory() -> pl.Expr:
    """Tell whether a job was killed for its memory where Slurm says only FAILED or CANCELLED, with OverMemoryKill.

    Its peak is then its whole request or more. But what is asked for is bounded on each machine: of a failed job
    it may also be one task that used the share of a machine, and was killed; the job then carries its script's code.
    """
    asked, word = pl.col("memory_requested"), pl.col("word")
    share = asked / pl.coalesce(positive(pl.col("nnodes:count")), 1)
    one_task = (word == "FAILED") & pl.col("killed") & (pl.col("task_peak") >= share)
    return word.is_in(["FAILED", "CANCELLED"]) & (pl.col("memory_peak") >= asked) | one_task


def ending() -> list[pl.Expr]:
    """Return how a job ended, and why.

    The exit code is a shell's, 128 + signal where one killed the job; "0:0" of a job that did not end well says
    nothing, nor does "0:125", Slurm's own sign for lack of memory.
    """
    codes = pl.col("exitcode").str.extract_groups(EXIT_CODE).struct
    code, signal = (codes[place].cast(pl.Int32, strict=False) for place in range(2))
    word = pl.col("word")
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
        pl.when(_over_memory())
        .then(pl.lit(ExitReason.MEMORY_LIMIT))
        .when(by_itself)
        .then(pl.lit(ExitReason.EXIT_CODE))
        .otherwise(word.replace_strict(reasons, return_dtype=pl.String))
        .alias("exit_reason"),
    ]
