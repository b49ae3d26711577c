"""Reading memPrediction's history.

The day in the name of a file or table gives the year of its times, and the day of the week proves it.
"""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, tzinfo
from itertools import chain
from pathlib import Path

import polars as pl

from jobcast.errors import InputError
from jobcast.history import SET_ASIDE_TEXT, Rows, SetAside, conform, sift
from jobcast.job import ExitReason, JobState, MemoryBasis
from jobcast.language import say
from jobcast.systems.base import BATCH, Site, open_plain_or_packed
from jobcast.systems.columns import filled, memory, to_utc
from jobcast.systems.delimited import Layout, Records, read_records, split_record
from jobcast.systems.encoding import decode
from jobcast.systems.memprediction.layout import BJOBS_TIME, COLUMNS
from jobcast.systems.text import UNREADABLE, read_lines

REQUIRED = ("job_id", "status", "finished_time")

Places = dict[str, int]
"""Where each known column stands in a record."""

_SQLITE = b"SQLite format 3\x00"


class MemPrediction:
    """A day of memPrediction's history as CSV, or a month of it as SQLite, told by the first bytes."""

    kind = "memprediction"

    def read(self, path: Path, site: Site) -> Iterator[Rows]:
        """Read `path`. Raises InputError when required columns are missing, or the database is damaged."""
        with open_plain_or_packed(path) as stream:
            try:
                head = stream.read(len(_SQLITE))
            except UNREADABLE:
                head = b""
        if head == _SQLITE:
            yield from _read_sqlite(path, site)
        else:
            yield from _read_csv(path, site)


def _read_csv(path: Path, site: Site) -> Iterator[Rows]:
    """Read one day's file."""
    for places, records in read_day(path):
        yield _to_rows(records, places, _day_in(path.name), (path.name, site))


def read_day(path: Path) -> Iterator[tuple[Places, Records]]:
    """Read the records of one day's file as they stand there, with where each column stands."""
    with open_plain_or_packed(path) as stream:
        batches = read_lines(stream, path.name)
        first = next(batches, None)
        if first is None:
            return
        header = split_record(first.texts[0]) or []
        places = find_places(header, str(path))
        for records in read_records(
            chain([first.after(1)], batches), Layout(source=path.name, width=len(header))
        ):
            yield places, records


def _read_sqlite(path: Path, site: Site) -> Iterator[Rows]:
    """Read all days of one month."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
            names = database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
            for (name,) in names.fetchall():
                if re.fullmatch(r"\d{8}", name):
                    for places, records in read_table(database, name, path):
                        yield _to_rows(records, places, _day_in(name), (f"{path.name}:{name}", site))
    except sqlite3.DatabaseError as error:
        raise InputError(
            say("systems.damaged", path=path, why=error), hint="sqlite3 FILE .recover"
        ) from error


def read_table(database: sqlite3.Connection, name: str, path: Path) -> Iterator[tuple[Places, Records]]:
    """Read the table of one day; its rows are numbered from 1."""
    # Bytes that are no UTF-8 must not stop the reading of a table.
    database.text_factory = decode
    cursor = database.execute(f'SELECT * FROM "{name}"')  # noqa: S608 - the name is eight digits
    places, first = (
        find_places(
            [column[0] for column in cursor.description], say("systems.table_of", name=name, path=path)
        ),
        1,
    )
    while rows := cursor.fetchmany(BATCH):
        texts = [["" if value is None else str(value) for value in row] for row in rows]
        numbers = list(range(first, first + len(rows)))
        yield places, Records(rows=texts, lines=numbers, texts=[",".join(row) for row in texts])
        first += len(rows)


def find_places(header: list[str], source: str) -> Places:
    """Return where each known column stands. Raises InputError naming those that are missing."""
    places = {name.strip(): place for place, name in enumerate(header)}
    missing = [name for name in REQUIRED if name not in places]
    if missing:
        raise InputError(
            say("systems.no_memprediction", source=source, names=", ".join(missing)),
            hint=say("systems.no_memprediction_cure", names=", ".join(COLUMNS)),
        )
    return {name: places[name] for name in COLUMNS if name in places}


def _day_in(name: str) -> date | None:
    """Return the day of finish that a file or table is named after."""
    match = re.search(r"(?<!\d)(\d{4})(\d\d)(\d\d)(?!\d)", name)
    try:
        return date(*map(int, match.groups())) if match else None
    except ValueError:
        return None


def _to_rows(records: Records, places: Places, day: date | None, origin: tuple[str, Site]) -> Rows:
    """Turn records into jobs; those whose status is neither DONE nor EXIT are not finished."""
    source, site = origin
    columns = list(zip(*records.rows, strict=True))
    texts = {name: columns[places[name]] if columns and name in places else None for name in COLUMNS}
    table = pl.DataFrame(
        {"row": range(len(records.rows)), **texts},
        schema={"row": pl.Int64} | dict.fromkeys(COLUMNS, pl.String),
    )
    status = pl.col("status").str.strip_chars()
    ended = table.filter(status.is_in(["DONE", "EXIT"]))
    read = _to_jobs(ended, day, site)
    bad = read["bad"].is_not_null()
    unread = [
        SetAside(source=source, line=records.lines[row], reason=why, text=records.texts[row][:SET_ASIDE_TEXT])
        for row, why in zip(ended["row"].filter(bad), read["bad"].filter(bad), strict=True)
    ]
    where = ended["row"].filter(~bad)
    rows = sift(
        conform(read.filter(~bad)),
        now=site.now,
        source=source,
        record=lambda row: (records.lines[where[row]], records.texts[where[row]]),
    )
    return Rows(
        jobs=rows.jobs,
        set_aside=(*records.set_aside, *unread, *rows.set_aside),
        not_finished=table.height - ended.height,
    )


def _to_jobs(table: pl.DataFrame, day: date | None, site: Site) -> pl.DataFrame:
    """Turn columns of text into columns of the history, and ``bad``: what sets the row aside, or null."""
    years = _years(day, site.now.astimezone(site.timezone))
    parts = pl.col("job_id").str.extract_groups(r"^\s*(\d+)(?:\[(\d+)\])?\s*$").struct
    done = pl.col("status").str.strip_chars() == "DONE"
    # Lazily, because only then is an expression that stands in several others computed but once.
    worked_out = table.lazy().with_columns(
        *(memory(pl.col(old), unit="M").alias(f"{new}:read") for old, new in _MEMORY.items()),
        *(_number(pl.col(old), kind).alias(f"{new}:read") for old, (new, kind) in _NUMBERS.items()),
        start=_moment("started_time", years, site.timezone),
        finish=_moment("finished_time", years, site.timezone),
    )
    amounts = _MEMORY | {old: new for old, (new, _) in _NUMBERS.items()}
    return worked_out.select(
        pl.lit("lsf").alias("system"),
        pl.lit(site.cluster).alias("cluster"),
        parts[0].alias("job_id"),
        parts[1].cast(pl.Int64, strict=False).alias("array_index"),
        *(filled(pl.col(old)).alias(new) for old, new in _TEXTS.items()),
        pl.col("start").alias("start_time"),
        pl.col("finish").alias("finish_time"),
        pl.when(done).then(pl.lit(JobState.DONE)).otherwise(pl.lit(JobState.FAILED)).alias("state"),
        pl.when(~done).then(pl.lit(ExitReason.UNKNOWN)).alias("exit_reason"),
        *(_given(name).alias(name) for name in amounts.values()),
        pl.when(_given("memory_peak").is_not_null()).then(pl.lit(MemoryBasis.RSS_SUM)).alias("memory_basis"),
        pl.col("interactive_mode")
        .str.strip_chars()
        .replace_strict({"True": True, "False": False}, default=None, return_dtype=pl.Boolean)
        .alias("interactive"),
        ((pl.col("finish") - pl.col("start")).dt.total_microseconds() / 1e6).alias("run_time"),
        pl.coalesce(_unread(text, column) for text, column in amounts.items()).alias("bad"),
    ).collect()


_TEXTS = {
    "job_name": "name",
    "user": "user",
    "project": "project",
    "queue": "queue",
    "command": "command",
    "cwd": "cwd",
    "job_description": "description",
}
_MEMORY = {"rusage_mem": "memory_requested", "max_mem": "memory_peak", "avg_mem": "memory_mean"}
_NUMBERS: dict[str, tuple[str, type[pl.DataType]]] = {
    "cpu_time": ("cpu_time", pl.Float64),
    "span_hosts": ("span_hosts", pl.Int32),
    "processors_requested": ("cores_requested", pl.Int32),
}


_NOTHING = ("", "-", "none")
"""Words, in small letters, that stand for no value."""


def _number(text: pl.Expr, kind: type[pl.DataType]) -> pl.Expr:
    """Return a number, null where it is none or below 0."""
    number = text.str.strip_chars().cast(pl.Float64, strict=False)
    return pl.when(number.is_finite() & (number >= 0)).then(number).cast(kind, strict=False)


def _unread(text: str, column: str) -> pl.Expr:
    """Return why a row is set aside whose `text` says something that could not be read; else null."""
    left = pl.when(pl.col(f"{column}:read").is_null()).then(text).str.strip_chars().str.to_lowercase()
    return pl.when(~left.is_in(_NOTHING)).then(pl.lit(f"bad_{column}"))


def _given(name: str) -> pl.Expr:
    """Return an amount that is worked out already; 0 means absent."""
    amount = pl.col(f"{name}:read")
    return pl.when(amount != 0).then(amount)


def _years(day: date | None, now: datetime) -> list[int]:
    """Return the years that a time may be of; five in a row give a date five days of the week."""
    if day is not None:
        return [day.year, day.year - 1]
    return [now.year - back for back in range(5)]


def _moment(name: str, years: list[int], zone: tzinfo) -> pl.Expr:
    """Read a time of bjobs, in the year in which the day of the week is right."""
    text = pl.col(name).str.strip_chars()
    tries = (
        pl.format(f"{year} {{}}", text).str.to_datetime(f"%Y {BJOBS_TIME}", time_unit="us", strict=False)
        for year in years
    )
    return to_utc(pl.coalesce(tries), zone)
