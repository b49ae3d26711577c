"""The dated lines of ``bjobs -UF``: when a job was submitted, started and ended, where and how.

Source: bjobs(1) of LSF 10.1, and recorded text of LSF 7 to 10, openlava and volclava.
"""

import re
from dataclasses import dataclass, field

from jobcast.systems.lsf.dates import Calendar
from jobcast.systems.lsf.endings import Ending, done, ended_badly
from jobcast.systems.lsf.finished import hosts_of


# Not frozen: each line adds what it tells.
@dataclass(kw_only=True, slots=True)
class Events:
    """What the dated lines tell; of a job that started twice the last start."""

    submit_time: int | None = None
    """Microseconds since 1970, like the other times; None where no line tells it."""
    start_time: int | None = None
    """None for a job that never ran."""
    finish_time: int | None = None
    """None where no line tells it."""
    cwd: str | None = None
    """Where the job was submitted; None where it is not told."""
    tasks: int = 1
    """As asked for; bjobs says nothing of a single one."""
    requirement: str = ""
    """As the user wrote it with bsub -R."""
    gpus: int | None = None
    """For the whole job, asked for with bsub -gpu; None where none are."""
    hosts: list[str] = field(default_factory=list)
    """Each once, in order; none for a job that never ran."""
    cpu_time: float | None = None
    """Seconds; None where none is told."""
    ending: Ending = field(default_factory=done)
    """How it ended; done unless a line tells otherwise."""


_EVENT = re.compile(
    r"\n(\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d(?: \d{4})?): (?:\[\d+\] )?"
    r"((Submitted|[Ss]tarted|[Dd]ispatched|Done|Exited|Completed|Termination|Resource)\b.*)"
)
_CPU_TIME = re.compile(r"CPU time used is ([\d.]+) second")


def read_events(body: str, calendar: Calendar, *, done: bool) -> Events:
    """Read all dated lines of a finished job, which is `done` or has exited."""
    events = Events()
    endings: list[tuple[str, str]] = []
    for date, text, word in _EVENT.findall(body):
        if word == "Submitted":
            events.submit_time = calendar.moment(date)
            _read_submission(events, text)
        elif word in ("Started", "started", "Dispatched", "dispatched"):
            events.start_time = calendar.moment(date)
            events.hosts = _hosts(text)
        elif word != "Resource":
            endings.append((date, text))
        if cpu_time := _CPU_TIME.search(text):
            events.cpu_time = float(cpu_time[1])
    _read_ending(events, endings, calendar, done=done)
    return events


_VALUE_END = r"(?=, (?:[A-Z]|\d+(?:-\d+)? [A-Z])|;?\s*$)"
"""A value ends where another part of the line begins, which has a capital, or a number and a capital."""
_CWD = re.compile(rf", CWD <(.*?)>{_VALUE_END}")
_TASKS = re.compile(r", (\d+)(?:-\d+)? (?:Task\(s\)|Processors Requested)(?=[,;])")
_REQUIREMENT = re.compile(rf", Requested Resources <(.*?)>{_VALUE_END}")
_GPUS = re.compile(r", Requested GPU <(?:[^<>]*:)?num=(\d+)")


def _read_submission(events: Events, text: str) -> None:
    if cwd := _CWD.search(text):
        events.cwd = cwd[1] or None
    if tasks := _TASKS.search(text):
        events.tasks = int(tasks[1])
    if requirement := _REQUIREMENT.search(text):
        events.requirement = requirement[1]
    if gpus := _GPUS.search(text):
        events.gpus = int(gpus[1]) or None


_HOST = re.compile(r"<([^<>]*)>")


def _hosts(text: str) -> list[str]:
    """Return the hosts of ``Started 8 Task(s) on Host(s) <4*a> <4*b>, Allocated 8 Slot(s) on ...``."""
    return hosts_of(_HOST.findall(re.split(r", [A-Z]", text, maxsplit=1)[0]))


_CODE = re.compile(r"Exited with exit code (\d+)")
_SIGNAL = re.compile(r"Exited by (?:LSF )?signal (\d+)")
_TERMINATION = re.compile(r"\bTERM_[A-Z_]+")


def _read_ending(events: Events, endings: list[tuple[str, str]], calendar: Calendar, *, done: bool) -> None:
    """Date the end by the last of the lines that tell of it; any of them may tell the reason."""
    if endings:
        events.finish_time = calendar.moment(endings[-1][0])
        if events.start_time and events.finish_time and events.finish_time < events.start_time:
            events.finish_time = calendar.moment(endings[-1][0], second_time=True)
    if not done:
        text = "\n".join(text for _, text in endings)
        code, signal, termination = _CODE.search(text), _SIGNAL.search(text), _TERMINATION.search(text)
        number = int(code[1]) if code else 128 + int(signal[1]) if signal else None
        events.ending = ended_badly(
            number, termination[0] if termination else None, started=events.start_time is not None
        )
