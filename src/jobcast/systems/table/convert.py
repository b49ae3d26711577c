"""Text to the history's columns, by kind; a value that can't be read sets its row aside."""

import re
from dataclasses import dataclass

import polars as pl

from jobcast.history import SCHEMA, SET_ASIDE_TEXT, Rows, SetAside, conform, sift
from jobcast.job import JobState, MemoryBasis
from jobcast.systems.base import Site
from jobcast.systems.columns import clock, epoch, iso_time, memory, to_utc, whole
from jobcast.systems.table.column_map import SECONDS, ColumnMap, ColumnSource, kind_of

_PER_SECOND = {"epoch": 1, "epoch_ms": 1000, "epoch_us": 1_000_000}


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """Some rows of a table."""

    table: pl.DataFrame
    """The columns that are needed, all as text."""
    numbers: pl.Series
    """The number of each row, from 1."""
    lines: list[int]
    """The line on which each row begins, from 1; 0 where the table has no lines."""
    texts: list[str]
    """Each row as a text, for those that are set aside."""
    set_aside: tuple[SetAside, ...]
    """What is no row."""
    chosen: dict[ColumnSource, str]
    """The template that each source is to be taken from, where it has one."""


def to_rows(batch: Batch, columns: ColumnMap, source: str, site: Site) -> Rows:
    """Turn rows of text into jobs; rows whose state means "" are not finished."""
    texts = _gather(batch, columns)
    values = texts.select("row", *(_convert(each, site).alias(each.column) for each in columns.sources))
    waiting = texts.select(pl.col("state").fill_null("?") == "").to_series()
    reasons = _doubts(texts, values, columns)
    jobs = _complete(values, columns, site).with_row_index("place")
    jobs = jobs.filter(~waiting & reasons.is_null())
    places = jobs["place"]
    rows = sift(
        conform(jobs),
        now=site.now,
        source=source,
        record=lambda row: (batch.lines[places[row]], batch.texts[places[row]]),
    )
    aside = [
        SetAside(source=source, line=batch.lines[at], reason=why, text=batch.texts[at][:SET_ASIDE_TEXT])
        for at, why in enumerate(reasons)
        if why is not None and not waiting[at]
    ]
    return Rows(
        jobs=rows.jobs, set_aside=(*batch.set_aside, *aside, *rows.set_aside), not_finished=int(waiting.sum())
    )


def _gather(batch: Batch, columns: ColumnMap) -> pl.DataFrame:
    """Return for each column of the history its text, null where the table says nothing."""
    said = batch.table.with_columns(
        pl.when(~pl.col(name).str.strip_chars().is_in(columns.null)).then(name)
        for name in batch.table.columns
    )
    # By itself a table of which no column is needed would have no rows either.
    table = batch.numbers.to_frame("row").with_columns(said.get_columns())
    texts = []
    for source in columns.sources:
        text = _fill(batch.chosen[source], source) if source in batch.chosen else pl.lit(source.constant)
        words = columns.values.get(source.column)
        if words is not None:
            known = {word: meaning for word, meaning in words.items() if word != "*"}
            other = words.get("*")
            text = pl.when(text.is_not_null()).then(
                text.replace_strict(known, default=other, return_dtype=pl.String) if known else pl.lit(other)
            )
        texts.append(text.cast(pl.String).alias(source.column))
    return table.select("row", *texts)


def _fill(template: str, source: ColumnSource) -> pl.Expr:
    """Fill a template; columns that say nothing leave a gap, and nothing at all leaves null."""
    names = source.needs(template)
    if names and template == f"{{{names[0]}}}":
        return pl.col(names[0])
    pieces: list[pl.Expr] = []
    for place, piece in enumerate(re.split(r"\{([^{}]+)\}", template)):
        pieces.append(pl.col(piece).cast(pl.String).fill_null("") if place % 2 else pl.lit(piece))
    text = pl.concat_str(pieces)
    if not names:
        return text
    return pl.when(pl.any_horizontal(pl.col(name).is_not_null() for name in names)).then(text)


def _convert(source: ColumnSource, site: Site) -> pl.Expr:
    """Read one column of text by its kind."""
    text = pl.col(source.column)
    match kind_of(source.column):
        case "memory":
            amount = memory(text, unit=source.unit or "B")
            # No process needs no memory: 0 means that nothing was measured, or asked for.
            value: pl.Expr = pl.when(amount != 0).then(amount)
        case "duration":
            value = duration(text, source.unit or "s")
        case "time":
            value = _time(source, site)
        case "count":
            number = text.cast(pl.Float64, strict=False) + source.add
            value = number.cast(SCHEMA[source.column], strict=False)
        case "flag":
            value = text.str.to_lowercase().replace_strict(_FLAGS, default=None, return_dtype=pl.Boolean)
        case "list":
            value = text.str.extract_all(r"[^,;\s]+")
        case _:
            value = text
    return value


_FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_WORDED = r"^(?:\s*\d+(?:\.\d+)?\s*(?:d|h|min|m|sec|s|ms)\b)+\s*$"
_WORDS = {"d": 86400.0, "h": 3600.0, "(?:min|m)": 60.0, "(?:sec|s)": 1.0, "ms": 1e-3}


def duration(text: pl.Expr, unit: str) -> pl.Expr:
    """Read seconds from a number in `unit`, ``1-02:03:04`` or ``1h 2m 3s``."""
    number = text.cast(pl.Float64, strict=False) * SECONDS[unit]
    parts = (
        text.str.extract(rf"(\d+(?:\.\d+)?)\s*{word}\b").cast(pl.Float64, strict=False).fill_null(0) * size
        for word, size in _WORDS.items()
    )
    worded = pl.when(text.str.contains(_WORDED)).then(pl.sum_horizontal(parts))
    return pl.coalesce(number, clock(text), worded)


def _time(source: ColumnSource, site: Site) -> pl.Expr:
    """Read a time in the first form that fits, or make one up from the number of the row."""
    if source.start is not None:
        passed = (pl.col("row") - 1) * source.every * 1e6
        return pl.lit(source.start).dt.convert_time_zone("UTC") + pl.duration(
            microseconds=passed.cast(pl.Int64)
        )
    text = pl.col(source.column)
    tries = []
    for form in source.times:
        if form in _PER_SECOND:
            tries.append(epoch(text, per_second=_PER_SECOND[form]))
        elif form == "iso":
            tries.append(iso_time(text, site.timezone))
        else:
            moment = text.str.to_datetime(form, time_unit="us", strict=False)
            tries.append(
                moment.dt.convert_time_zone("UTC") if "%z" in form else to_utc(moment, site.timezone)
            )
    return pl.coalesce(tries)


def _doubts(texts: pl.DataFrame, values: pl.DataFrame, columns: ColumnMap) -> pl.Series:
    """Name for each row the first column whose text could not be read, or null."""
    reason: pl.Expr = pl.when(~pl.col("state").is_in(list(JobState)).fill_null(value=False)).then(
        pl.lit("unknown_state")
    )
    both = texts.hstack(values.drop("row").rename(lambda name: f"={name}"))
    for source in columns.sources:
        column = source.column
        if kind_of(column) == "text" or source.start is not None:
            continue
        unread = pl.col(column).is_not_null() & pl.col(f"={column}").is_null()
        if kind_of(column) == "memory":
            unread &= memory(pl.col(column), unit=source.unit or "B").is_null()
        reason = pl.when(unread).then(pl.lit(f"bad_{column}")).otherwise(reason)
    return both.select(reason.alias("reason")).to_series()


def _complete(values: pl.DataFrame, columns: ColumnMap, site: Site) -> pl.DataFrame:
    """Add what follows from the columns that are mapped."""
    given = {source.column for source in columns.sources}
    added = [pl.lit(columns.system).alias("system")]
    if "cluster" not in given:
        added.append(pl.lit(site.cluster).alias("cluster"))
    if "memory_peak" in given and "memory_basis" not in given:
        measured = pl.col("memory_peak").is_not_null()
        added.append(pl.when(measured).then(pl.lit(MemoryBasis.UNKNOWN)).alias("memory_basis"))
    if {"start_time", "run_time"} <= given:
        computed = pl.col("start_time") + pl.duration(microseconds=whole(pl.col("run_time") * 1e6))
        finish = pl.coalesce("finish_time", computed) if "finish_time" in given else computed
        added.append(finish.alias("finish_time"))
    if {"start_time", "finish_time"} <= given:
        lasted = (pl.col("finish_time") - pl.col("start_time")).dt.total_microseconds() / 1e6
        added.append((pl.coalesce("run_time", lasted) if "run_time" in given else lasted).alias("run_time"))
    return values.with_columns(added)
