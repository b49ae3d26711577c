"""A report for programs: as JSON values, and its tables as CSV."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

from jobcast.language import speaking
from jobcast.report.base import Figure, Note, Report, Section, Table, Unit, table
from jobcast.report.formats.figures import plain

NOTE_COLUMNS = (
    "user",
    "queue",
    "kind",
    "system",
    "finding",
    "runs",
    "text",
    "flag",
    "gib_h",
    "core_h",
    "money",
)
"""Of the table ``notes``."""


def as_dict(report: Report) -> dict[str, Any]:
    """Return the report as JSON values, its texts in English; units stand at the ends of names."""
    with speaking("en"):
        return {
            "made": report.made.isoformat(),
            "since": report.period.since.isoformat(),
            "until": report.period.until.isoformat(),
            "timezone": str(report.period.zone),
            "filters": {column: list(values) for column, values in report.filters.items()},
            "jobs": report.jobs,
            "notes": [note_as_dict(note) for note in report.notes],
            "sections": {section.name: _section(section) for section in report.sections},
        }


def note_as_dict(note: Note) -> dict[str, Any]:
    """Return a note as JSON values."""
    return dict(zip(NOTE_COLUMNS, map(plain, _note(note)), strict=True))


def _note(note: Note) -> tuple[Any, ...]:
    who = (note.user, note.queue, note.kind, note.system)
    return (*who, note.finding, note.runs, note.text, note.flag, note.gib_hours, note.core_hours, note.money)


def _section(section: Section) -> dict[str, Any]:
    return {
        "facts": {fact.name: plain(fact.value) for fact in section.facts},
        "remarks": [remark.say() for remark in section.remarks],
        "tables": {figure.name: _rows(figure.table) for figure in section.figures},
    }


def _rows(table: Table) -> list[dict[str, Any]]:
    names = [column.name for column in table.columns]
    return [dict(zip(names, map(plain, row), strict=True)) for row in table.rows]


def figures(report: Report) -> Iterator[Figure]:
    """Yield the figures of all sections."""
    for section in report.sections:
        yield from section.figures


def tables(report: Report) -> dict[str, Table]:
    """Return all tables by name, the notes and the facts among them."""
    notes = table(NOTE_COLUMNS, map(_note, report.notes))
    facts = table(
        ("section", "fact", "amount"),
        ((section.name, fact.name, fact.value) for section in report.sections for fact in section.facts),
    )
    return {"notes": notes, "facts": facts, **{figure.name: figure.table for figure in figures(report)}}


def as_csv(table: Table) -> str:
    """Return the table as CSV, with the names of its columns above; absent figures are empty."""
    lines = [_line(column.name for column in table.columns)]
    for row in table.rows:
        cells = zip(map(plain, row), table.columns, strict=True)
        lines.append(_line(_harmless(cell) if column.unit is Unit.TEXT else cell for cell, column in cells))
    return "".join(lines)


def _line(cells: Iterable[object]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(cells)  # so that names with either of both are quoted
    return line.getvalue().removesuffix("\r\n") + "\n"


_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
"""How spreadsheets recognise a formula, also in full width (OWASP, CSV injection)."""


def _harmless(cell: object) -> object:
    """Keep spreadsheets from taking a name for a formula; a sign alone is none."""
    return f"'{cell}" if isinstance(cell, str) and len(cell) > 1 and cell.startswith(_FORMULA) else cell
