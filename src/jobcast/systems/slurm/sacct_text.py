"""The text that ``sacct --parsable2`` prints: any fields in any order, told by the header line.

Fields are never quoted, so a job name may hold the separator or a line break. Such a record is mended
where only one reading fits the shapes of the fields that users can't fill; otherwise it is set aside.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain

import polars as pl

from jobcast.errors import InputError
from jobcast.history import SET_ASIDE_TEXT, Rows, SetAside
from jobcast.language import say
from jobcast.systems.base import BATCH, Site
from jobcast.systems.slurm.fields import FREE_TEXT, HEADERLESS, READ, SHAPES
from jobcast.systems.slurm.fold import fold
from jobcast.systems.text import Lines

_HEADER = re.compile(r"[A-Za-z]{2,}([^A-Za-z0-9]+)")
_LONGEST = 20
"""Lines over which line breaks in a name may spread one record."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordLayout:
    """Which fields a record has."""

    fields: list[str]
    """Their names, in order, in small letters."""
    separator: str = "|"
    """What stands between two of them."""

    def fits(self, values: list[str]) -> bool:
        """Tell whether `values` can be one record."""
        return len(values) == len(self.fields) and all(
            SHAPES[name].fullmatch(value) is not None
            for name, value in zip(self.fields, values, strict=True)
            if name in SHAPES
        )


def read_text(batches: Iterator[Lines], site: Site, source: str) -> Iterator[Rows]:
    """Read the output of sacct. Raises InputError when it has no header line and no known layout."""
    first = next(batches, None)
    if first is None:
        return
    layout, used = _find_layout(first.texts, source)
    for lines, is_last in _end_on_jobs(chain([first.after(used)], batches), layout):
        records, aside = _split(lines, layout, is_last=is_last)
        rows = fold(records, site, source)
        named = tuple(
            SetAside(source=source, line=line, reason=reason, text=text[:SET_ASIDE_TEXT])
            for line, reason, text in aside
        )
        yield Rows(
            jobs=rows.jobs,
            set_aside=named + lines.set_aside(source) + rows.set_aside,
            not_finished=rows.not_finished,
        )


def _find_layout(texts: list[str], source: str) -> tuple[RecordLayout, int]:
    """Read the header line; return the layout and how many lines stand before the first record."""
    used = 0
    # A recorded or pasted command, e.g. "$ sacct -a -P".
    while used < len(texts) and (texts[used].startswith("$ ") or not texts[used].strip()):
        used += 1
    header = texts[used] if used < len(texts) else ""
    match = _HEADER.match(header)
    separator = match[1] if match else "|"
    fields = header.lower().split(separator)
    if {"jobid", "jobidraw"} & set(fields) and "state" in fields:
        _check(fields, source)
        return RecordLayout(fields=fields, separator=separator), used + 1
    for text in texts[used : used + 10]:
        known = HEADERLESS.get(text.count("|") + 1)
        if known and (layout := RecordLayout(fields=known)).fits(text.split("|")):
            return layout, used
    raise InputError(say("systems.no_sacct", source=source), hint=say("systems.no_sacct_cure"))


def _check(fields: list[str], source: str) -> None:
    """Raise InputError when the moment at which jobs ended can't be told from `fields`."""
    if "end" not in fields and not ("start" in fields and {"elapsed", "elapsedraw"} & set(fields)):
        raise InputError(say("systems.no_end", source=source), hint=say("systems.no_end_cure"))


def _end_on_jobs(batches: Iterator[Lines], layout: RecordLayout) -> Iterator[tuple[Lines, bool]]:
    """Move the boundary between batches down to a job's line, so that no job is parted from its steps."""
    place = layout.fields.index("jobid" if "jobid" in layout.fields else "jobidraw")
    held = Lines(first=1, texts=[])
    for batch in batches:
        if batch.torn is not None:
            held = _tear(held, batch, layout, place)
            continue
        count = _lines_before_job(batch.texts, layout, place)
        if held.texts:
            held = replace(batch, first=held.first, texts=held.texts + batch.texts[:count])
            if count == len(batch.texts) and len(held.texts) < 4 * BATCH:
                continue
            yield held, False
            held = batch.after(count)
        else:
            held = batch
    yield held, True


def _lines_before_job(texts: list[str], layout: RecordLayout, place: int) -> int:
    """Count the lines before the first one that is surely a job's."""
    for count, text in enumerate(texts):
        if _is_job(text, layout, place):
            return count
    return len(texts)


def _is_job(text: str, layout: RecordLayout, place: int) -> bool:
    values = text.split(layout.separator)
    return len(values) == len(layout.fields) and bool(values[place]) and "." not in values[place]


def _tear(held: Lines, torn: Lines, layout: RecordLayout, place: int) -> Lines:
    """Let the last job be part of what is torn: steps of it may be lost, and with them its peak."""
    jobs = (at for at in reversed(range(len(held.texts))) if _is_job(held.texts[at], layout, place))
    last = next(jobs, len(held.texts))
    text = "\n".join([*held.texts[last:], torn.torn or ""])
    return Lines(first=held.first if held.texts else torn.first, texts=held.texts[:last], torn=text)


_Aside = tuple[int, str, str]
_TABLE = {"line": pl.Int64(), "text": pl.String(), "values": pl.List(pl.String)}


def _split(lines: Lines, layout: RecordLayout, *, is_last: bool) -> tuple[pl.DataFrame, list[_Aside]]:
    """Split lines into fields; return the records, and those that can't be: (line, reason, text)."""
    numbers = range(lines.first, lines.first + len(lines.texts))
    texts = {"line": pl.Series(numbers, dtype=pl.Int64), "text": pl.Series(lines.texts, dtype=pl.String)}
    taken = {name: place for place, name in enumerate(layout.fields) if name in READ}
    values = pl.col("values").list
    fields = [values.get(place, null_on_oob=True).alias(name) for name, place in taken.items()]
    # Lazily, because only then all cores take part.
    table = pl.LazyFrame(texts).with_columns(pl.col("text").str.split(layout.separator).alias("values"))
    records = table.select("line", "text", *fields, values.len().alias("count")).collect()
    odd = (records["count"] != len(layout.fields)).arg_true().to_list()
    records = records.drop("count")
    if not odd:
        return records, []
    mended, aside, used = _mend(lines, odd, layout, is_last=is_last)
    whole = records.filter(~pl.col("line").is_in(used))
    pieced = pl.DataFrame(mended, schema=_TABLE, orient="row").select("line", "text", *fields)
    return pl.concat([whole, pieced]).sort("line"), aside


def _mend(
    lines: Lines, odd: list[int], layout: RecordLayout, *, is_last: bool
) -> tuple[list[tuple[int, str, list[str]]], list[_Aside], list[int]]:
    """Mend the lines at `odd`, which have too many or too few fields, where only one way fits.

    Returns the mended records, those that can't be, and the numbers of all lines that went into either.
    """
    records: list[tuple[int, str, list[str]]] = []
    aside: list[_Aside] = []
    used: list[int] = []
    for at in odd:
        first, text, span = lines.first + at, lines.texts[at], 1
        if used and first <= used[-1]:
            continue
        pieces = text.split(layout.separator)
        if len(pieces) < len(layout.fields):
            values, span = _join_lines(lines.texts, at, layout)
            text = "\n".join(lines.texts[at : at + span])
        else:
            values = _join_fields(pieces, layout)
        if values is not None:
            records.append((first, text, values))
        elif text.strip():
            cut = is_last and lines.cut and at == len(lines.texts) - 1
            aside.append((first, "truncated" if cut else "field_count", text))
        used.extend(range(first, first + span))
    return records, aside, used


def _join_fields(values: list[str], layout: RecordLayout) -> list[str] | None:
    """Put back together the one free text that held the separator; None unless only one way fits."""
    spare = len(values) - len(layout.fields) + 1
    ways = []
    for place, name in enumerate(layout.fields):
        if name in FREE_TEXT:
            whole = layout.separator.join(values[place : place + spare])
            way = [*values[:place], whole, *values[place + spare :]]
            if layout.fits(way):
                ways.append(way)
    return ways[0] if len(ways) == 1 else None


def _join_lines(texts: list[str], start: int, layout: RecordLayout) -> tuple[list[str] | None, int]:
    """Put back together a record with line breaks in a free text; None unless the lines fit."""
    text = texts[start]
    for end in range(start + 1, min(start + _LONGEST, len(texts))):
        text = f"{text}\n{texts[end]}"
        values = text.split(layout.separator)
        if len(values) >= len(layout.fields):
            return (values, end - start + 1) if layout.fits(values) else (None, 1)
    return None, 1
