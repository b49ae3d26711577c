"""Jobs that ended so long ago that the core has forgotten them, found again for those who wait for them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from jobcast.batch.journal import Journal
from jobcast.batch.plain import from_json
from jobcast.batch.record import Step, Submitted
from jobcast.batch.service import Past
from jobcast.schedule.dependency import mentioned
from jobcast.schedule.event import Recalled
from jobcast.schedule.state import State


@dataclass(frozen=True, kw_only=True, slots=True)
class WaitedFor:
    """The jobs that steps wait for, and the core doesn't know."""

    over: tuple[Step, ...] = ()
    """Those that ended long ago, oldest end first."""
    unknown: tuple[str, ...] = ()
    """Ids that nobody bears any more, or ever did."""


def waited_for(steps: Sequence[Submitted], state: State, journal: Journal) -> WaitedFor:
    """Look up whom steps wait for, beyond those that the core knows; they may wait for each other, too."""
    here = {name for step in steps for name in (step.job.id, step.job.array)}
    over, unknown = list[Step](), list[str]()
    for name in _names(steps):
        if _is_known(name, state):
            continue
        found = [from_json(step, Step) for step in journal.past(Past(job=name))]
        over += found
        if not found and name not in here:
            unknown.append(name)
    return WaitedFor(over=tuple(over), unknown=tuple(unknown))


def _names(steps: Sequence[Submitted]) -> Iterable[str]:
    """Return the ids of all jobs and arrays that steps wait for, each once."""
    waits = [step.job.after for step in steps if step.job.after is not None]
    return dict.fromkeys(name for after in waits for name in mentioned(after))


def _is_known(name: str, state: State) -> bool:
    return name in state.ended or name in state.arrays or state.alive(name) is not None


def recalled(over: Iterable[Step], at: int) -> Iterator[Recalled]:
    """Yield what the core is told of steps that are over."""
    for step in over:
        yield Recalled(at=at, job=step.id, exit_code=_exit_code(step), array=step.submitted.job.array)


def _exit_code(step: Step) -> int | None:
    """Return how a step ended; None where its last attempt was not its end, or there was none."""
    vacated = any(run.number == step.attempt for run in step.runs)
    return None if vacated else step.exit_code
