"""A report for the terminal: what counts most of it."""

from collections.abc import Iterable

import click

from jobcast.cli.screen import cell_width, painted, printable, talk, tell
from jobcast.cli.table import Column, print_table
from jobcast.language import say
from jobcast.report.base import Figure, Note, Report, Section, Unit
from jobcast.report.formats.figures import shown
from jobcast.report.formats.period import told

_NOTES = 10
_ROWS = 10
_SHOWN = (
    "memory_over_users",
    "memory_under_users",
    "core_over_users",
    "wait_queues",
    "failure_reasons",
    "forecast_errors",
)
"""The figures that are worth a screen; the others are in the other forms."""


def show(report: Report, *, unmatched: str | None = None) -> None:
    """Print the report for people; `unmatched` is the cure where the filters let none of the period's jobs pass."""
    tell(printable(told(report)))
    if not report.jobs:
        tell(say("report.empty") if unmatched is None else say("report.no_match"))
        talk(say("report.empty_cure") if unmatched is None else unmatched)
        return
    for section in report.sections:
        _show_section(section, report.currency)
    tell("\n" + say("report.notes"), colour="cyan")
    show_notes(report.notes[:_NOTES])
    if not report.notes:
        tell(say("report.no_notes"))
    talk(say("report.next"))


def show_notes(notes: Iterable[Note]) -> None:
    """Print what is wrong with whose jobs, and what to write next time."""
    for note in notes:
        who = " · ".join(part for part in (note.user or say("report.nobody"), note.kind, note.queue) if part)
        tell(printable(say("report.note_of", who=who, text=note.text.say())))
        click.echo(f"  {say('report.note_next_time')} {painted(printable(note.flag), 'green')}")


def _show_section(section: Section, currency: str) -> None:
    tell("\n" + say(f"report_section.{section.name}"), colour="cyan")
    facts = [
        (shown(fact.value, fact.unit, currency), say(f"report_fact.{fact.name}")) for fact in section.facts
    ]
    width = max((cell_width(value) for value, _ in facts), default=0)
    for value, name in facts:
        tell(f"{' ' * (width - cell_width(value))}{value}  {name}")
    for remark in section.remarks:
        tell(remark.say())
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
