"""Which steps a command is about: by number, user, queue, name, project, host, state."""

import fnmatch
import re
from dataclasses import dataclass, field

from jobcast.batch.record import Step
from jobcast.batch.screens.lsf.job import UNFINISHED, index, name, queue, state
from jobcast.batch.snapshot import Snapshot

_NUMBER = re.compile(r"([^\[\]]+)(?:\[([0-9,:\-]+)\])?")


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """What somebody wants to see, or to change; what is empty doesn't matter."""

    users: frozenset[str] = frozenset()
    """Owners; empty for everybody."""
    states: frozenset[str] = frozenset(UNFINISHED)
    """LSF's words."""
    queues: frozenset[str] = frozenset()
    projects: frozenset[str] = frozenset()
    hosts: frozenset[str] = frozenset()
    """That they run on."""
    name: str = ""
    """Of the job, perhaps with ``*`` and an index; the last one submitted comes last."""
    numbers: tuple[str, ...] = field(default=())
    """``12``, ``12[3]`` or ``12[1-3,5]``; where there are some, users and states don't matter."""


def chosen(choice: Choice, snapshot: Snapshot) -> list[Step]:
    """Return the steps in the snapshot's order; those named by number in the order of the numbers."""
    if choice.numbers:
        found = {step.id: step for number in choice.numbers for step in numbered(number, snapshot)}
        return [step for step in found.values() if _elsewise(step, choice, snapshot)]
    return [
        step
        for step in snapshot.steps
        if (not choice.users or step.submitted.job.user in choice.users)
        and state(step, snapshot) in choice.states
        and _elsewise(step, choice, snapshot)
    ]


def _elsewise(step: Step, choice: Choice, snapshot: Snapshot) -> bool:
    job = step.submitted.job
    return (
        (not choice.queues or queue(step, snapshot) in choice.queues)
        and (not choice.projects or job.project in choice.projects)
        and (not choice.hosts or any(share.machine in choice.hosts for share in step.allocation))
        and (not choice.name or named(step, choice.name))
    )


def named(step: Step, pattern: str) -> bool:
    """Tell whether a step, or its array, has a name; ``*`` stands for anything."""
    whole = name(step)
    # A bracket of a name is an index, never a set of signs as a shell would have it.
    exact = pattern.replace("[", "\0").replace("]", "\1").replace("?", "\2")
    forms = (whole, step.submitted.notes.name) if step.submitted.job.array else (whole,)
    return any(
        fnmatch.fnmatchcase(form.replace("[", "\0").replace("]", "\1").replace("?", "\2"), exact)
        for form in forms
    )


def base(number: str) -> str:
    """Return the id of a job, or array, without indices."""
    match = _NUMBER.fullmatch(number)
    return match[1] if match else number


def numbered(number: str, snapshot: Snapshot) -> list[Step]:
    """Return the steps that a number means: a job, all elements of an array or some, all steps of LoadLeveler's job."""
    match = _NUMBER.fullmatch(number)
    if match is None:
        return []
    wanted = None if match[2] is None else _spans(match[2])
    return [
        step
        for step in snapshot.steps
        if (step.submitted.job.array or step.id) == match[1] or step.id.startswith(f"{match[1]}.")
        if wanted is None or any(first <= index(step) <= last for first, last in wanted)
    ]


def _spans(text: str) -> list[tuple[int, int]]:
    """Read ``1-3,5``; what is no span means no element."""
    found = [re.fullmatch(r"([0-9]{1,9})(?:-([0-9]{1,9}))?", part) for part in text.split(",")]
    return [(int(each[1]), int(each[2] or each[1])) for each in found if each]
