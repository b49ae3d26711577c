"""``llsummary``: reports on steps that are over, added up while they come, so that memory doesn't grow with them.

"llsummary - Return job resource information for accounting" in Using and Administering LoadLeveler. A day, week or
month is that of a step's end. Jobs are counted once in each line, for which a few bytes are kept of each.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum

from jobcast.batch.record import Step
from jobcast.batch.screens.loadleveler import llq
from jobcast.batch.screens.loadleveler.amounts import days_clock
from jobcast.batch.screens.loadleveler.columns import fitted
from jobcast.batch.screens.loadleveler.llq_long import NO_GROUP
from jobcast.batch.screens.loadleveler.llq_usage import cpu_seconds
from jobcast.printable import cell_width, printable

UNDEFINED = "(undef)"
"""A ratio to nothing."""
NO_ACCOUNT = "NONE"
NO_NAME = "(none)"
_NAME_WIDTH = 12


class Report(StrEnum):
    """What is told of each line (``-r``)."""

    RESOURCE = "resource"
    AVERAGE = "avgthroughput"
    MAXIMUM = "maxthroughput"
    MINIMUM = "minthroughput"


def _at(step: Step, zone: tzinfo) -> datetime:
    return datetime.fromtimestamp(step.since if step.ended is None else step.ended, zone)


def _week(step: Step, zone: tzinfo) -> datetime:
    at = _at(step, zone)
    return at - timedelta(days=at.weekday())


Key = Callable[[Step, tzinfo], tuple[str, str]]
"""From a step to what its line is sorted by, and to the name of its line."""


def _named(name: Callable[[Step], str], otherwise: str = NO_NAME) -> Key:
    def key(step: Step, zone: tzinfo) -> tuple[str, str]:  # noqa: ARG001 - names have no time
        found = name(step) or otherwise
        return found, found

    return key


def _dated(date: Callable[[Step, tzinfo], datetime], sort: str, shown: str) -> Key:
    def key(step: Step, zone: tzinfo) -> tuple[str, str]:
        at = date(step, zone)
        return at.strftime(sort), at.strftime(shown)

    return key


SECTIONS: Mapping[str, tuple[str, Key]] = {
    "user": ("Name", _named(lambda step: step.submitted.job.user)),
    "group": ("Group", _named(lambda step: step.submitted.job.group, NO_GROUP)),
    "unixgroup": ("UnixGroup", _named(lambda step: step.submitted.notes.unix_group)),
    "class": ("Class", _named(lambda step: step.submitted.job.queue)),
    "account": ("Account", _named(lambda step: step.submitted.job.project, NO_ACCOUNT)),
    "day": ("Day", _dated(_at, "%Y%m%d", "%m/%d/%Y")),
    "week": ("Week", _dated(_week, "%Y%m%d", "%m/%d/%Y")),
    "month": ("Month", _dated(_at, "%Y%m", "%m/%Y")),
    "jobid": ("JobId", _named(llq.job_of)),
    "jobname": ("JobName", _named(llq.job_name)),
    "allocated": ("Allocated", _named(llq.running_on)),
    "comment": ("Comment", _named(lambda step: step.submitted.notes.comment)),
}
"""Section to its title and its lines; the last one is jobcast's own, for sites whose comment names the model."""
BY_DEFAULT = ("user", "class", "group", "account")
"""Sections of the standard listing."""


@dataclass(slots=True)
class _Jobs:
    """Jobs that were seen, a bit for each number; ids that end in no number are kept as they are."""

    chunks: dict[tuple[str, int], int] = field(default_factory=dict)
    others: set[str] = field(default_factory=set)
    count: int = 0

    def add(self, job: str) -> None:
        host, _, digits = job.rpartition(".")
        if not (digits.isascii() and digits.isdigit()):
            self.count += job not in self.others
            self.others.add(job)
            return
        chunk, bit = divmod(int(digits), 1024)
        known = self.chunks.get((host, chunk), 0)
        self.count += not known >> bit & 1
        self.chunks[host, chunk] = known | 1 << bit


@dataclass(slots=True)
class _Spread:
    """Average and extremes of one time."""

    total: float = 0.0
    least: float = float("inf")
    most: float = 0.0

    def add(self, seconds: float) -> None:
        self.total += seconds
        self.least = min(self.least, seconds)
        self.most = max(self.most, seconds)


@dataclass(slots=True)
class Line:
    """What is added up for one line, or for the total of a section."""

    jobs: _Jobs = field(default_factory=_Jobs)
    steps: int = 0
    job_cpu: float = 0.0
    starter_cpu: float = 0.0
    ran: int = 0
    """Steps that ran for some time; throughput is told of these."""
    queued: _Spread = field(default_factory=_Spread)
    real: _Spread = field(default_factory=_Spread)
    cpu: _Spread = field(default_factory=_Spread)

    def add(self, step: Step) -> None:
        """Add a step."""
        every = [step.consumed, *(run.consumed for run in step.runs)]
        job_cpu = sum(cpu_seconds(one) or 0.0 for one in every)
        self.jobs.add(llq.job_of(step))
        self.steps += 1
        self.job_cpu += job_cpu
        self.starter_cpu += sum(one.starter_cpu or 0.0 for one in every)
        if step.began is not None and step.ended is not None and step.ended > step.began:
            self.ran += 1
            self.queued.add(max(step.began - step.at, 0.0))
            self.real.add(step.ended - step.began)
            self.cpu.add(job_cpu)


@dataclass(slots=True)
class Section:
    """One report by one thing, while steps are added up."""

    name: str
    lines: dict[tuple[str, str], Line] = field(default_factory=dict)
    total: Line = field(default_factory=Line)

    def add(self, step: Step, zone: tzinfo) -> None:
        """Add a step to its line and to the total."""
        key = SECTIONS[self.name][1](step, zone)
        self.lines.setdefault(key, Line()).add(step)
        self.total.add(step)


def summary(
    steps: Iterable[Step], names: Sequence[str], reports: Sequence[Report], zone: tzinfo
) -> list[str]:
    """Return the reports on steps by sections, one after another, each with its TOTAL line."""
    sections = [Section(name) for name in names]
    for step in steps:
        for section in sections:
            section.add(step, zone)
    return [line for section in sections for report in reports for line in [*_drawn(section, report), ""]][
        :-1
    ]


def _drawn(section: Section, report: Report) -> list[str]:
    lines = [(printable(key[1]), line) for key, line in sorted(section.lines.items())]
    width = max([_NAME_WIDTH, *(cell_width(name) for name, _ in lines)])
    title = SECTIONS[section.name][0]
    heads = _HEADS[report]
    return [
        _row(title, ("Jobs", "Steps", *heads), width),
        *(_row(name, _cells(line, report), width) for name, line in lines),
        _row("TOTAL", _cells(section.total, report), width),
    ]


_HEADS = {
    Report.RESOURCE: ("Job Cpu", "Starter Cpu", "Leverage"),
    Report.AVERAGE: ("AvgQueueTime", "AvgRealTime", "AvgCPUTime"),
    Report.MAXIMUM: ("MaxQueueTime", "MaxRealTime", "MaxCPUTime"),
    Report.MINIMUM: ("MinQueueTime", "MinRealTime", "MinCPUTime"),
}
_WIDTHS = (5, 8, 17, 14, 12)
"""Of the figures behind a name, as in the manual."""


def _row(name: str, cells: Sequence[str], width: int) -> str:
    told = " ".join(f"{cell:>{each}}" for cell, each in zip(cells, _WIDTHS, strict=True))
    return f"{fitted(name, width)} {told}"


def _cells(line: Line, report: Report) -> tuple[str, ...]:
    counts = (str(line.jobs.count), str(line.steps))
    if report is Report.RESOURCE:
        return (*counts, days_clock(line.job_cpu), days_clock(line.starter_cpu), _leverage(line))
    spreads = (line.queued, line.real, line.cpu)
    return (*counts, *(_spread(spread, report, line.ran) for spread in spreads))


def _leverage(line: Line) -> str:
    """Return the ratio of whole seconds, as the manual has it (590 s / 10 s), or of parts where there are none."""
    starter_cpu = round(line.starter_cpu)
    if starter_cpu:
        return f"{round(line.job_cpu) / starter_cpu:.1f}"
    return f"{line.job_cpu / line.starter_cpu:.1f}" if line.starter_cpu else UNDEFINED


def _spread(spread: _Spread, report: Report, ran: int) -> str:
    if not ran:
        return UNDEFINED
    told = {Report.AVERAGE: spread.total / ran, Report.MAXIMUM: spread.most, Report.MINIMUM: spread.least}
    return days_clock(told[report])
