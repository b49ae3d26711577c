"""From the history to one `Report`, which all formats show."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from jobcast.report import cpu, forecasts, memory, notes, overview, time
from jobcast.report.answers import Collect
from jobcast.report.base import Report, Section
from jobcast.report.failures import section as failures
from jobcast.report.measures import measured
from jobcast.report.scope import Scope

Progress = Callable[[str], None]

SECTIONS = ("overview", "memory", "cpu", "time", "failures", "forecasts")
"""In the order in which they are read."""

_NOTES_ON = {"memory_": "memory", "cores_": "cpu", "limit_": "time"}
"""How the findings of notes begin, to the section to which they belong."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reader:
    """How the history is read."""

    collect: Collect = pl.collect_all
    """`Store.collect_all`, which explains a damaged file, or Polars' own."""
    progress: Progress = lambda name: None  # noqa: ARG005 - nobody listens
    """Hears the name of each section before its jobs are read."""

    def ask(self, name: str, questions: Mapping[str, pl.LazyFrame]) -> dict[str, pl.DataFrame]:
        """Return the answers to the `questions` of a section, under the same names."""
        self.progress(name)
        return dict(zip(questions, self.collect(list(questions.values())), strict=True))


def summarise(
    jobs: pl.LazyFrame,
    scope: Scope,
    *,
    made: datetime,
    sections: Sequence[str] = SECTIONS,
    reader: Reader | None = None,
) -> Report:
    """Return what is found in `jobs` (in `jobcast.history.SCHEMA`), counted as `scope` says.

    Notes are on what the sections are about; where none of these has notes, they are on all. The jobs are read
    once for each section and never held at once. Raises what the `reader` raises.
    """
    measures = measured(scope.of(jobs))
    reader = reader or Reader()
    ask = reader.ask

    makers: dict[str, Callable[[], Section]] = {
        "overview": lambda: overview.section(
            ask("overview", overview.questions(measures, scope.period)), scope.period, scope.prices
        ),
        "memory": lambda: memory.section(ask("memory", memory.questions(measures))),
        "cpu": lambda: cpu.section(ask("cpu", cpu.questions(measures))),
        "time": lambda: time.section(ask("time", time.questions(measures))),
        "failures": lambda: failures.section(
            ask("failures", failures.questions(measures, scope.period, reader.collect)),
            scope.period,
            scope.prices,
        ),
        "forecasts": lambda: forecasts.section(
            ask("forecasts", forecasts.questions(measures, scope.period)), scope.period, scope.risk
        ),
    }
    made_sections = tuple(makers[name]() for name in SECTIONS if name in sections or name == "overview")
    about = tuple(beginning for beginning, section in _NOTES_ON.items() if section in sections)
    asked = notes.questions(measures, scope.advising, reader.collect)
    found = notes.notes(ask("notes", asked), scope.advising, scope.prices, about or ("",))
    return Report(
        period=scope.period,
        filters={column: values for column, values in scope.filters.items() if values},
        made=made,
        currency=scope.prices.currency,
        jobs=int(made_sections[0].facts[0].value or 0),
        notes=found,
        sections=made_sections,
    )
