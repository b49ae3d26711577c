"""Records of separated values with quotes (CSV, TSV), told apart from lines that are none.

A record may span lines where a quoted value holds a line break. A stray quote would make everything
behind it one value: such a line is set aside alone, and reading goes on with the next one.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from jobcast.history import SET_ASIDE_TEXT, SetAside
from jobcast.systems.text import Lines

_LONGEST = 100
"""Lines that one record may span; a quote that is still open then is a stray one."""


@dataclass(kw_only=True, slots=True)  # its lists grow while lines are split
class Records:
    """The records of one batch."""

    rows: list[list[str]] = field(default_factory=list)
    """Each has the expected number of values."""
    lines: list[int] = field(default_factory=list)
    """The line on which each row begins, from 1."""
    texts: list[str] = field(default_factory=list)
    """Each row as it stands in the source."""
    set_aside: list[SetAside] = field(default_factory=list)
    """What is no such record."""

    def column(self, index: int) -> list[str]:
        """Return the values of one column."""
        return [row[index] for row in self.rows]


@dataclass(frozen=True, kw_only=True, slots=True)
class Layout:
    """How the records of one source are written."""

    source: str
    """What records that are set aside are said to come from."""
    width: int
    """Values in each record."""
    separator: str = ","
    """One character between values."""


def split_record(text: str, separator: str = ",") -> list[str] | None:
    """Return the values of one record, or None when it is none or more than one."""
    try:
        rows = list(csv.reader((f"{line}\n" for line in text.split("\n")), delimiter=separator))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else None


def read_records(batches: Iterator[Lines], layout: Layout) -> Iterator[Records]:
    """Split lines into records; those of another width are set aside, blank lines are passed over."""
    kept, torn = _NO_LINES, tuple[SetAside, ...]()
    for batch in batches:
        if batch.torn is not None:
            torn = batch.set_aside(layout.source)
            continue
        lines = replace(batch, first=kept.first, texts=kept.texts + batch.texts) if kept.texts else batch
        records = _split_plainly(lines, layout)
        if records is None:
            records, used = _split_one_by_one(lines, layout, is_last=False)
            kept = lines.after(used)
        else:
            kept = _NO_LINES
        yield records
    if kept.texts or torn:
        records, _ = _split_one_by_one(kept, layout, is_last=True)
        records.set_aside.extend(torn)
        yield records


_NO_LINES = Lines(first=1, texts=[])


def _split_plainly(lines: Lines, layout: Layout) -> Records | None:
    """Split lines that are one record each; None when they are not, or may not be."""
    if any(text.count('"') % 2 for text in lines.texts):
        return None
    try:
        rows = list(csv.reader(lines.texts, delimiter=layout.separator))
    except csv.Error:
        return None
    if len(rows) != len(lines.texts):
        return None
    numbers = range(lines.first, lines.first + len(rows))
    if all(len(row) == layout.width for row in rows):
        return Records(rows=rows, lines=list(numbers), texts=lines.texts)
    records, last = Records(), numbers[-1]
    for line, row, text in zip(numbers, rows, lines.texts, strict=True):
        _sort(records, (line, row, text), layout, cut=lines.cut and line == last)
    return records


def _split_one_by_one(lines: Lines, layout: Layout, *, is_last: bool) -> tuple[Records, int]:
    """Split lines some of which belong together; return also how many were used up."""
    records, at = Records(), 0
    while at < len(lines.texts):
        text, span = lines.texts[at], 1
        if text.count('"') % 2:
            end = _closing_line(lines.texts, at)
            if end is None and not is_last and len(lines.texts) - at <= _LONGEST:
                break
            joined = "\n".join(lines.texts[at : end + 1]) if end is not None else text
            row = split_record(joined, layout.separator)
            if row is not None and len(row) == layout.width:
                text, span = joined, joined.count("\n") + 1
        cut = lines.cut and at == len(lines.texts) - 1
        _sort(records, (lines.first + at, split_record(text, layout.separator), text), layout, cut=cut)
        at += span
    return records, at


def _closing_line(texts: list[str], start: int) -> int | None:
    """Find the line that closes the quote which the line at `start` leaves open."""
    for at in range(start + 1, min(start + _LONGEST, len(texts))):
        if texts[at].count('"') % 2:
            return at
    return None


def _sort(records: Records, record: tuple[int, list[str] | None, str], layout: Layout, *, cut: bool) -> None:
    """Put one record where it belongs."""
    line, row, text = record
    if row is not None and len(row) == layout.width:
        records.rows.append(row)
        records.lines.append(line)
        records.texts.append(text)
    elif text.strip():
        reason = "truncated" if cut else "field_count"
        aside = SetAside(source=layout.source, line=line, reason=reason, text=text[:SET_ASIDE_TEXT])
        records.set_aside.append(aside)
