"""Which steps somebody wants to see, some at a time, and which those are."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from jobcast.batch.ledger import Ledger
from jobcast.batch.living import job_of
from jobcast.batch.picture import in_line
from jobcast.batch.plain import from_json
from jobcast.batch.record import Step, StepState
from jobcast.serve.http import RefusedError

MOST = 500
"""Steps that are listed at once."""
USUAL = 100
_AT_ONCE = 1_000
"""Steps that are looked at before others get their turn."""
_READ_AT_ONCE = 50
_MOST_OVER = 1_000
"""Steps that are over, of which some are chosen: the last ones."""

_HELD = frozenset({StepState.USER_HOLD, StepState.SYSTEM_HOLD, StepState.BOTH_HOLDS})
_SUSPENDED = frozenset({StepState.PREEMPT_PENDING, StepState.PREEMPTED, StepState.RESUME_PENDING})
_WAITING = frozenset({StepState.IDLE, StepState.NOT_QUEUED, StepState.DEFERRED})

STATES: Mapping[str, Callable[[StepState], bool]] = {
    "alive": lambda state: not state.is_over,
    "running": lambda state: (
        not state.is_over and state not in _HELD and state not in _SUSPENDED and state not in _WAITING
    ),
    "suspended": lambda state: state in _SUSPENDED,
    "waiting": lambda state: state in _WAITING,
    "held": lambda state: state in _HELD,
    "over": lambda state: state.is_over,
}
"""What one may ask for by ``state``, beside the states themselves."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """What somebody wants to see; what is empty doesn't matter."""

    state: str = "alive"
    """One of `STATES`, or a state."""
    user: str = ""
    queue: str = ""
    text: str = ""
    """A part of an id, a name, a user, a class, a command, a comment or a machine, whatever its letters' case."""
    offset: int = 0
    """How many of them are left out."""
    limit: int = USUAL
    """How many are wanted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Chosen:
    """What was found."""

    steps: tuple[Step, ...]
    """In the order of the line, those that are over newest first."""
    count: int
    """How many there are without offset and limit; of those that are over, among the last ones."""


def choice_of(asked: Mapping[str, str]) -> Choice:
    """Read a query; raises RefusedError where it says what can't be."""
    state = asked.get("state") or "alive"
    if state not in STATES and state not in {*map(str, StepState)}:
        raise RefusedError(400, "bad_request", f"there is no state {state[:40]!r}")
    return Choice(
        state=state,
        user=asked.get("user", ""),
        queue=asked.get("class", ""),
        text=asked.get("q", "").strip().casefold(),
        offset=_number(asked, "offset", 0),
        limit=min(_number(asked, "limit", USUAL), MOST),
    )


def _number(asked: Mapping[str, str], name: str, usual: int) -> int:
    text = asked.get(name) or str(usual)
    if not (text.isascii() and text.isdecimal() and len(text) <= len("1000000000")):
        raise RefusedError(400, "no_number", f"{name} is no whole number")
    return int(text)


async def choose(choice: Choice, ledger: Ledger) -> Chosen:
    """Return the steps that somebody wants to see; others get their turn meanwhile."""
    wanted = STATES.get(choice.state) or (lambda state: str(state) == choice.state)
    steps: Sequence[Step] = tuple(in_line(ledger).values())
    if choice.state == "over" or _is_over(choice.state):
        steps = await _over(ledger)
    found = []
    for start in range(0, len(steps), _AT_ONCE):
        some = steps[start : start + _AT_ONCE]
        found += [step for step in some if wanted(step.state) and _fits(step, choice)]
        await asyncio.sleep(0)
    return Chosen(
        steps=tuple(found[choice.offset : choice.offset + choice.limit]),
        count=len(found),
    )


def _is_over(state: str) -> bool:
    return state not in STATES and StepState(state).is_over


async def _over(ledger: Ledger) -> list[Step]:
    """Return the last steps that are over, newest first."""
    written, steps = ledger.journal.newest(_MOST_OVER), list[Step]()
    for start in range(0, len(written), _READ_AT_ONCE):
        await asyncio.sleep(0)
        steps += [from_json(step, Step) for step in written[start : start + _READ_AT_ONCE]]
    return steps


def _fits(step: Step, choice: Choice) -> bool:
    job = step.submitted.job
    if (choice.user and job.user != choice.user) or (choice.queue and job.queue != choice.queue):
        return False
    return not choice.text or any(choice.text in text.casefold() for text in _texts(step))


def _texts(step: Step) -> Iterator[str]:
    job, notes = step.submitted.job, step.submitted.notes
    yield from (
        step.id,
        job_of(step),
        notes.name,
        job.user,
        job.queue,
        job.project,
        notes.comment,
        notes.command,
    )
    yield from (share.machine for share in step.allocation)
