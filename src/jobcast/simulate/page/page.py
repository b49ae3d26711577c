"""The page itself: one file in both languages, from which no request leaves.

It is made as the report's page is (`jobcast.report.formats.html`): only our own scripts may run, and what users
named stands in it as text or as JSON.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
from markupsafe import Markup, escape

import jobcast
from jobcast.language import Phrase, phrase, say
from jobcast.report.formats.figures import harmless
from jobcast.report.formats.html import (
    content_policy,
    environment,
    in_both,
    json_in_page,
    page_file,
    phrase_of,
    words_of_script,
)
from jobcast.simulate.page import charts, tables
from jobcast.simulate.page.course import Course, course
from jobcast.simulate.page.heat import heat
from jobcast.simulate.page.lanes import Rows, rows_of
from jobcast.simulate.page.tables import Table
from jobcast.simulate.page.window import Window, window
from jobcast.simulate.run import Facts, Run
from jobcast.units import format_duration

MOST_MACHINES = 200
"""Machines that are drawn one by one, those first in the cluster's order on which the jobs drawn ran."""
_FOLDER = Path(__file__).parent
_PIXELS_TO_A_MACHINE, _PIXELS_TO_A_PROCESSOR = 18, 4
_LOW, _LOWEST, _HIGHEST = 240, 320, 1_100
"""Pixels of a chart's height."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """A chart with the data that it shows."""

    name: str
    """Of the chart."""
    title: Phrase
    """Above it."""
    about: tuple[Phrase, ...]
    """What is to be known of it."""
    height: int
    """In pixels."""
    spec: dict[str, Any]
    """For the script."""
    table: Table
    """The same for readers."""


def as_page(run: Run, chosen: tuple[int, int] | None = None) -> str:
    """Return the run as one self-contained page, which opens in the language chosen now.

    Where there are too many jobs to draw each, those of the `chosen` time are drawn (seconds from the run's
    origin), else those around the moment at which most waited.
    """
    ran = run.jobs.filter(pl.col("start") >= 0)
    figures = list(_figures(run, ran, chosen)) if len(ran) else []
    title = phrase(
        "run_page.title",
        trace=harmless(run.facts.trace.name),
        policy=harmless(run.facts.setup.get("policy", "")),
    )
    own = {"more_script": (_FOLDER / "run.js").read_text("utf-8")}
    scripts = {"echarts": page_file("echarts/echarts.min.js"), **own, "script": page_file("report.js")}
    return (
        environment(_FOLDER)
        .get_template("run.html")
        .render(
            language=say("report.page_language"),
            policy=content_policy(*scripts.values()),
            title=in_both(title),
            plain_title=title.say(),
            css=Markup(_css(figures)),  # noqa: S704 - a file of ours
            say=lambda key, **values: in_both(phrase_of(key, values)),
            say_plain=lambda key: phrase_of(key, {}).say(),
            words=lambda cell: in_both(cell) if isinstance(cell, Phrase) else escape(cell),
            facts=tables.facts_shown(run.facts),
            setup=_setup(run.facts),
            made=f"{datetime.fromisoformat(run.facts.made):%Y-%m-%d %H:%M} UTC",
            figures=figures,
            groups=list(tables.groups(run.facts)),
            conventions=tables.conventions(run.facts),
            version=jobcast.__version__,
            charts_json=json_in_page({figure.name: figure.spec for figure in figures}),
            words_json=json_in_page(words_of_script(title)),
            **{name: Markup(script) for name, script in scripts.items()},  # noqa: S704 - files of ours
        )
    )


def _css(figures: Sequence[Figure]) -> str:
    """Return the report's style with ours, and the height of each chart, which is another one on paper."""
    heights = (
        f":root:not(.paper) [data-chart={one.name}] {{ height: {one.height}px; }}\n" for one in figures
    )
    return page_file("report.css") + (_FOLDER / "run.css").read_text("utf-8") + "".join(heights)


SETUP = ("policy", "estimates", "correction", "events", "options")
"""What a page tells of how a run was simulated; each has its text, ``run_setup.NAME``."""


def _setup(facts: Facts) -> list[tuple[str, str]]:
    """Return how it was simulated: names of `SETUP`, each with its value as the command line has it."""
    return [(name, harmless(facts.setup[name])) for name in SETUP if name in facts.setup]


def _figures(run: Run, ran: pl.DataFrame, chosen: tuple[int, int] | None) -> Iterator[Figure]:
    facts, over, view = run.facts, course(ran), window(ran, chosen)
    time = _time(facts)
    rows = rows_of(facts.machines, facts.trace.processors, view.jobs, MOST_MACHINES)
    of_course = tables.of_course(over, time)
    spec = charts.gantt(facts, view, rows, run.reservations, tuple(over.used))
    yield Figure(
        name="gantt",
        title=phrase("run_page.gantt"),
        about=tuple(_about_gantt(run, ran, view, rows, spec)),
        height=_height(rows),
        spec=spec,
        table=tables.of_jobs(view, time),
    )
    mean_of = phrase("run_page.mean_of", width=format_duration(over.width))
    yield Figure(
        name="cores",
        title=phrase("run_page.cores_chart"),
        about=(phrase("run_page.about_cores"), mean_of),
        height=_LOWEST,
        spec=charts.cores(facts, over, view),
        table=of_course,
    )
    yield Figure(
        name="asked",
        title=phrase("run_page.asked_chart"),
        about=(phrase("run_page.about_asked"), mean_of),
        height=_LOW,
        spec=charts.asked(facts, over, view),
        table=of_course,
    )
    yield Figure(
        name="jobs",
        title=phrase("run_page.jobs_chart"),
        about=(phrase("run_page.about_jobs"), mean_of),
        height=_LOWEST,
        spec=charts.jobs_over_time(facts, over, view),
        table=of_course,
    )
    if facts.machines and ran["allocation"].null_count() < len(ran):
        yield _heat(facts, ran, over)


def _heat(facts: Facts, ran: pl.DataFrame, over: Course) -> Figure:
    told = heat(ran, facts.machines, over.edges)
    spec = charts.machines(facts, told, over)
    grouped = (
        [phrase("run_page.grouped", machines=f"{len(facts.machines):,}")] if told.first != told.last else []
    )
    return Figure(
        name="heat",
        title=phrase("run_page.heat"),
        about=(phrase("run_page.about_heat"), *grouped),
        height=min(max(_LOWEST, 110 + 14 * len(told.first)), _HIGHEST),
        spec=spec,
        table=tables.of_machines(told, spec["rows"]),
    )


def _height(rows: Rows) -> int:
    wanted = max(_PIXELS_TO_A_MACHINE * len(rows.size_of), _PIXELS_TO_A_PROCESSOR * rows.height)
    return min(max(_LOWEST, 110 + wanted), _HIGHEST)


def _about_gantt(
    run: Run, ran: pl.DataFrame, view: Window, rows: Rows, spec: dict[str, Any]
) -> Iterator[Phrase]:
    """Yield what is shown of a run, and what is not."""
    time = _time(run.facts)
    values = {"shown": f"{len(view.jobs):,}", "jobs": f"{len(ran):,}"}
    if view.whole:
        yield phrase("run_page.all_jobs", jobs=values["jobs"])
    elif view.chosen:
        yield phrase("run_page.chosen_jobs", **values, start=time(view.start), end=time(view.end))
    else:
        yield phrase("run_page.peak_jobs", **values, start=time(view.start), end=time(view.end))
    if "" in rows.size_of:
        yield phrase("run_page.no_machines")
    elif len(rows.size_of) < len(run.facts.machines):
        yield phrase(
            "run_page.some_machines",
            shown=f"{len(rows.size_of):,}",
            machines=f"{len(run.facts.machines):,}",
        )
    if run.reservations is None:
        yield phrase("run_page.no_reservations")
    yield from _about_hatched(spec)
    if spec["pale"]:
        yield phrase("run_page.pale")
    interrupted = view.jobs["preemptions"].to_numpy() > 0
    if interrupted.sum() > len({row for row, _, _ in spec["pale"]}):
        yield phrase("run_page.again")


def _about_hatched(spec: dict[str, Any]) -> Iterator[Phrase]:
    """Yield what hatched blocks are."""
    held = {promise[-1] for promise in spec["promises"]}
    if 0 in held:
        yield phrase("run_page.hatched")
    if 1 in held:
        yield phrase("run_page.held")
    if spec["promised"] > len(spec["promises"]):
        yield phrase(
            "run_page.some_reservations", shown=f"{len(spec['promises']):,}", count=f"{spec['promised']:,}"
        )


def _time(facts: Facts) -> Callable[[int], str]:
    """Return what writes a second of the run: as a date in UTC, or since its beginning where it has no date."""
    told = charts.clock(facts)
    origin = datetime.fromtimestamp(told["origin"], UTC)

    def write(second: int) -> str:
        if told["elapsed"]:
            return format_duration(second)
        return f"{origin + timedelta(seconds=second):%Y-%m-%d %H:%M:%S}"

    return write
