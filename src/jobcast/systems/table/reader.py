"""Reading a table by its column map: all values as text first, then each column by its kind."""

import json
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import polars as pl

from jobcast.errors import ConfigError, InputError
from jobcast.history import Rows
from jobcast.language import say
from jobcast.spelling import likeliest
from jobcast.systems.base import BATCH, Site, open_plain_or_packed
from jobcast.systems.delimited import Layout, read_records, split_record
from jobcast.systems.table.column_map import ColumnMap, ColumnSource, load
from jobcast.systems.table.convert import Batch, to_rows
from jobcast.systems.text import UNREADABLE, read_lines

_SEPARATORS = (",", "\t", ";", "|")


class Table:
    """CSV, plain or packed, or Parquet (told by its first bytes), with one job a row."""

    kind = "table"

    def read(self, path: Path, site: Site) -> Iterator[Rows]:
        """Read `path` by the map that `site` names.

        Raises ConfigError when there is no map or it is wrong, InputError when the table lacks its columns.
        """
        if site.column_map is None:
            raise ConfigError(say("systems.needs_map"), hint=say("systems.needs_map_cure"))
        columns = load(site.column_map)
        with open_plain_or_packed(path) as stream:
            try:
                head = stream.read(4)
            except UNREADABLE:
                head = b""
        batches = _read_parquet(path, columns) if head == b"PAR1" else _read_csv(path, columns)
        for batch in batches:
            yield to_rows(batch, columns, path.name, site)


def _read_csv(path: Path, columns: ColumnMap) -> Iterator[Batch]:
    """Read text with a header line."""
    with open_plain_or_packed(path) as stream:
        batches = read_lines(stream, path.name)
        first = next(batches, None)
        if first is None:
            return
        separator, header = _read_header(first.texts[0], columns)
        chosen = _choose(columns, header, path)
        places = {name: header.index(name) for source, text in chosen.items() for name in source.needs(text)}
        rest, row = chain([first.after(1)], batches), 1
        for records in read_records(rest, Layout(source=path.name, width=len(header), separator=separator)):
            count = len(records.rows)
            table = pl.DataFrame(
                {name: records.column(place) for name, place in places.items()},
                schema=dict.fromkeys(places, pl.String),
            )
            numbers = pl.Series("row", range(row, row + count), dtype=pl.Int64)
            yield Batch(
                table=table,
                numbers=numbers,
                lines=records.lines,
                texts=records.texts,
                set_aside=tuple(records.set_aside),
                chosen=chosen,
            )
            row += count


def _read_header(line: str, columns: ColumnMap) -> tuple[str, list[str]]:
    """Return the separator and the names; unless the map says it, the separator that suits the map best."""
    needed = {name for source in columns.sources for text in source.templates for name in source.needs(text)}
    separators = [columns.separator] if columns.separator else _SEPARATORS
    headers = [(separator, split_record(line, separator) or []) for separator in separators]
    return max(headers, key=lambda pair: (len(needed & set(pair[1])), len(pair[1])))


def _choose(columns: ColumnMap, header: list[str], path: Path) -> dict[ColumnSource, str]:
    """Pick for each source the first template of which the table has all columns."""
    chosen = {}
    for source in columns.sources:
        fitting = [text for text in source.templates if set(source.needs(text)) <= set(header)]
        if fitting:
            chosen[source] = fitting[0]
        elif source.templates and not source.optional:
            missing = next(name for name in source.needs(source.templates[0]) if name not in header)
            raise InputError(
                say("systems.no_column", path=path, name=missing, column=source.column),
                hint=likeliest(missing, header),
            )
    return chosen


def _read_parquet(path: Path, columns: ColumnMap) -> Iterator[Batch]:
    """Read Parquet in slices, its values as text."""
    try:
        lazy = pl.scan_parquet(path)
        schema = lazy.collect_schema()
        chosen = _choose(columns, schema.names(), path)
        names = {name for source, text in chosen.items() for name in source.needs(text)}
        wanted = [_as_text(name, schema[name]) for name in schema.names() if name in names]
        total = int(lazy.select(pl.len()).collect().item())
        for first in range(0, total, BATCH):
            table = lazy.slice(first, BATCH).select(wanted).collect()
            count = min(BATCH, total - first)
            numbers = pl.Series("row", range(first + 1, first + count + 1), dtype=pl.Int64)
            texts = [json.dumps(row, ensure_ascii=False) for row in table.iter_rows(named=True)] or [
                ""
            ] * count
            yield Batch(
                table=table, numbers=numbers, lines=[0] * count, texts=texts, set_aside=(), chosen=chosen
            )
    except (pl.exceptions.PolarsError, OSError) as error:
        raise InputError(
            say("systems.no_parquet", path=path, why=error), hint=say("systems.no_parquet_cure")
        ) from error


def _as_text(name: str, kind: pl.DataType) -> pl.Expr:
    """Return a column of Parquet as the text that a CSV file would hold."""
    value = pl.col(name)
    if isinstance(kind, pl.Datetime):
        if kind.time_zone:
            return value.dt.convert_time_zone("UTC").dt.strftime("%Y-%m-%dT%H:%M:%S%.6fZ")
        return value.dt.strftime("%Y-%m-%dT%H:%M:%S%.6f")
    if isinstance(kind, pl.Duration):
        return (value.dt.total_microseconds() / 1e6).cast(pl.String)
    if isinstance(kind, pl.List):
        return value.cast(pl.List(pl.String)).list.join(",")
    return value.cast(pl.String)
