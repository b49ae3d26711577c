"""Kinds of jobs by the cost of their failures, and those that fail again and again."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import polars as pl

from jobcast.job import ExitReason
from jobcast.language import phrase
from jobcast.report.answers import Answers
from jobcast.report.base import Cell, Figure, Table, table
from jobcast.report.failures.costs import ENDED, REASONS, sums
from jobcast.report.failures.hosts import BLAMED
from jobcast.report.kinds import KEY
from jobcast.report.people import name_of

Told = TypeVar("Told", str, int)

_MOST_KINDS = 500
"""Kinds that are looked at, those whose failures cost most; far more than anybody reads of."""
RECENT = 10
"""Runs that tell whether a kind fails still."""
_FEWEST = 3
"""Failures among those; fewer are no habit."""
_SHOWN = 30
_BETWEEN = "\x1f"
_NO_COMMAND = (126, 127)
"""A shell's exit codes for a command that may not be run, or is not there (POSIX, sh, 2.8.2)."""
_KILLED = (9, 137)
"""SIGKILL, as it is and as a shell tells it."""


def failing(failed: pl.LazyFrame) -> pl.LazyFrame:
    """Return each kind of the `failed` jobs (with ``kind`` and ``hash``, as `costed` returns them).

    With how many they are, what they cost, and how many may be laid on a host.
    """
    return failed.group_by(*KEY, "hash").agg(failed=pl.len(), blamed=BLAMED.sum(), **sums())


def questions(named: pl.LazyFrame, kinds: pl.DataFrame) -> dict[str, pl.LazyFrame]:
    """Return what is to be asked of `named` jobs (with ``kind`` and ``hash``, as `costed` returns them) for `figures`.

    `kinds` are those of `failing`. Of the dearest of them it is told how many ``jobs`` ran to an end, and how the
    newest did, oldest first: null for one that ended well, else reason and exit code. Nothing more of a job is held
    than when it ended, and how.
    """
    order = ["core_h", "failed", "user", "queue", "kind", "system"]
    dearest = kinds.sort(order, descending=[True, True, *[False] * 4]).head(_MOST_KINDS)
    code = pl.col("exit_code").cast(pl.String).fill_null("")
    how = pl.when("failed").then(pl.concat_str("reason", code, separator=_BETWEEN)).alias("how")
    newest = pl.col("how").sort_by("finish_time", "how", nulls_last=True).tail(RECENT)
    ended = named.filter(ENDED).select("hash", "finish_time", how.cast(pl.Categorical))
    return {
        "kinds": dearest.lazy(),
        "newest": ended.join(dearest.lazy(), on="hash", how="semi")
        .group_by("hash")
        .agg(newest, jobs=pl.len())
        .with_columns(pl.col("how").cast(pl.List(pl.String))),
    }


def figures(answers: Answers, total: float, costs: Mapping[str, pl.Expr]) -> tuple[Figure, ...]:
    """Return the kinds whose failures cost most, of `total` core hours, and those that fail again and again."""
    ordered = answers["kinds"].join(answers["newest"], on="hash", how="left", maintain_order="left")
    dearest = ordered.head(_SHOWN)
    shown = dearest.select(
        share=pl.when(pl.col("core_h") > 0).then(pl.col("core_h") / total),
        **costs,
        failed_jobs="failed",
        failed_share=pl.col("failed") / pl.col("jobs"),
    )
    rows = ((*_who(one), *row) for one, row in zip(dearest.to_dicts(), shown.rows(), strict=True))
    return (
        Figure(name="failure_kinds", table=table(("kind", "user", "queue", *shown.columns), rows)),
        Figure(name="failure_repeats", table=_repeats(ordered, costs)),
    )


def _who(one: Mapping[str, Any]) -> tuple[Cell, ...]:
    return one["kind"], name_of(one["user"]), name_of(one["queue"])


def _repeats(ordered: pl.DataFrame, costs: Mapping[str, pl.Expr]) -> Table:
    failed = pl.col("how").list.drop_nulls().list.len()
    often = ordered.filter((failed >= _FEWEST) & (2 * failed >= pl.col("how").list.len())).head(_SHOWN)
    shown = often.select("failed", **costs).rename({"failed": "failed_jobs"})
    rows = (_repeat(one, row) for one, row in zip(often.to_dicts(), shown.rows(), strict=True))
    columns = ("recent_failed_jobs", "recent_jobs", "reason", "exit_code", "advice", *shown.columns)
    return table(("kind", "user", "queue", *columns), rows)


def _repeat(one: Mapping[str, Any], cost: tuple[Cell, ...]) -> tuple[Cell, ...]:
    failed = [how.rpartition(_BETWEEN) for how in one["how"] if how is not None]
    reason = most(reason for reason, _, _ in failed)
    code = most(int(code) for _, _, code in failed if code)
    told = None if code is None else str(code)
    why = (reason_of(reason), told, phrase(f"report_repeat.{advice(reason, code)}"))
    return (*_who(one), len(failed), len(one["how"]), *why, *cost)


def most(told: Iterable[Told | None]) -> Told | None:
    """Return what is told most often, of several the first in order; None where nothing is."""
    counted = Counter(one for one in told if one is not None)
    return min(counted, key=lambda one: (-counted[one], one), default=None)


def reason_of(reason: str | None) -> Cell:
    """Return how a reason is called: ours have a text, those that only a batch system knows stand as they are."""
    return phrase(f"report_reason.{reason}") if reason in REASONS else reason


def advice(reason: str | None, code: int | None) -> str:
    """Return what to do about jobs that fail for this reason with this exit code, one of `ADVICE`."""
    if reason in {ExitReason.EXIT_CODE, ExitReason.UNKNOWN}:
        if code in _NO_COMMAND:
            return "no_command"
        if code in _KILLED:
            return "killed"
    return reason if reason in ADVICE and reason is not None else ExitReason.UNKNOWN.value


ADVICE = (*(reason.value for reason in ExitReason), "no_command", "killed")
"""What to do; the sentences are the texts ``report_repeat.NAME``."""
