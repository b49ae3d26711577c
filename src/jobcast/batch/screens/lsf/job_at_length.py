"""``bjobs -l`` and ``bjobs -UF``: all about a job, in paragraphs.

The dated lines and blocks stand in LSF's order: programs take them apart by it.
"""

from collections.abc import Iterator, Mapping, Sequence

from jobcast.act.executors.base import End
from jobcast.batch.ending import failed_epilogs, why_over
from jobcast.batch.finished import advised_memory
from jobcast.batch.record import Step
from jobcast.batch.screens.lsf.job import called, cpu_time, dependency, hosts, name, queue, run_limit, state
from jobcast.batch.screens.lsf.jobs import Told, pending_lines
from jobcast.batch.screens.lsf.reasons import reserved, suspended, termination
from jobcast.batch.screens.lsf.words import limit, long_date, memory, wrapped, zone_of
from jobcast.batch.snapshot import Snapshot
from jobcast.printable import printable
from jobcast.program import NOWHERE
from jobcast.units import MIB

_MARGIN = 21
"""Width of a date."""
RULE = "-" * 78

THRESHOLDS = (
    "           r15s   r1m  r15m   ut      pg    io   ls    it    tmp    swp    mem",
    " loadSched   -     -     -     -       -     -    -     -     -      -      -  ",
    " loadStop    -     -     -     -       -     -    -     -     -      -      -  ",
)
"""LSF's load thresholds, of which there are none here."""


def listing(steps: Sequence[Step], snapshot: Snapshot, *, unformatted: bool = False) -> Iterator[str]:
    """Yield the lines of ``bjobs -l``, wrapped, or of ``bjobs -UF``, one for each part of a job."""
    for place, step in enumerate(steps):
        if place or unformatted:
            yield RULE
        yield ""
        for line in _paragraphs(step, snapshot, unformatted=unformatted):
            yield from [line] if unformatted or line.startswith(" ") else wrapped(line, _MARGIN)
        yield ""


def _paragraphs(step: Step, snapshot: Snapshot, *, unformatted: bool) -> Iterator[str]:
    yield _head(step, snapshot)
    yield _submission(step, snapshot)
    if not unformatted:
        yield from _limits(step, snapshot)
    yield from _course(step, snapshot)
    if unformatted:
        yield from _limits(step, snapshot)
    yield ""
    yield from _usage(step)
    yield " SCHEDULING PARAMETERS:"
    yield from THRESHOLDS
    yield ""
    asked = printable(step.submitted.notes.keywords.get("-R", "")) or "-"
    yield " RESOURCE REQUIREMENT DETAILS:"
    yield f" Combined: {asked}"
    yield f" Effective: {_effective(asked, step) if step.allocation else '-'}"


def _effective(asked: str, step: Step) -> str:
    """Return what holds of what was asked for: with the memory that a forecast set, on each host, in MB."""
    advised = advised_memory(step.submitted.notes)
    if advised is None:
        return asked
    rusage = f"rusage[mem={advised / MIB / len(step.allocation):.2f}]"
    return rusage if asked == "-" or "mem=" in asked else f"{asked} {rusage}"


def _head(step: Step, snapshot: Snapshot) -> str:
    job, notes = step.submitted.job, step.submitted.notes
    parts = {
        "Job Name": name(step) if notes.name or job.array else "",
        "User": printable(job.user),
        "User Group": printable(notes.keywords.get("-G", "")),
        "Project": printable(job.project),
        "Application": printable(notes.keywords.get("-app", "")),
        "Status": state(step, snapshot),
        "Queue": printable(queue(step, snapshot)),
        "Job Priority": "" if job.priority is None else str(job.priority),
        "Command": printable(notes.command),
        "Job Description": printable(notes.comment),
        "Job Group": printable(notes.keywords.get("-g", "")),
    }
    told = [f"{title} <{text}>" for title, text in parts.items() if text]
    return ", ".join((f"Job <{called(step)}>", *told))


def _submission(step: Step, snapshot: Snapshot) -> str:
    job, notes, program = step.submitted.job, step.submitted.notes, step.submitted.program
    held = " with hold" if "-H" in notes.keywords else ""
    files = {"Input File": program.input, "Output File": program.output}
    files |= {"Error File": program.error} if program.error != program.output else {}
    overwrites = "" if program.append else " (overwrite)"
    parts = [f"{title}{'' if title[0] == 'I' else overwrites} <{printable(path)}>" for title, path in files.items()
             if path != NOWHERE]  # fmt: skip
    parts += [
        f"Notify when job {word}"
        for flag, word in (("-B", "begins"), ("-N", "ends"))
        if flag in notes.keywords
    ]
    parts += [f"{job.demand.tasks} Task(s)"] if job.demand.tasks > 1 else []
    parts += ["Exclusive Execution"] if job.demand.layout.exclusive else []
    parts += ["Re-runnable"] if "-r" in notes.keywords else []
    told = {
        "Requested Resources": notes.keywords.get("-R", ""),
        "Requested GPU": notes.keywords.get("-gpu", ""),
        "Dependency Condition": dependency(job.after) if job.after is not None else "",
        "Specified Hosts": notes.keywords.get("-m", ""),
    }
    parts += [f"{title} <{printable(text)}>" for title, text in told.items() if text]
    if job.begin is not None:
        parts.append(f"Specified Start Time <{long_date(job.begin, zone_of(snapshot.zone))}>")
    start = f"Submitted from host <{printable(notes.host)}>{held}, CWD <{printable(program.directory)}>"
    return f"{_date(step.at, snapshot)}{', '.join((start, *parts))};"


def _date(second: float, snapshot: Snapshot) -> str:
    return f"{long_date(second, zone_of(snapshot.zone))}: "


def _limits(step: Step, snapshot: Snapshot) -> Iterator[str]:
    seconds = run_limit(step, snapshot)
    if seconds is not None:
        yield ""
        yield " RUNLIMIT                "
        yield f" {f'{seconds / 60:.1f} min':<24}"
    found = step.submitted.enforcement
    limits = {"MEMLIMIT": found.memory if found.kill_over_memory else None, "SWAPLIMIT": found.virtual_memory}
    told = {title: limit(amount) for title, amount in limits.items() if amount is not None}
    if told:
        yield ""
        yield f" {' '.join(told)}"
        yield f" {' '.join(amount.rjust(len(title)) for title, amount in told.items())}"


def _course(step: Step, snapshot: Snapshot) -> Iterator[str]:
    """Yield what has become of it, in the order of time, and why it stands where it does."""
    word = state(step, snapshot)
    if step.dispatched is not None and step.allocation:
        tasks, where = (
            sum(share.tasks for share in step.allocation),
            "".join(f" <{host}>" for host in hosts(step.allocation)),
        )
        yield (
            f"{_date(step.began or step.dispatched, snapshot)}Started {tasks} Task(s) on Host(s){where}, Allocated"
            f" {tasks} Slot(s) on Host(s){where}, Execution CWD <{printable(step.submitted.program.directory)}>;"
        )
    if word in {"PEND", "PSUSP"}:
        yield from _promise(step, snapshot)
        yield " PENDING REASONS:"
        yield from pending_lines(step, snapshot, Told.OLD)
    elif word in {"DONE", "EXIT"}:
        yield _end(step, snapshot)
    elif cpu_time(step):
        used = f"The CPU time used is {cpu_time(step):.0f} seconds."
        yield f"{_date(snapshot.at, snapshot)}Resource usage collected. {used}"
    if word in {"SSUSP", "USUSP"}:
        yield " SUSPENDING REASONS:"
        yield f" {suspended(step, snapshot)};"


def _promise(step: Step, snapshot: Snapshot) -> Iterator[str]:
    """Yield what is kept for it, and when it is planned to start."""
    waits = snapshot.waits.get(step.id)
    if waits is None:
        return
    slots, where = reserved(waits)
    if slots:
        kept = " ".join(f"<{host}>" for host in where)
        yield f"{_date(snapshot.at, snapshot)}Reserved <{slots}> job slots on host(s) {kept};"
    if waits.start is not None:
        yield f"{_date(waits.start, snapshot)}Job will start no sooner than indicated time stamp;"


def _end(step: Step, snapshot: Snapshot) -> str:
    date = _date(step.ended if step.ended is not None else step.since, snapshot)
    used = f"The CPU time used is {cpu_time(step):.1f} seconds."
    why = termination(step, snapshot)
    if state(step, snapshot) == "DONE":
        return " ".join(
            (f"{date}Done successfully. {used}", *(f"{text}." for text in failed_epilogs(step.exits)))
        )
    if not step.attempt:
        told = f"{date}Exited; job has not started."
    else:
        told = f"{date}Exited with exit code {step.exit_code or 0}. {used}"
    plain = step.how == End.NOT_BEGUN or not why  # LSF's word alone doesn't tell
    more = why_over(step) if plain else "; ".join(failed_epilogs(step.exits))
    return " ".join((told, *(f"{text}." for text in (why, printable(more)) if text)))


def _usage(step: Step) -> Iterator[str]:
    measured: Mapping[str, int | None] = {
        "MAX MEM": step.consumed.memory_peak,
        "AVG MEM": step.consumed.memory_mean,
    }
    told = [f"{title}: {memory(amount)}" for title, amount in measured.items() if amount is not None]
    if told:
        yield " MEMORY USAGE:"
        yield f" {';  '.join(told)}"
        yield ""
