"""``bacct``: what finished jobs took, added up while they come.

Source: bacct(1); times are seconds, a job's wait is that before its last start, its turnaround from submission to end.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import tzinfo

from jobcast.batch.record import Step, StepState
from jobcast.batch.screens.lsf.job import called, cpu_time, hosts, name, ran_for
from jobcast.batch.screens.lsf.job_at_length import RULE
from jobcast.batch.screens.lsf.words import long_date, memory, short_date, wrapped
from jobcast.printable import printable


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """What one finished job adds."""

    done: bool
    """Whether it ended well."""
    cpu: float
    """Seconds, as the next three."""
    wait: float
    turnaround: float
    run: float
    ended: float
    """Second of the epoch."""

    @property
    def hog(self) -> float:
        """Return the CPU time for each second of turnaround."""
        return self.cpu / self.turnaround if self.turnaround else 0.0

    @property
    def expansion(self) -> float | None:
        """Return the turnaround for each second of running, of which one counts at least; None where it never ran."""
        return max(self.turnaround / max(self.run, 1.0), 1.0) if self.run else None


def figures(step: Step) -> Figures:
    """Return what a finished step adds."""
    ended = step.ended if step.ended is not None else step.since
    started = step.dispatched if step.dispatched is not None else ended
    return Figures(
        done=step.state is StepState.COMPLETED and step.exit_code == 0,
        cpu=cpu_time(step),
        wait=max(started - step.at, 0.0),
        turnaround=max(ended - step.at, 0.0),
        run=ran_for(step, ended),
        ended=ended,
    )


# Not frozen: it grows with each job.
@dataclass(kw_only=True, slots=True)
class Spread:
    """Sum, least and most of one figure."""

    total: float = 0.0
    least: float = 0.0
    most: float = 0.0
    count: int = 0

    def add(self, value: float) -> None:
        """Count one value."""
        self.least = min(self.least, value) if self.count else value
        self.most = max(self.most, value)
        self.total += value
        self.count += 1

    @property
    def mean(self) -> float:
        """Return the mean; 0 of none."""
        return self.total / self.count if self.count else 0.0


@dataclass(kw_only=True, slots=True)
class Account:
    """Finished jobs added up. Not frozen, for the same reason."""

    done: int = 0
    exited: int = 0
    cpu: Spread = field(default_factory=Spread)
    wait: Spread = field(default_factory=Spread)
    turnaround: Spread = field(default_factory=Spread)
    run: Spread = field(default_factory=Spread)
    hog: Spread = field(default_factory=Spread)
    expansion: Spread = field(default_factory=Spread)
    first: float = 0.0
    """Second of the epoch of the earliest end."""
    last: float = 0.0
    """And of the latest."""

    def add(self, step: Step) -> None:
        """Count a finished step."""
        found = figures(step)
        self.first = min(self.first, found.ended) if self.jobs else found.ended
        self.last = max(self.last, found.ended)
        self.done += found.done
        self.exited += not found.done
        for what in ("cpu", "wait", "turnaround", "run", "hog"):
            getattr(self, what).add(getattr(found, what))
        if found.expansion is not None:
            self.expansion.add(found.expansion)

    @property
    def jobs(self) -> int:
        """Return how many were counted."""
        return self.done + self.exited


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """Which jobs were asked for, in LSF's words; empty for all."""

    users: str = ""
    projects: str = ""
    queues: str = ""
    hosts: str = ""
    states: str = "completed normally or exited"
    span: str = ""
    """E.g. ``completed between  Thu Jan  1 ...  and ...``."""


def heading(asked: Asked) -> Iterator[str]:
    """Yield what stands above the figures."""
    yield ""
    yield "Accounting information about jobs that are: "
    yield f"  - submitted by {f'users {printable(asked.users)}' if asked.users else 'all users'}, "
    yield f"  - accounted on {f'projects {printable(asked.projects)}' if asked.projects else 'all projects'}."
    yield f"  - {asked.states}"
    yield f"  - executed on {f'hosts {printable(asked.hosts)}' if asked.hosts else 'all hosts'}."
    yield f"  - submitted to {f'queues {printable(asked.queues)}' if asked.queues else 'all queues'}."
    if asked.span:
        yield f"  - {asked.span}"
    yield RULE
    yield ""


def summary(account: Account, zone: tzinfo) -> Iterator[str]:
    """Yield the summary; the throughput is that between the first end and the last."""
    yield "SUMMARY:      ( time unit: second ) "
    yield f" Total number of done jobs:  {account.done:12d}      Total number of exited jobs: {account.exited:8d}"
    yield from _spread("CPU time", account.cpu, "consumed", 1)
    yield f" Total wait time in queues:  {account.wait.total:12.1f}"
    yield f" Average wait time in queue: {account.wait.mean:12.1f}"
    yield (
        f" Maximum wait time in queue: {account.wait.most:12.1f}      "
        f"Minimum wait time in queue:  {account.wait.least:8.1f}"
    )
    yield f" Average turnaround time:    {account.turnaround.mean:12.0f} (seconds/job)"
    yield (
        f" Maximum turnaround time:    {account.turnaround.most:12.0f}      "
        f"Minimum turnaround time:     {account.turnaround.least:8.0f}"
    )
    for title, spread, ratio in (
        ("hog factor", account.hog, "cpu time / turnaround time"),
        ("expansion factor", account.expansion, "turnaround time / run time"),
    ):
        yield f" Average {title} of a job: {spread.mean:8.2f} ( {ratio} )"
        yield f" Maximum {title} of a job: {spread.most:8.2f}      Minimum {title} of a job: {spread.least:8.2f}"
    yield from _spread("Run time", account.run, "consumed", 0)
    if account.jobs:
        hours = (account.last - account.first) / 3600
        rate = account.jobs / hours if hours else 0.0
        yield f" Total throughput:           {rate:12.2f} (jobs/hour)  during {hours:8.2f} hours"
        yield (
            f" Beginning time:       {short_date(account.first, zone)}      "
            f"Ending time:          {short_date(account.last, zone)}"
        )
    yield ""


def _spread(title: str, spread: Spread, what: str, digits: int) -> Iterator[str]:
    yield (
        f" {f'Total {title} {what}:':<27} {spread.total:12.{digits}f}      "
        f"{f'Average {title} {what}:':<28} {spread.mean:8.{digits}f}"
    )
    yield (
        f" {f'Maximum {title} of a job:':<27} {spread.most:12.{digits}f}      "
        f"{f'Minimum {title} of a job:':<28} {spread.least:8.{digits}f}"
    )


def at_length(step: Step, zone: tzinfo) -> Iterator[str]:
    """Yield the lines of ``bacct -l`` about one finished step."""
    job, notes, found = step.submitted.job, step.submitted.notes, figures(step)
    parts = {
        "Job Name": name(step) if notes.name or job.array else "",
        "User": printable(job.user),
        "Project": printable(job.project),
        "Status": "DONE" if found.done else "EXIT",
        "Queue": printable(job.queue),
        "Command": printable(notes.command),
        "Job Description": printable(notes.comment),
    }
    told = ", ".join(
        (f"Job <{called(step)}>", *(f"{title} <{text}>" for title, text in parts.items() if text))
    )
    lines = [told, f"{long_date(step.at, zone)}: Submitted from host <{printable(notes.host)}>;"]
    if step.dispatched is not None and step.allocation:
        where = "".join(f" <{host}>" for host in hosts(step.allocation))
        lines.append(f"{long_date(step.dispatched, zone)}: Dispatched to{where};")
    ending = "Completed <done>" if found.done else f"Completed <exit>{_code(step)}"
    lines.append(f"{long_date(found.ended, zone)}: {ending}.")
    yield ""
    for line in lines:
        yield from wrapped(line, 21)
    yield ""
    yield "Accounting information about this job:"
    yield "     CPU_T     WAIT     TURNAROUND   STATUS     HOG_FACTOR    MEM    SWAP"
    peaks = [_peak(amount) for amount in (step.consumed.memory_peak, step.consumed.virtual_peak)]
    yield (
        f"{found.cpu:10.2f}{found.wait:9.0f}{found.turnaround:15.0f}     {'done' if found.done else 'exit'}"
        f"{found.hog:15.4f}{peaks[0]:>7}{peaks[1]:>8}"
    )
    yield RULE


def _code(step: Step) -> str:
    return f"; exit code {step.exit_code}" if step.exit_code else ""


def _peak(amount: int | None) -> str:
    if amount is None:
        return "-"
    figure, unit = memory(amount).split(" ")
    return figure + unit[0]
