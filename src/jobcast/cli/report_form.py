"""A report in the form that is wanted: on the screen, or into files."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self
from urllib.parse import quote

import click

from jobcast.cli.report_screen import show
from jobcast.cli.screen import SCHEMA, as_json, print_json, print_raw, talk
from jobcast.drawing import can_draw, see_matplotlib
from jobcast.errors import InputError
from jobcast.language import say
from jobcast.report.formats.data import as_csv, as_dict, tables
from jobcast.report.formats.markdown import as_markdown, filled, variables
from jobcast.spelling import did_you_mean
from jobcast.store.durable import behind, write_named
from jobcast.units import format_memory

if TYPE_CHECKING:
    from jobcast.report.base import Report

FORMS = ("terminal", "html", "markdown", "json", "csv")
_SCREEN = Path("-")
"""Behind ``-o``, as in many programs."""
_BY_NAME = {".html": "html", ".htm": "html", ".md": "markdown", ".markdown": "markdown", ".json": "json"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """In which form a report is wanted, and where."""

    form: str
    """One of `FORMS`."""
    output: Path | None
    """The file, or the directory for CSV; None means the screen."""
    table: str | None
    """The only table wanted, as CSV; None means all."""
    template: str | None
    """The text of a Markdown template; None means our own."""
    pictures: str | None
    """The kind of picture files; None means none."""

    @classmethod
    def of(
        cls,
        *,
        form: str | None,
        output: Path | None,
        table: str | None,
        template: Path | None,
        pictures: str | None,
    ) -> Self:
        """Return what the command line asks for.

        Raises UsageError, InputError, StoreError where the output is no file, and ConfigError without matplotlib.
        """
        output = None if output == _SCREEN else output
        form = form or ("csv" if table else "markdown" if template else _form_of(output))
        if template and form != "markdown":
            raise click.UsageError(say("report.only_markdown"))
        if table and form != "csv":
            raise click.UsageError(say("report.only_csv"))
        if form == "terminal" and output:
            raise click.UsageError(say("report.no_file_of_screen"))
        if form == "csv" and not table and not output:
            raise click.UsageError(say("report.csv_needs_folder"))
        if pictures:
            if not output:
                raise click.UsageError(say("report.needs_output"))
            see_matplotlib()
        elif form == "markdown" and output:
            pictures = "svg" if can_draw() else None
        if form == "html" and not output and sys.stdout.isatty():
            raise click.UsageError(say("report.html_on_screen"))
        if output and (form != "csv" or table):
            behind(output)
        text = _read(template) if template else None
        return cls(form=form, output=output, table=table, template=text, pictures=pictures)


def _form_of(output: Path | None) -> str:
    if output is None:
        return "terminal"
    form = _BY_NAME.get(output.suffix.lower())
    if form is None:
        raise click.UsageError(say("report.unknown_form", path=output, names=", ".join(_BY_NAME)))
    return form


def _read(template: Path) -> str:
    try:
        return template.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            say("report.no_template", path=template, why=error), hint=say("report.no_template_cure")
        ) from error


def emit(report: Report, wanted: Wanted, *, unmatched: str | None = None) -> None:
    """Show or write the report. Raises InputError, and StoreError when a file can't be written.

    `unmatched` is the cure where the filters let none of the period's jobs pass.
    """
    if unmatched is not None and wanted.form != "terminal":
        talk(f"{say('report.no_match')} {unmatched}")
    pictures = _draw(report, wanted)
    if wanted.form == "csv":
        _emit_csv(report, wanted)
    elif wanted.form == "terminal":
        show(report, unmatched=unmatched)
    elif wanted.form == "json" and not wanted.output:
        print_json(as_dict(report))
    else:
        _write(_text(report, wanted, pictures), wanted.output)


def _text(report: Report, wanted: Wanted, pictures: dict[str, list[str]]) -> str:
    match wanted.form:
        case "html":
            from jobcast.report.formats.html import as_html  # noqa: PLC0415 - Jinja takes 60 ms

            return as_html(report)
        case "json":
            return as_json({"schema": SCHEMA, **as_dict(report)}) + "\n"
        case _ if wanted.template is not None:
            text, unknown = filled(wanted.template, variables(report, pictures))
            if unknown:
                talk(say("report.unknown_variables", names=", ".join(unknown)))
            return text
        case _:
            if wanted.output and not wanted.pictures:
                talk(say("report.no_pictures"))
            return as_markdown(report, pictures)


def _write(text: str, output: Path | None) -> None:
    if output is None:
        print_raw(text)
        return
    content = text.encode()
    write_named(output, content)
    talk(say("report.written", path=output, size=format_memory(len(content))))


def _draw(report: Report, wanted: Wanted) -> dict[str, list[str]]:
    """Draw the pictures that are wanted beside the report; return their paths from there, by chart."""
    if not wanted.pictures or not wanted.output:
        return {}
    from jobcast.report.formats.pictures import draw_all  # noqa: PLC0415 - matplotlib takes a second

    folder = wanted.output.with_name(f"{wanted.output.stem}-pictures")
    names = draw_all(report, folder, wanted.pictures)
    if names:
        talk(say("report.pictures_written", count=sum(map(len, names.values())), path=folder))
    return {
        chart: [quote(os.fsencode(f"{folder.name}/{file}")) for file in files]
        for chart, files in names.items()
    }


def _emit_csv(report: Report, wanted: Wanted) -> None:
    """Print one table, or write each into a file of its own."""
    found = tables(report)
    if wanted.table:
        if wanted.table not in found:
            known = did_you_mean(wanted.table, found) or say(
                "report.no_such_table_cure", names=", ".join(found)
            )
            raise InputError(say("report.no_such_table", name=wanted.table), hint=known)
        _write(as_csv(found[wanted.table]), wanted.output)
    elif wanted.output:
        for name, one in found.items():
            write_named(wanted.output / f"{name}.csv", as_csv(one).encode())
        talk(say("report.tables_written", count=len(found), path=wanted.output))
