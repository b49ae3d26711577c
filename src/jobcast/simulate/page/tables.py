"""The figures of a run, as they stand in its page."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jobcast.language import Phrase, phrase
from jobcast.report.formats.figures import NOTHING, harmless
from jobcast.simulate.compare import OTHERS, OVERALL
from jobcast.simulate.metrics import Figures, meant
from jobcast.simulate.page.course import Course
from jobcast.simulate.page.heat import Heat
from jobcast.simulate.page.window import Window
from jobcast.simulate.run import Facts
from jobcast.units import format_amount, format_duration

Cell = str | Phrase
_OF_GROUPS = ("jobs", "mean_wait_s", "p95_wait_s", "max_wait_s", "mean_bounded_slowdown", "core_hours")
_IF_ANY = ("killed", "preempted", "refused")
"""Figures that are left out where they are 0."""
MOST_ROWS = 400
"""Of a table that is shown; a page says how many it leaves out."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """Cells for people."""

    headings: tuple[Cell, ...]
    """Of the columns."""
    rows: tuple[tuple[Cell, ...], ...]
    """At most `MOST_ROWS`; the first cell names the row."""
    count: int
    """How many rows there would be."""


def figure(name: str, value: float | None) -> str:
    """Write a figure for people, in the unit that its name ends in."""
    if value is None:
        return NOTHING
    if name.endswith("_s"):
        return format_duration(value)
    return f"{value:.1%}" if name == "utilisation" else format_amount(value)


def facts_shown(facts: Facts) -> list[tuple[Phrase, str]]:
    """Return the figures of the whole run by what they are called."""
    metrics = facts.metrics
    values = {
        **{name: getattr(metrics.overall, name) for name in OVERALL},
        **{name: getattr(metrics, name) for name in OTHERS},
    }
    return [
        (Phrase(f"figure.{name}"), figure(name, value))
        for name, value in values.items()
        if value or name not in _IF_ANY
    ]


def groups(facts: Facts) -> Iterator[tuple[Phrase, Table]]:
    """Yield the figures of `Facts.groups`."""
    for kind, figures in facts.groups.items():
        heading = phrase(f"simulate_group.{kind}")
        yield heading, _grouped(heading, figures)


def _grouped(heading: Phrase, figures: Mapping[str, Figures]) -> Table:
    return _table(
        (heading, *(Phrase(f"figure.{name}") for name in _OF_GROUPS)),
        [
            (harmless(name) or NOTHING, *(figure(each, getattr(one, each)) for each in _OF_GROUPS))
            for name, one in figures.items()
        ],
    )


def conventions(facts: Facts) -> list[tuple[Phrase, Phrase]]:
    """Return what each figure means."""
    values = {
        "threshold": f"{facts.metrics.threshold_s:g}",
        "processors": f"{facts.trace.processors:,}",
    }
    return [
        (Phrase(f"convention_name.{name}"), Phrase(f"convention.{text}", tuple(values.items())))
        for name, text in meant(facts.setup).items()
    ]


def of_jobs(view: Window, time: Any) -> Table:
    """Return the jobs that are drawn; `time` writes a second."""
    columns = ("id", "user", "queue", "cores", "submit", "start", "finish", "wait")
    return _table(
        (
            phrase("run_page.job"),
            phrase("run_page.user"),
            phrase("run_page.queue"),
            phrase("run_page.cores"),
            phrase("run_page.submitted"),
            phrase("run_page.started"),
            phrase("run_page.ended"),
            phrase("run_page.waited"),
        ),
        [
            (
                *(harmless(name or "") or NOTHING for name in row[:3]),
                f"{row[3]:,}",
                *map(time, row[4:7]),
                format_duration(row[7]),
            )
            for row in view.jobs.head(MOST_ROWS).select(*columns).iter_rows()
        ],
        count=len(view.jobs),
    )


def of_course(over: Course, time: Any) -> Table:
    """Return what went on in each part of the time."""
    used = sum(over.used.values())
    columns = (used, over.asked, over.waiting, over.most_waiting, over.running)
    return _table(
        (
            phrase("run_page.from"),
            phrase("run_page.cores_used"),
            phrase("run_page.asked"),
            phrase("run_page.waiting"),
            phrase("run_page.most_waiting"),
            phrase("run_page.running"),
        ),
        [
            (time(int(edge)), *(format_amount(round(float(values[place]), 3)) for values in columns))  # type: ignore[index]
            for place, edge in enumerate(over.edges[:-1])
        ],
    )


def of_machines(told: Heat, names: Sequence[str]) -> Table:
    """Return how busy each machine was over the whole run."""
    busy = told.busy.mean(axis=1)
    return _table(
        (
            phrase("run_page.machine"),
            phrase("run_page.processors"),
            phrase("run_page.jobs"),
            phrase("run_page.busy"),
        ),
        [
            (name, f"{told.processors[place]:,}", f"{told.jobs[place]:,}", f"{busy[place]:.1%}")
            for place, name in enumerate(names)
        ],
    )


def _table(
    headings: tuple[Cell, ...], rows: Sequence[tuple[Cell, ...]], *, count: int | None = None
) -> Table:
    return Table(headings=headings, rows=tuple(rows[:MOST_ROWS]), count=len(rows) if count is None else count)
