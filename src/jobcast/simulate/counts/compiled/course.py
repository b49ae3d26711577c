"""The course of events, as `jobcast.simulate.counts.pure.course` has it."""

import numpy as np

from jobcast.simulate.compiling import compiled, small
from jobcast.simulate.counts.compiled.heap import pop, push
from jobcast.simulate.counts.compiled.memory import (
    ARRIVED,
    BEGUN,
    CHANGED,
    CORRECTION,
    CORRECTIONS,
    EACH,
    END,
    ESTIMATE,
    EVENT,
    FIRST,
    FREE,
    FREED,
    HEAD,
    JOBS,
    LAST,
    LAST_TWO,
    LEARNS,
    ONLY_IF_FITS,
    REQUEST,
    RUN,
    RUNNING,
    START,
    STATE,
    STOPPED,
    SUBMIT,
    USER,
    WHO,
    WIDTH,
    Memory,
)
from jobcast.simulate.estimates.correction import CORRECTION_NAMES, STEPS

_INCREMENTAL, _DOUBLING, _UNCAPPED = (
    CORRECTION_NAMES.index(name) for name in ("incremental", "doubling", "doubling-uncapped")
)
_STEPS = np.array(STEPS)
_NEVER = 1 << 62


@small
def next_time(m: Memory) -> int:
    """Return when something happens next, or `_NEVER`."""
    now = m[SUBMIT, m[STATE, ARRIVED]] if m[STATE, ARRIVED] < m[STATE, JOBS] else _NEVER
    return min(now, m[EVENT, 1] >> 1) if m[EVENT, 0] else now


@small
def more(m: Memory) -> bool:
    """Tell whether anything happens yet, and nobody has stopped the run."""
    return (m[STATE, ARRIVED] < m[STATE, JOBS] or m[EVENT, 0] > 0) and m[STATE, STOPPED] == 0


@small
def _hold(m: Memory, job: int) -> None:
    end = m[START, job] + m[ESTIMATE, job]
    m[STATE, FREE] -= m[WIDTH, job]
    place = m[STATE, RUNNING]
    while place > 0 and (m[END, place - 1] > end or (m[END, place - 1] == end and m[WHO, place - 1] > job)):
        m[END, place] = m[END, place - 1]
        m[WHO, place] = m[WHO, place - 1]
        place -= 1
    m[END, place] = end
    m[WHO, place] = job
    m[STATE, RUNNING] += 1
    if m[ESTIMATE, job] < m[RUN, job]:
        push(m, EVENT, end << 1, job, job)


@small
def _let_go(m: Memory, place: int) -> None:
    """Free what the job at a place among the running ones holds."""
    m[STATE, FREE] += m[WIDTH, m[WHO, place]]
    m[STATE, FREED] = 1
    m[STATE, RUNNING] -= 1
    for later in range(place, m[STATE, RUNNING]):
        m[END, later] = m[END, later + 1]
        m[WHO, later] = m[WHO, later + 1]


@small
def begin(m: Memory, job: int, now: int) -> None:
    """Start a job."""
    m[START, job] = now
    _hold(m, job)
    push(m, EVENT, (now + m[RUN, job]) << 1 | 1, m[STATE, BEGUN], job)
    m[STATE, BEGUN] += 1


@small
def find_head(m: Memory) -> None:
    """Pass over those that started before the head did."""
    head = m[STATE, HEAD]
    while head < m[STATE, ARRIVED] and m[START, head] >= 0:
        head += 1
    m[STATE, HEAD] = head


@compiled
def _corrected(m: Memory, job: int) -> int:
    first, times, request = m[FIRST, job], m[CORRECTIONS, job], m[REQUEST, job]
    if m[STATE, CORRECTION] == _INCREMENTAL and times < len(_STEPS):
        step: int = _STEPS[times]
        return min(first + step, request)
    if m[STATE, CORRECTION] == _DOUBLING:
        return min(first << (times + 1), request)
    if m[STATE, CORRECTION] == _UNCAPPED:
        return first << (times + 1)
    return request


@compiled
def pass_estimates(m: Memory, now: int) -> None:
    """Count those as gone whose estimate ends now, but for those that are known to run on."""
    while m[STATE, RUNNING] and m[END, 0] <= now:
        _let_go(m, 0)
    while m[EVENT, 0] and m[EVENT, 1] == now << 1:
        job = pop(m, EVENT)
        m[ESTIMATE, job] = _corrected(m, job)
        m[CORRECTIONS, job] += 1
        m[STATE, CHANGED] = 1
        _hold(m, job)


@small
def arrives(m: Memory, now: int) -> bool:
    """Tell whether another job arrives now."""
    return m[STATE, ARRIVED] < m[STATE, JOBS] and m[SUBMIT, m[STATE, ARRIVED]] == now


@compiled
def arrive(m: Memory) -> bool:
    """Let the next job arrive; tell whether the queue is to be looked at."""
    job = m[STATE, ARRIVED]
    m[STATE, ARRIVED] += 1
    if m[STATE, LEARNS]:
        user, estimate = m[USER, job], m[REQUEST, job]
        if user >= 0 and m[LAST_TWO, user] >= 0:
            estimate = min(estimate, m[LAST_TWO, user] >> 1)
        m[FIRST, job] = m[ESTIMATE, job] = estimate
    return m[STATE, EACH] > 0 and not (m[STATE, ONLY_IF_FITS] > 0 and m[WIDTH, job] > m[STATE, FREE])


@small
def completes(m: Memory, now: int) -> bool:
    """Tell whether another job completes now."""
    return m[EVENT, 0] > 0 and m[EVENT, 1] >> 1 == now


@compiled
def complete(m: Memory, now: int) -> bool:
    """Let a job complete; tell whether the queue is to be looked at."""
    job = pop(m, EVENT)
    end = m[START, job] + m[ESTIMATE, job]
    if end > now:
        _let_go(m, _place(m, end, job))
        m[STATE, CHANGED] = 1
    if m[STATE, LEARNS] and m[USER, job] >= 0:
        user, run = m[USER, job], m[RUN, job]
        if m[LAST, user] >= 0:
            m[LAST_TWO, user] = m[LAST, user] + run
        m[LAST, user] = run
    return m[STATE, EACH] > 0


@compiled
def _place(m: Memory, end: int, job: int) -> int:
    low, high = 0, m[STATE, RUNNING]
    while low < high:
        middle = (low + high) >> 1
        if m[END, middle] < end or (m[END, middle] == end and m[WHO, middle] < job):
            low = middle + 1
        else:
            high = middle
    return low
