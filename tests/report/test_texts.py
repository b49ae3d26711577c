"""A report says everything in words that exist, and there are no words that no report says."""

import pytest

from jobcast.advice import ChangeKind
from jobcast.language import LANGUAGES, Phrase, catalogue, say, speaking
from jobcast.report.base import Chart, Figure, Section
from jobcast.report.failures.costs import REASONS
from jobcast.report.failures.repeats import ADVICE
from jobcast.report.forecasts import WHO
from jobcast.report.rules import RULES
from jobcast.report.summary import SECTIONS
from tests.report.answered import looked_back
from tests.report.failures.made_up import broken
from tests.report.made_up import report, section

NOTES = {"user", "queue", "kind", "system", "finding", "runs", "text", "flag", "gib_h", "core_h", "money"}
"""Columns of the table of notes."""
FACTS = {"section", "fact", "amount", "currency"}
"""Columns of the table of facts."""
FILTERS = {"user", "project", "queue"}
"""Columns by which jobs are chosen."""


def sections() -> list[Section]:
    """Return the sections of all reports."""
    return [*report().sections, looked_back()]


def figures() -> list[Figure]:
    return [figure for section in sections() for figure in section.figures]


def charts() -> list[Chart]:
    return [chart for figure in figures() for chart in figure.charts]


def names() -> dict[str, set[str]]:
    """Return the names in a full report by the part of the catalogue in which their texts stand."""
    suspecting = section("failures", broken())
    all_figures = [*figures(), *suspecting.figures]
    columns = {column.name for figure in all_figures for column in figure.table.columns}
    return {
        "report_section": {section.name for section in sections()} | {"notes"},
        "report_fact": {fact.name for section in sections() for fact in section.facts},
        "report_figure": {figure.name for figure in all_figures},
        "report_about": {figure.name for figure in all_figures},
        "report_chart": {chart.name for figure in all_figures for chart in figure.charts},
        "report_column": columns | NOTES | FACTS | FILTERS,
        "report_finding": set(RULES),
        "report_reason": set(REASONS),
        "report_repeat": set(ADVICE),
        "report_who": set(WHO),
        "report_change": set(ChangeKind),
    }


def test_each_name_has_a_text_and_each_text_a_name():
    used = names()
    texts = {part: {key.split(".")[1] for key in catalogue() if key.startswith(f"{part}.")} for part in used}
    assert texts == used


def test_a_full_report_has_all_sections_and_each_name_once():
    assert tuple(section.name for section in report().sections) == SECTIONS
    for things in (figures(), charts()):
        assert len(things) == len({thing.name for thing in things})


DRAWN = ("value", "across", "up", "jobs")
"""Attributes of charts that name one column."""


def test_charts_draw_columns_that_their_tables_have():
    for figure in figures():
        told = {column.name for column in figure.table.columns}
        for chart in figure.charts:
            drawn = {getattr(chart, name) for name in DRAWN if hasattr(chart, name)}
            assert drawn | {*getattr(chart, "series", ())} <= told, chart.name


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_of_a_full_report_can_be_said(language):
    sentences = [remark for section in sections() for remark in section.remarks]
    sentences += [note.text for note in report().notes]
    cells = [cell for figure in figures() for row in figure.table.rows for cell in row]
    sentences += [cell for cell in cells if isinstance(cell, Phrase)]
    with speaking(language):
        said = [sentence.say() for sentence in sentences]
        titles = [say(f"report_finding.{note.finding}") for note in report().notes]
    assert all(said + titles)
    assert not [text for text in said if "{" in text]
