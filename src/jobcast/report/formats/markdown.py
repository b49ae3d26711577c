"""A report as Markdown, with tables and relative pictures; or a template of the site's own, filled.

The variables of templates are those of memPrediction: a picture's path for ``$OVERALL_HISTOGRAM`` and its like, a
table for ``$TOLERANCE_PIE_CHART_TABLE`` and its like. Beside them every picture and every table is there under its
own name in capitals, such as ``$WAIT_BY_QUEUE`` and ``$MEMORY_OVER_USERS_TABLE``, and ``$NOTES``.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from string import Template

from jobcast.language import catalogue, phrase, say
from jobcast.report.base import About, Figure, Note, Report, Section, Table, Unit, table
from jobcast.report.formats.data import tables
from jobcast.report.formats.figures import NOTHING, harmless, said, shown
from jobcast.report.formats.period import days, empty, title, told

Pictures = Mapping[str, Sequence[str]]
"""Name of a chart to the relative paths of its pictures: one, or one for each person."""
_ROWS = 30
"""Of a table of cells, which is read as a picture; the data is whole in JSON and CSV."""

PICTURES = {
    "OVERALL_HISTOGRAM": "overall_histogram",
    "OVERALL_SCATTER": "overall_scatter",
    "DIFFERENCE_SUM_HISTOGRAM": "rusage_and_max_difference_sum",
    "DIFFERENCE_VALUE_HISTOGRAM": "rusage_and_max_difference_value",
    "DIFFERENCE_RATE_HISTOGRAM": "rusage_and_max_difference_rate",
    "MEM_EFFICIENT_INVERSE": "rusage_efficienct",
    "NON_RUSAGE_MEMORY_HISTOGRAM": "non_rusage_job_count",
    "TOLERANCE_RUSAGE_USER_PIE": "tolerance_rusage_user_pie_chart",
    "MEM_RUNTIME_PIE": "mem_hours_user_pie_chart",
    "MEM_RUNTIME_UNDER_PIE": "under_mem_hours_user_pie_chart",
    "UNDER_RUASGE_HISTOGRAM": "under_exit_histogram",
    "ML_PRE_SCATTER": "ml_overall_scatter",
    "PRE_DIFFERENCE_SUM_HISTOGRAM": "pre_and_max_difference_sum",
    "PRE_DIFFERENCE_VALUE_HISTOGRAM": "pre_and_max_difference_value",
    "PRE_DIFFERENCE_RATE_HISTOGRAM": "pre_and_max_difference_rate",
    "PREDICT_MEMORY_CHART": "predict",
}
"""memPrediction's variables that stand for pictures, spelt as there, to our charts."""
TABLES = {
    "TOLERANCE_PIE_CHART_TABLE": "memory_outside_users",
    "MEM_RUNTIME_TABLE": "memory_over_users",
    "MEM_RUNTIME_UNDER_TABLE": "memory_under_users",
    "UNDER_RUSAGE_TABLE": "memory_failing_users",
    "ERROR_TABLE": "forecast_errors",
    "PREDICT_MEMORY_TABLE": "forecast_bands",
}
"""memPrediction's variables that stand for tables, to our figures."""
TOTALS = {"TOTAL_OVER_RUSAGE_MEMORY_TABLE": "over_tib", "TOTAL_UNDER_RUSAGE_MEMORY_TABLE": "under_tib"}
"""memPrediction's variables that stand for one figure, to our facts."""


def as_markdown(report: Report, pictures: Pictures) -> str:
    """Return the report as Markdown; `pictures` are of those charts that were drawn."""
    parts = [f"# {title(report).say()}", _escaped(told(report))]
    if not report.jobs:
        parts.append(empty(report).say() + " " + say("report.empty_cure"))
    if report.about is About.JOBS:
        parts += [f"## {say('report.notes')}", notes_as_markdown(report)]
    for section in report.sections:
        parts += _section(section, pictures, report.currency)
    parts.append(f"_{say('report.memory_basis')}_")
    return "\n\n".join(parts) + "\n"


def _section(section: Section, pictures: Pictures, currency: str) -> Iterator[str]:
    yield f"## {say(f'report_section.{section.name}')}"
    if section.facts:
        facts = (
            f"- {say(f'report_fact.{fact.name}')}: **{_escaped(shown(fact.value, fact.unit, currency))}**"
            for fact in section.facts
        )
        yield "\n".join(facts)
    yield from (_escaped(remark.say()) for remark in section.remarks)
    for figure in section.figures:
        yield from _figure(figure, pictures)


def _figure(figure: Figure, pictures: Pictures) -> Iterator[str]:
    yield f"### {say(f'report_figure.{figure.name}')}"
    yield say(f"report_about.{figure.name}")
    for chart in figure.charts:
        title = say(f"report_chart.{chart.name}")
        yield from (f"![{title}]({path})" for path in pictures.get(chart.name, ()))
    yield table_as_markdown(figure.table)


def table_as_markdown(table: Table) -> str:
    """Return the table as Markdown, at most its first rows; a table without rows is a dash."""
    if not table.rows:
        return NOTHING
    headings = [say(f"report_column.{column.name}") for column in table.columns]
    marks = ["---" if column.unit is Unit.TEXT else "---:" for column in table.columns]
    rows = [
        [_escaped(shown(cell, column.unit)) for cell, column in zip(row, table.columns, strict=True)]
        for row in table.rows[:_ROWS]
    ]
    lines = [f"| {' | '.join(row)} |" for row in (headings, marks, *rows)]
    if len(table.rows) > _ROWS:
        lines += ["", say("report.first_rows", shown=f"{_ROWS:,}", rows=f"{len(table.rows):,}")]
    return "\n".join(lines)


def notes_as_markdown(report: Report) -> str:
    """Return the notes as a list, or what is said where there are none."""
    if not report.notes:
        return say("report.no_notes")
    return "\n".join(
        [say("report.notes_about"), "", *(_note(note, report.currency) for note in report.notes)]
    )


def _note(note: Note, currency: str) -> str:
    who = " · ".join(
        _escaped(part) for part in (note.user or say("report.nobody"), note.kind, note.queue) if part
    )
    flag = note.flag.replace("`", "'")
    text = _escaped(said(note, currency))
    return "- " + say("report.note_in_list", who=f"**{who}**", text=text, flag=f"`{flag}`")


_MARKING = re.compile(r"([\\`*_{}\[\]<>()#+!|~&$^=-]|:(?=//)|(?<=www)\.)", re.IGNORECASE)
"""Also what makes a link of a bare address."""


def _escaped(text: str) -> str:
    """Return `text` so that nothing in it is taken for Markdown or HTML."""
    return _MARKING.sub(r"\\\1", harmless(text))


def variables(report: Report, pictures: Pictures) -> dict[str, str]:
    """Return what stands for each variable of a template; what a report has nothing for is a dash."""
    told = tables(report) | {"facts": _facts(report)}
    facts = {fact.name: fact for section in report.sections for fact in section.facts}
    since, until = days(report)
    charts = {name.upper(): name for name in _names("report_chart")} | PICTURES
    named = {f"{name.upper()}_TABLE": name for name in (*_names("report_figure"), *told)} | TABLES
    return {
        **{variable: next(iter(pictures.get(name, ())), NOTHING) for variable, name in charts.items()},
        **{
            variable: table_as_markdown(told[name]) if name in told else NOTHING
            for variable, name in named.items()
        },
        **{
            variable: shown(facts[name].value, facts[name].unit) if name in facts else NOTHING
            for variable, name in TOTALS.items()
        },
        "START_DATE": since,
        "END_DATE": until,
        "NOTES": notes_as_markdown(report),
    }


def _names(part: str) -> list[str]:
    """Return what reports may have, as the catalogue names it."""
    return [key.partition(".")[2] for key in catalogue() if key.startswith(f"{part}.")]


def _facts(report: Report) -> Table:
    """Return the facts of all sections, each written in its own unit."""
    return table(
        ("section", "fact", "amount"),
        (
            (
                phrase(f"report_section.{section.name}"),
                phrase(f"report_fact.{fact.name}"),
                shown(fact.value, fact.unit, report.currency),
            )
            for section in report.sections
            for fact in section.facts
        ),
    )


_PICTURE = re.compile(r"!\[[^\]]*\]\([^()$]*\$(?:\{(?P<braced>\w+)\}|(?P<bare>\w+))[^()$]*\)")
"""A picture whose path is a variable."""


def filled(template: str, values: Mapping[str, str]) -> tuple[str, list[str]]:
    """Return the template with its variables filled, and the names of those that are not known and stay.

    A picture that is not there leaves nothing behind.
    """
    unknown = sorted(set(Template(template).get_identifiers()) - set(values))
    there = _PICTURE.sub(
        lambda found: "" if values.get(found["braced"] or found["bare"]) == NOTHING else found[0], template
    )
    return Template(there).safe_substitute(values), unknown
