"""What a report is made of: values that every format shows in its own way.

A `Report` has sections, a `Section` has facts and figures, and a `Figure` is one table with the charts drawn
from its columns. Whatever depends on the language is kept as `Phrase`, so that one report can speak several.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum

from jobcast.language import Phrase

Cell = str | float | int | Phrase | None
"""What stands in a table: a name from the history, an amount in its column's unit, or a text of ours."""


class Unit(StrEnum):
    """What the figures of a column count. Memory is binary; shares lie between 0 and 1."""

    TEXT = "text"
    JOBS = "jobs"
    GIB = "GiB"
    TIB = "TiB"
    GIB_HOURS = "GiB·h"
    TIB_HOURS = "TiB·h"
    SHARE = "share"
    RATIO = "ratio"
    CORES = "cores"
    CORE_HOURS = "core·h"
    GPU_HOURS = "GPU·h"
    HOURS = "h"
    MONEY = "money"
    COUNT = "count"


_UNITS = {
    "tib_h": Unit.TIB_HOURS,
    "gib_h": Unit.GIB_HOURS,
    "core_h": Unit.CORE_HOURS,
    "gpu_h": Unit.GPU_HOURS,
    "tib": Unit.TIB,
    "gib": Unit.GIB,
    "h": Unit.HOURS,
    "cores": Unit.CORES,
    "share": Unit.SHARE,
    "ratio": Unit.RATIO,
    "money": Unit.MONEY,
    "jobs": Unit.JOBS,
    "count": Unit.COUNT,
}
"""By the end of a name, the longer ends first."""


def unit_of(name: str) -> Unit:
    """Return what the figures called `name` count, as the name's end tells; a name without is a text."""
    return next((unit for end, unit in _UNITS.items() if name == end or name.endswith(f"_{end}")), Unit.TEXT)


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """One column of a table."""

    name: str
    """As it stands in JSON and CSV, its unit at its end; its heading is the text ``report_column.NAME``."""

    @property
    def unit(self) -> Unit:
        """Return what its figures count."""
        return unit_of(self.name)


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """Figures in rows; the first column names the row."""

    columns: tuple[Column, ...]
    """In the order in which they are shown."""
    rows: tuple[tuple[Cell, ...], ...]
    """A cell is None where there is no such figure."""

    def column(self, name: str) -> list[Cell]:
        """Return the cells of the column `name`."""
        place = [column.name for column in self.columns].index(name)
        return [row[place] for row in self.rows]


def table(names: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Table:
    """Return a table of `rows` under columns of these names."""
    return Table(columns=tuple(Column(name=name) for name in names), rows=tuple(tuple(row) for row in rows))


@dataclass(frozen=True, kw_only=True, slots=True)
class Bars:
    """For each row of the table a group of bars, one for each of some columns."""

    name: str
    """Of the picture's file; its title is the text ``report_chart.NAME``."""
    series: tuple[str, ...]
    """The columns drawn."""
    limit: float | None = None
    """Where a line is drawn across, in the unit of the columns."""
    stacked: bool = False
    """One bar for each row, in which the columns stand on each other: parts of a whole."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Lines:
    """Columns as lines over the rows, which are days or weeks."""

    name: str
    """Of the picture's file; its title is the text ``report_chart.NAME``."""
    series: tuple[str, ...]
    """The columns drawn."""
    limit: float | None = None
    """Where a line is drawn across, in the unit of the columns."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ring:
    """The shares of the rows in the total of one column; beyond the first ones they are put together."""

    name: str
    """Of the picture's file; its title is the text ``report_chart.NAME``."""
    value: str
    """The column whose total is shared."""
    first: int
    """How many rows are told apart."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Density:
    """How many jobs lie where, on two logarithmic axes, with the diagonal on which both are equal."""

    name: str
    """Of the picture's file; its title is the text ``report_chart.NAME``."""
    across: str
    """The column with the lower bound of a cell along the horizontal axis."""
    up: str
    """The column with the lower bound of a cell along the vertical axis."""
    jobs: str
    """The column with the number of jobs in a cell."""
    steps: int
    """Cells to a doubling, on both axes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Histograms:
    """A histogram on a logarithmic axis for each of the names in the first column, one shown at a time."""

    name: str
    """Of the pictures' files; its title is the text ``report_chart.NAME``."""
    across: str
    """The column with the lower bound of a bar."""
    series: tuple[str, ...]
    """The columns drawn."""
    steps: int
    """Bars to a doubling."""
    subtitles: Mapping[str, Phrase]
    """What is said of each name."""
    limits: Mapping[str, float]
    """Where a line is drawn for each name, in the unit of `across`."""


Chart = Bars | Lines | Ring | Density | Histograms


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """A table, and the charts that show it."""

    name: str
    """As it stands in JSON and CSV; its title is the text ``report_figure.NAME``."""
    table: Table
    """Every figure that a chart shows stands here."""
    charts: tuple[Chart, ...] = ()
    """None where people would rather read than look."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """One figure that is told by itself."""

    name: str
    """As it stands in JSON, its unit at its end; its text is ``report_fact.NAME``."""
    value: float | None
    """In the unit at the end of the name; None where nothing is known."""

    @property
    def unit(self) -> Unit:
        """Return what it counts."""
        return unit_of(self.name)


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """One part of a report."""

    name: str
    """Its title is the text ``report_section.NAME``."""
    facts: tuple[Fact, ...] = ()
    """What is to be known first."""
    figures: tuple[Figure, ...] = ()
    """Empty where there is nothing to show; a remark then says why."""
    remarks: tuple[Phrase, ...] = ()
    """Which jobs are counted, which are left out, and why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """One finding about jobs of one kind, and what to write next time."""

    user: str | None
    """Whose jobs they are; None where the history doesn't tell."""
    kind: str
    """Job name with its digits masked, or the program where a job has none."""
    queue: str | None
    """Where they ran."""
    system: str
    """The batch system, in whose words `flag` is."""
    finding: str
    """What is wrong, one of `jobcast.report.rules.RULES`."""
    runs: int
    """How many jobs it is about."""
    text: Phrase
    """The finding with its amounts, as a sentence."""
    flag: str
    """What to write next time."""
    gib_hours: float
    """Memory times time that would have been free for others; 0 where it is not about memory."""
    core_hours: float
    """Core hours that would have been free for others; 0 where it is not about cores."""
    weight: float
    """By which notes are ordered: money, or the amounts as shares of all that was held, added up."""
    money: float = 0.0
    """What both amounts cost; 0 where the site charges nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Period:
    """Which jobs a report is about."""

    since: datetime
    """The first moment, in UTC, at which a job may have finished."""
    until: datetime
    """Jobs finished before it, in UTC."""
    zone: tzinfo
    """In whose days the period is told and cut."""


class About(StrEnum):
    """What a report counts."""

    JOBS = "jobs"
    """Finished jobs."""
    SUBMISSIONS = "submissions"
    """What hooks were answered."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """Everything found, for one format to show."""

    period: Period
    """When the jobs finished."""
    filters: Mapping[str, Sequence[str]]
    """Column to the values that passed; empty where all did."""
    made: datetime
    """When it was made, in UTC."""
    currency: str
    """Behind amounts of money; empty where nothing is charged."""
    jobs: int
    """How many jobs, or submissions, it is about."""
    notes: tuple[Note, ...]
    """The people who can save most first, and for each the largest first."""
    sections: tuple[Section, ...]
    """In the order in which they are read."""
    about: About = About.JOBS
    """Jobs get notes; submissions don't."""
