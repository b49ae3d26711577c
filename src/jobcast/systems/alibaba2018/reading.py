"""Tables of the trace as streams of rows, with the reason why a row can't be true.

A table is scanned with its types first, which is fast. Where a number can't be read Polars ends such a scan; then
the table is scanned again as text, and only the rows at fault are set aside.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

import polars as pl
from polars.exceptions import ComputeError, InvalidOperationError, PolarsError, SchemaError

from jobcast.errors import InputError
from jobcast.language import say
from jobcast.systems.alibaba2018.tables import (
    BATCH_INSTANCE,
    BATCH_TASK,
    CONTAINER_USAGE,
    MACHINE_USAGE,
    Table,
)

ENDED = ("Terminated", "Failed", "Interrupted", "Cancelled")
GOES_ON = ("Ready", "Waiting", "Running")
STATUSES = ENDED + GOES_ON
"""What an instance and a task can be."""

LATEST = 2**31 - 1
"""Seconds; what is later was not counted from the trace's start."""

_BEYOND, _GARBLED = "beyond", "garbled"

Made = TypeVar("Made")


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """One table's file, and how it is read."""

    table: Table
    """What it holds."""
    path: Path
    """CSV, packed or not, or Parquet."""
    as_text: bool = False
    """Read numbers one by one, so that one that can't be read costs no more than its row."""

    def scan(self) -> pl.LazyFrame:
        """Return the table's columns, ``line`` (from 1) and ``doubt``: 0 for what can be true, else as in `reasons`.

        Empty fields are null. Raises InputError where a Parquet file lacks a column.
        """
        if self.as_text or self.path.suffix == ".parquet":
            return self._judged(self._of_text(self._texts()))
        frame = self._csv(dict(self.table.columns), "utf8")
        return self._judged(frame.with_columns(pl.lit(value=False).alias(_GARBLED)))

    def records(self, lines: Collection[int]) -> dict[int, str]:
        """Return the records on `lines` as they stand in the file, without what is beyond the last column."""
        rows = self._texts().filter(pl.col("line").is_in(list(lines)))
        text = pl.concat_str(pl.col(list(self.table.columns)).fill_null(""), separator=",")
        return dict(rows.select("line", text.alias("text")).collect(engine="streaming").iter_rows())

    def _csv(self, kinds: dict[str, pl.DataType], encoding: Literal["utf8", "utf8-lossy"]) -> pl.LazyFrame:
        return pl.scan_csv(
            self.path,
            has_header=False,
            schema={**kinds, _BEYOND: pl.String()},
            quote_char=None,
            truncate_ragged_lines=True,
            missing_columns="insert",
            encoding=encoding,
            row_index_name="line",
            row_index_offset=1,
        )

    def _texts(self) -> pl.LazyFrame:
        """Return all columns as they are written."""
        if self.path.suffix != ".parquet":
            return self._csv(dict.fromkeys(self.table.columns, pl.String()), "utf8-lossy")
        frame = pl.scan_parquet(self.path, row_index_name="line", row_index_offset=1)
        known = frame.collect_schema()
        lacking = [name for name in self.table.columns if name not in known]
        if lacking:
            raise InputError(
                say("trace.no_column", path=self.path, columns=", ".join(lacking)),
                hint=say("trace.no_column_cure", columns=", ".join(self.table.columns)),
            )
        texts = frame.select("line", pl.col(list(self.table.columns)).cast(pl.String))
        return texts.with_columns(pl.lit(None, pl.String).alias(_BEYOND))

    def _of_text(self, texts: pl.LazyFrame) -> pl.LazyFrame:
        read = {
            name: pl.col(name).str.strip_chars().cast(pl.Float64, strict=False).cast(kind, strict=False)
            for name, kind in self.table.columns.items()
            if kind != pl.String()
        }
        garbled = pl.any_horizontal(
            pl.col(name).is_not_null() & (number.is_null() | ~number.is_finite())
            for name, number in read.items()
        )
        numbers = (number.alias(name) for name, number in read.items())
        return texts.with_columns(*numbers, garbled.alias(_GARBLED))

    def reasons(self) -> dict[int, str]:
        """Return the numbers of `scan`'s column ``doubt`` with the fixed word for each."""
        return {number: word for number, (word, _) in enumerate(self._doubts(), 1)}

    def _doubts(self) -> list[tuple[str, pl.Expr]]:
        return [
            ("field_count", pl.col(_BEYOND).is_not_null()),
            ("unreadable_number", pl.col(_GARBLED)),
            *_DOUBTS[self.table.name](),
        ]

    def _judged(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        """Say why a row can't be true; of several the first."""
        doubt: pl.Expr = pl.lit(0, dtype=pl.UInt8)
        for number, (_, test) in reversed(list(enumerate(self._doubts(), 1))):
            doubt = pl.when(test).then(pl.lit(number, dtype=pl.UInt8)).otherwise(doubt)
        blank = pl.all_horizontal(pl.col(name).is_null() for name in self.table.columns)
        judged = rows.filter(~blank).with_columns(doubt.alias("doubt"))
        return judged.select("line", *self.table.columns, "doubt")


def find(table: Table, folder: Path) -> Source:
    """Return the table's file in `folder`. Raises InputError where it is lacking."""
    path = table.file(folder)
    if path is None:
        raise InputError(
            say("trace.no_table", folder=folder, table=table.name), hint=say("trace.no_table_cure")
        )
    try:
        path.open("rb").close()
    except OSError as error:
        raise _unreadable(path, error) from error
    return Source(table=table, path=path)


def readable(source: Source, work: Callable[[Source], Made]) -> Made:
    """Return what `work` makes of `source`; it is called anew with it as text where its types don't hold.

    Raises InputError where the file is not what it should be, or is packed and cut off, and OSError where the
    operating system refuses something, e.g. because the disk that `work` writes to is full.
    """
    try:
        try:
            return work(source)
        except (ComputeError, InvalidOperationError, SchemaError):
            return work(Source(table=source.table, path=source.path, as_text=True))
    except (OSError, PolarsError) as error:
        refused = isinstance(error, OSError) and (error.errno is not None or "(os error" in str(error))
        if refused:
            raise
        raise _unreadable(source.path, error) from error


def _unreadable(path: Path, error: Exception) -> InputError:
    why = str(error).partition("\n")[0]
    return InputError(say("trace.unreadable", path=path, why=why), hint=say("trace.unreadable_cure"))


def _nameless(*names: str) -> pl.Expr:
    return pl.any_horizontal(pl.col(name).is_null() for name in names)


def _odd_times(*names: str) -> list[tuple[str, pl.Expr]]:
    return [
        ("negative_time", pl.any_horizontal(pl.col(name) < 0 for name in names)),
        ("absurd_time", pl.any_horizontal(pl.col(name) > LATEST for name in names)),
    ]


def _instance_doubts() -> list[tuple[str, pl.Expr]]:
    start, end, status = pl.col("start_time"), pl.col("end_time"), pl.col("status")
    no_start = start.is_null() | ((start == 0) & status.is_in(["Ready", "Waiting"]))
    return [
        ("no_name", _nameless("instance_name", "task_name", "job_name")),
        ("unknown_status", ~status.is_in(STATUSES).fill_null(value=False)),
        ("not_started", no_start),
        *_odd_times("start_time", "end_time"),
        ("no_machine", pl.col("machine_id").is_null()),
        ("negative_duration", (end > 0) & (end < start)),
    ]


def _task_doubts() -> list[tuple[str, pl.Expr]]:
    planned = [pl.col(name) for name in ("instance_num", "plan_cpu", "plan_mem")]
    return [
        ("no_name", _nameless("task_name", "job_name")),
        ("unknown_status", ~pl.col("status").is_in(STATUSES).fill_null(value=False)),
        ("negative_plan", pl.any_horizontal(number < 0 for number in planned)),
    ]


def known_percent(name: str) -> pl.Expr:
    """Return a percentage, null where it is none: -1 and 101 mark what was not measured rightly."""
    return pl.when(pl.col(name).is_between(0, 100)).then(pl.col(name))


def _usage_doubts(*names: str) -> list[tuple[str, pl.Expr]]:
    unknown = (known_percent(name).is_null() for name in ("cpu_util_percent", "mem_util_percent"))
    return [
        ("no_name", _nameless(*names)),
        ("no_time", pl.col("time_stamp").is_null()),
        *_odd_times("time_stamp"),
        ("no_usage", pl.all_horizontal(unknown)),
    ]


_DOUBTS: Mapping[str, Callable[[], list[tuple[str, pl.Expr]]]] = {
    BATCH_INSTANCE.name: _instance_doubts,
    BATCH_TASK.name: _task_doubts,
    MACHINE_USAGE.name: lambda: _usage_doubts("machine_id"),
    CONTAINER_USAGE.name: lambda: _usage_doubts("container_id", "machine_id"),
}
