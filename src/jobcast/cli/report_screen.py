"""A report for the terminal: what counts most of it."""

import re
import shutil
import sys
from itertools import islice

import click

from jobcast.cli.screen import painted, talk, tell
from jobcast.cli.table import Column, print_table
from jobcast.language import say
from jobcast.printable import cell_width, printable
from jobcast.report.base import About, Figure, Note, Report, Section, Unit
from jobcast.report.formats.figures import said, shown
from jobcast.report.formats.period import empty, told

_PEOPLE = 10
_NOTES_OF_EACH, _NOTES_OF_ONE = 2, 10
"""Notes to each of several people, and to the only one that gets any."""
_NARROWEST = 20
_ROWS = 10
_SHOWN = (
    "memory_over_users",
    "memory_under_users",
    "core_over_users",
    "wait_queues",
    "failure_reasons",
    "failure_users",
    "failure_repeats",
    "failure_hosts",
    "forecast_errors",
    "shadow_memory",
    "shadow_run_limit",
    "shadow_queues",
    "shadow_users",
)
"""The figures that are worth a screen; the others are in the other forms."""


def show(report: Report, *, unmatched: str | None = None) -> None:
    """Print the report for people; `unmatched` is the cure where the filters let none of the period's jobs pass."""
    _tell(told(report))
    if not report.jobs:
        tell(empty(report).say() if unmatched is None else say("report.no_match"))
        talk(say("report.empty_cure") if unmatched is None else unmatched)
        return
    for section in report.sections:
        _show_section(section, report.currency)
    if report.about is About.SUBMISSIONS:
        talk(say("shadow.next"))
        return
    tell("\n" + say("report.notes"), colour="cyan")
    _show_notes(report)
    talk(say("report.next"))


def show_section(report: Report, name: str) -> None:
    """Print one section of the report, and what it is about."""
    _tell(told(report))
    if not report.jobs:
        tell(empty(report).say())
        talk(say("report.empty_cure"))
        return
    for section in report.sections:
        if section.name == name:
            _show_section(section, report.currency)


def _show_notes(report: Report) -> None:
    """Print the notes that count most, and how many there are beside them."""
    people: dict[str | None, list[Note]] = {}
    for note in report.notes:
        people.setdefault(note.user, []).append(note)
    of_each = _NOTES_OF_EACH if len(people) > 1 else _NOTES_OF_ONE
    first = [note for notes in islice(people.values(), _PEOPLE) for note in notes[:of_each]]
    for note in first:
        who = " · ".join(part for part in (note.user or say("report.nobody"), note.kind, note.queue) if part)
        _tell(say("report.note_of", who=who, text=said(note, report.currency)))
        click.echo(f"  {say('report.note_next_time')} {painted(printable(note.flag), 'green')}")
    if not report.notes:
        _tell(say("report.no_notes"))
    notes, others = len(report.notes) - len(first), max(len(people) - _PEOPLE, 0)
    if others:
        tell(say("report.more_people_and_notes", people=f"{others:,}", notes=f"{notes:,}"))
    elif notes:
        tell(say("report.more_notes", notes=f"{notes:,}"))


_WIDE = "[\u2e80-\ua4cf\uf900-\ufaff\uff00-\uff60]"
_PIECE = re.compile(rf"{_WIDE}[、。，；：）！？]*|(?:(?!{_WIDE})\S)+[、。，；：）！？]*|\s+")
"""What stays together on a line: a word, or a Chinese character and the signs behind it."""


def _tell(text: str) -> None:
    """Print a sentence as one line, on a terminal as lines that fit it."""
    text = printable(text)
    if not sys.stdout.isatty():
        tell(text)
        return
    room = max(shutil.get_terminal_size().columns, _NARROWEST)
    line = ""
    for piece in _PIECE.findall(text):
        if line and cell_width((line + piece).rstrip()) > room:
            tell(line.rstrip())
            line = ""
        line += piece if line else piece.lstrip()
    tell(line)


def _show_section(section: Section, currency: str) -> None:
    tell("\n" + say(f"report_section.{section.name}"), colour="cyan")
    facts = [
        (shown(fact.value, fact.unit, currency), say(f"report_fact.{fact.name}")) for fact in section.facts
    ]
    width = max((cell_width(value) for value, _ in facts), default=0)
    for value, name in facts:
        tell(f"{' ' * (width - cell_width(value))}{value}  {name}")
    for remark in section.remarks:
        _tell(remark.say())
    for figure in section.figures:
        if figure.name in _SHOWN and figure.table.rows:
            tell("\n" + say(f"report_figure.{figure.name}"))
            _show_table(figure)


def _show_table(figure: Figure) -> None:
    rows = figure.table.rows[:_ROWS]
    print_table(
        [
            Column(
                heading=say(f"report_column.{column.name}"),
                cells=[shown(row[place], column.unit) for row in rows],
                right=column.unit is not Unit.TEXT,
                spare=place > 2,
            )
            for place, column in enumerate(figure.table.columns)
        ]
    )
