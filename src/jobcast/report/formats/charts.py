"""Charts as plain values for whoever draws them: the page's script, or matplotlib.

A text is a string where it is the same in both languages, else a list of the English and the Chinese one.
Amounts on logarithmic axes are whole numbers of steps, so many to a doubling from 1.
"""

import re
from math import log2
from typing import Any

from jobcast.language import LANGUAGES, Phrase, phrase, speaking
from jobcast.report.base import (
    Bars,
    Cell,
    Chart,
    Density,
    Figure,
    Histograms,
    Lines,
    Report,
    Ring,
    Table,
    Unit,
    unit_of,
)
from jobcast.report.formats.data import figures
from jobcast.report.formats.figures import plain

Text = str | list[str]


def specs(report: Report) -> dict[str, dict[str, Any]]:
    """Return every chart of the report that has something to show, by name."""
    drawn = ((chart, spec(chart, figure)) for figure in figures(report) for chart in figure.charts)
    return {chart.name: one for chart, one in drawn if one}


def spec(chart: Chart, figure: Figure) -> dict[str, Any]:
    """Return what a chart shows; nothing where there is nothing to show."""
    table = figure.table
    if not _has_something(chart, table):
        return {}
    shown: dict[str, Any]
    match chart:
        case Bars() | Lines():
            shown = _rows(chart, table)
        case Ring():
            shown = _slices(chart, table)
        case Density():
            shown = _cells(chart, table)
        case Histograms():
            shown = _people(chart, table)
    return {
        "kind": type(chart).__name__.lower(),
        "title": text(phrase(f"report_chart.{chart.name}")),
        **shown,
    }


def _has_something(chart: Chart, table: Table) -> bool:
    """Tell whether any bar, line, slice or cell would be seen."""
    match chart:
        case Bars() | Lines() | Histograms():
            return any(cell for name in chart.series for cell in table.column(name))
        case Ring():
            return any(table.column(chart.value))
        case Density():
            return bool(table.rows)


def text(value: Cell) -> Text:
    """Return a text in both languages."""
    if not isinstance(value, Phrase):
        return "" if value is None else str(value)
    said = []
    for language in LANGUAGES:
        with speaking(language):
            said.append(value.say())
    return said[0] if len(set(said)) == 1 else said


def _heading(name: str) -> Text:
    return text(phrase(f"report_column.{name}"))


def _axis(name: str) -> dict[str, Any]:
    """Return an axis, called without its unit where each tick has one of its own, such as MiB or TiB."""
    unit, called = unit_of(name), _heading(name)
    if unit is Unit.GIB:
        called = _bare(called) if isinstance(called, str) else [_bare(one) for one in called]
    return {"name": called, "unit": unit.value}


def _bare(heading: str) -> str:
    return re.sub(f"(, |，){Unit.GIB}$", "", heading)


def _rows(chart: Bars | Lines, table: Table) -> dict[str, Any]:
    return {
        "unit": unit_of(chart.series[0]).value,
        "rows": [text(row[0]) for row in table.rows],
        "series": [
            {"name": _heading(name), "values": [plain(cell) for cell in table.column(name)]}
            for name in chart.series
        ],
        "limit": chart.limit,
        **({"stacked": True} if isinstance(chart, Bars) and chart.stacked else {}),
    }


def _slices(chart: Ring, table: Table) -> dict[str, Any]:
    amounts = [float(cell) for cell in table.column(chart.value) if isinstance(cell, int | float)]
    slices = [[text(row[0]), plain(amount)] for row, amount in zip(table.rows, amounts, strict=True)]
    rest = sum(amounts[chart.first :])
    if rest > 0:
        slices[chart.first :] = [[text(phrase("report.the_rest")), plain(rest)]]
    return {"unit": unit_of(chart.value).value, "slices": slices}


def _steps(amount: Cell, steps: int) -> int:
    return round(log2(float(amount)) * steps) if isinstance(amount, int | float) else 0


def _cells(chart: Density, table: Table) -> dict[str, Any]:
    columns = (table.column(name) for name in (chart.across, chart.up, chart.jobs))
    return {
        "across": _axis(chart.across),
        "up": _axis(chart.up),
        "jobs": _heading(chart.jobs),
        "diagonal": text(phrase("report.diagonal")),
        "steps": chart.steps,
        "cells": [
            [_steps(across, chart.steps), _steps(up, chart.steps), jobs]
            for across, up, jobs in zip(*columns, strict=True)
        ],
    }


def _people(chart: Histograms, table: Table) -> dict[str, Any]:
    bars: dict[str, list[list[Any]]] = {name: [] for name in chart.subtitles}
    columns = (table.column(name) for name in (chart.across, *chart.series))
    for row, across, *values in zip(table.rows, *columns, strict=True):
        bars[str(row[0])].append([_steps(across, chart.steps), *values])
    return {
        "across": _axis(chart.across),
        "unit": unit_of(chart.series[0]).value,
        "series": [_heading(name) for name in chart.series],
        "steps": chart.steps,
        "people": [
            {
                "name": name,
                "subtitle": text(subtitle),
                "limit": log2(chart.limits[name]),
                "bars": bars[name],
            }
            for name, subtitle in chart.subtitles.items()
        ],
    }
