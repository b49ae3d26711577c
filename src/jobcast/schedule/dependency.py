"""Whether the jobs that another one waits for have come far enough."""

import operator
from collections.abc import Callable, Iterator
from enum import Enum

from jobcast.schedule.job import After, AllOf, AnyOf, BatchJob, Dependency, Ending, Not
from jobcast.schedule.state import State


class Truth(Enum):
    """How a dependency stands."""

    YES = "yes"
    NO = "no"
    """And never will be."""
    OPEN = "open"


_COMPARE: dict[str, Callable[[int, int], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def holds(dependency: Dependency, state: State) -> Truth:
    """Tell how a dependency stands now."""
    match dependency:
        case AllOf(parts=parts):
            return _all({holds(part, state) for part in parts})
        case AnyOf(parts=parts):
            return _opposite(_all({_opposite(holds(part, state)) for part in parts}))
        case Not(part=part):
            return _opposite(holds(part, state))
        case After():
            return _all({_of_one(dependency, job, state) for job in elements(dependency.job, state)})


def elements(job: str, state: State) -> list[str]:
    """Return the jobs that an id stands for: those of an array, or itself."""
    return state.arrays.get(job, [job])


def _all(truths: set[Truth]) -> Truth:
    if Truth.NO in truths:
        return Truth.NO
    return Truth.OPEN if Truth.OPEN in truths else Truth.YES


def _opposite(truth: Truth) -> Truth:
    return {Truth.YES: Truth.NO, Truth.NO: Truth.YES, Truth.OPEN: Truth.OPEN}[truth]


def _of_one(after: After, job: str, state: State) -> Truth:
    if job not in state.ended:
        has_started = job in state.running or job in state.suspended
        return Truth.YES if after.ending is Ending.STARTED and has_started else Truth.OPEN
    code = state.ended[job]
    if code is None:  # it never ran to its end
        return Truth.YES if after.ending is Ending.ENDED and not after.operator else Truth.NO
    if after.operator:
        return _truth(_COMPARE[after.operator](code, after.exit_code))
    return _truth({Ending.DONE: code == 0, Ending.FAILED: code != 0}.get(after.ending, True))


def _truth(value: bool) -> Truth:
    return Truth.YES if value else Truth.NO


def lasts(dependency: Dependency) -> bool:
    """Tell whether what was once true of those who have ended stays so; who has only started may wait again."""
    match dependency:
        case AllOf(parts=parts) | AnyOf(parts=parts):
            return all(lasts(part) for part in parts)
        case Not(part=part):
            return lasts(part)
        case After(ending=ending):
            return ending is not Ending.STARTED


def mentioned(dependency: Dependency) -> Iterator[str]:
    """Yield the ids of all jobs that a dependency names."""
    match dependency:
        case AllOf(parts=parts) | AnyOf(parts=parts):
            for part in parts:
                yield from mentioned(part)
        case Not(part=part):
            yield from mentioned(part)
        case After(job=job):
            yield job


def cycle(job: BatchJob, state: State) -> tuple[str, ...]:
    """Return the way on which a job would wait for itself, from it to it; empty where there is none."""
    paths: list[tuple[str, ...]] = [(job.id,)]
    seen = set()
    while paths:
        path = paths.pop()
        for each in _waits_for(path[-1], job, state):
            if each in {job.id, job.array}:
                return (*path, each)
            if each not in seen:
                seen.add(each)
                paths.append((*path, each))
    return ()


def _waits_for(name: str, job: BatchJob, state: State) -> Iterator[str]:
    if name == job.id:
        after = job.after
    else:
        entry = state.waiting.get(name)
        after = entry.job.after if entry else None
    for each in mentioned(after) if after else ():
        yield from {each, *elements(each, state)}
