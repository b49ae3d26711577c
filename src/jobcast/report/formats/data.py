"""A report for programs: as JSON values, and its tables as CSV."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from jobcast.language import Phrase, phrase, speaking
from jobcast.report.base import Cell, Figure, Note, Report, Section, Table, Unit, table
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
            "currency": report.currency or None,
            "jobs": report.jobs,
            "notes": [note_as_dict(note) for note in report.notes],
            "sections": {section.name: _section(section) for section in report.sections},
        }


def note_as_dict(note: Note) -> dict[str, Any]:
    """Return a note as JSON values."""
    return dict(zip(NOTE_COLUMNS, map(_value, _note(note)), strict=True))


def _note(note: Note) -> tuple[Any, ...]:
    who = (note.user, note.queue, note.kind, note.system)
    return (
        *who,
        phrase(f"report_finding.{note.finding}"),
        note.runs,
        note.text,
        note.flag,
        note.gib_hours,
        note.core_hours,
        note.money,
    )


def _section(section: Section) -> dict[str, Any]:
    return {
        "facts": {fact.name: plain(fact.value) for fact in section.facts},
        "remarks": [remark.say() for remark in section.remarks],
        "tables": {figure.name: _rows(figure.table) for figure in section.figures},
    }


def _rows(table: Table) -> list[dict[str, Any]]:
    names = [column.name for column in table.columns]
    return [_row(names, row) for row in table.rows]


def _row(names: Sequence[str], row: Sequence[Cell]) -> dict[str, Any]:
    """Return a row by column; the one of all others has no name, and says in ``others`` how many they are."""
    (first, name), *rest = zip(names, map(_value, row), strict=True)
    others = _others(row[0])
    return {first: name, **({} if others is None else {"others": others}), **dict(rest)}


_IDS = (
    "report_change.",
    "report_reason.",
    "report_who.",
    "report_section.",
    "report_fact.",
    "report_finding.",
)
"""How the keys of texts begin that stand for an id, which programs get in every language."""


def _value(cell: Cell) -> str | float | int | None:
    """Return a cell for programs: ids for texts that have one, and nothing for who is not told or not one."""
    match cell:
        case Phrase(key="report.nobody" | "report.others"):
            return None
        case Phrase(key=key) if key.startswith(_IDS):
            return key.partition(".")[2]
        case _:
            return plain(cell)


def _others(cell: Cell) -> int | None:
    """Return how many people a cell puts together, None where it is no such cell."""
    match cell:
        case Phrase(key="report.others", values=values):
            return int(str(dict(values)["people"]).replace(",", ""))
        case _:
            return None


def figures(report: Report) -> Iterator[Figure]:
    """Yield the figures of all sections."""
    for section in report.sections:
        yield from section.figures


def tables(report: Report) -> dict[str, Table]:
    """Return all tables by name, the notes and the facts among them."""
    notes = table((*NOTE_COLUMNS, "currency"), ((*_note(note), report.currency) for note in report.notes))
    facts = table(
        ("section", "fact", "amount", "currency"),
        (
            (
                phrase(f"report_section.{section.name}"),
                phrase(f"report_fact.{fact.name}"),
                fact.value,
                report.currency if fact.unit is Unit.MONEY else None,
            )
            for section in report.sections
            for fact in section.facts
        ),
    )
    return {"notes": notes, "facts": facts, **{figure.name: figure.table for figure in figures(report)}}


def as_csv(table: Table) -> str:
    """Return the table as CSV, with the names of its columns above; absent figures are empty."""
    lines = [_line(column.name for column in table.columns)]
    for row in table.rows:
        cells = zip(map(_in_csv, row), table.columns, strict=True)
        lines.append(_line(_harmless(cell) if column.unit is Unit.TEXT else cell for cell, column in cells))
    return "".join(lines)


def _in_csv(cell: Cell) -> object:
    others = _others(cell)
    return _value(cell) if others is None else f"(others: {others})"


def _line(cells: Iterable[object]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(cells)  # so that names with either of both are quoted
    return line.getvalue().removesuffix("\r\n") + "\n"


_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
"""How spreadsheets recognise a formula, also in full width (OWASP, CSV injection)."""


def _harmless(cell: object) -> object:
    """Keep spreadsheets from taking a name for a formula; a sign alone is none."""
    return f"'{cell}" if isinstance(cell, str) and len(cell) > 1 and cell.startswith(_FORMULA) else cell
