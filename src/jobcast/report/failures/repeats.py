"""Kinds of jobs by the cost of their failures, and those that fail again and again."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import polars as pl

from jobcast.job import ExitReason
from jobcast.language import phrase
from jobcast.report.base import Cell, Figure, Table, table
from jobcast.report.failures.costs import ENDED, REASONS, sums
from jobcast.report.kinds import KEY
from jobcast.report.people import name_of

Told = TypeVar("Told", str, int)

MOST_KINDS = 500
"""Kinds that are looked at, those whose failures cost most; far more than anybody reads of."""
RECENT = 10
"""Runs that tell whether a kind fails still."""
_FEWEST = 3
"""Failures among those; fewer are no habit."""
_SHOWN = 30
_NO_COMMAND = (126, 127)
"""A shell's exit codes for a command that may not be run, or is not there (POSIX, sh, 2.8.2)."""
_KILLED = (9, 137)
"""SIGKILL, as it is and as a shell tells it."""


def question(named: pl.LazyFrame, failing: pl.DataFrame) -> pl.LazyFrame:
    """Return what is to be asked of `named` jobs (with ``kind`` and ``hash``, as `costed` returns them).

    `failing` holds the hashes of the kinds looked at. The answer has a row for each kind: ``jobs`` that ran to an
    end, those that ``failed`` and what these cost, and how the newest ended, in lists, oldest first.
    """
    failed = pl.col("failed")
    newest = pl.col("failed", "reason", "exit_code").sort_by(
        "finish_time", "start_time", "submit_time", "failed", "exit_code", "reason"
    )
    return (
        named.filter(ENDED)
        .select(*KEY, "hash", *("finish_time", "start_time", "submit_time", "exit_code"), *_COUNTED)
        .join(failing.lazy(), on="hash", how="semi")
        .with_columns(pl.col("reason").cast(pl.Categorical))
        .group_by(*KEY)
        .agg(
            newest.tail(RECENT).name.prefix("recent_"),
            jobs=pl.len(),
            failed=failed.sum(),
            **sums(failed),
        )
        .filter(pl.col("failed") > 0)  # others may have the same hash
        .with_columns(pl.col("recent_reason").cast(pl.List(pl.String)))
    )


_COUNTED = ("failed", "reason", "core_h", "gib_h", "gpu_h")


def figures(kinds: pl.DataFrame, total: float, costs: Mapping[str, pl.Expr]) -> tuple[Figure, ...]:
    """Return the kinds whose failures cost most, of `total` core hours, and those that fail again and again."""
    ordered = kinds.sort(
        "core_h", "failed", "user", "queue", "kind", "system", descending=[True, True, *[False] * 4]
    )
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
    recent = pl.col("recent_failed").list.sum()
    habit = (recent >= _FEWEST) & (2 * recent >= pl.col("recent_failed").list.len())
    often = ordered.filter(habit).head(_SHOWN)
    shown = often.select(**costs, failed_jobs="failed")
    rows = (_repeat(one, row) for one, row in zip(often.to_dicts(), shown.rows(), strict=True))
    columns = ("recent_failed_jobs", "recent_jobs", *shown.columns, "reason", "exit_code", "advice")
    return table(("kind", "user", "queue", *columns), rows)


def _repeat(one: Mapping[str, Any], cost: tuple[Cell, ...]) -> tuple[Cell, ...]:
    failed = [place for place, failed in enumerate(one["recent_failed"]) if failed]
    reason = most(one["recent_reason"][place] for place in failed)
    code = most(one["recent_exit_code"][place] for place in failed)
    why = (
        reason_of(reason),
        None if code is None else str(code),
        phrase(f"report_repeat.{advice(reason, code)}"),
    )
    return (*_who(one), len(failed), len(one["recent_failed"]), *cost, *why)


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
