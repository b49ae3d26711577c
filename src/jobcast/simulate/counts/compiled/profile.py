"""How many processors are free from when on, as `jobcast.simulate.counts.pure.profile` has it.

Steps that are past stay where they are, before the first that counts. Between two times that the profile is made
anew each job takes its processors once, so that twice as many steps as there are jobs are always enough.
"""

from jobcast.simulate.compiling import compiled, small
from jobcast.simulate.counts.compiled.memory import (
    END,
    FREE,
    LEFT,
    PAST,
    RUNNING,
    STATE,
    STEPS,
    TIME,
    WHO,
    WIDTH,
    Memory,
)

_FOREVER = 1 << 62


@compiled
def begin_anew(m: Memory, now: int) -> None:
    """Look at what runs, and at nothing else."""
    m[TIME, 0] = now
    m[LEFT, 0] = m[STATE, FREE]
    last = 0
    for place in range(m[STATE, RUNNING]):
        end, left = m[END, place], m[LEFT, last] + m[WIDTH, m[WHO, place]]
        if m[TIME, last] < end:
            last += 1
            m[TIME, last] = end
        m[LEFT, last] = left
    m[STATE, PAST] = 0
    m[STATE, STEPS] = last + 1


@small
def forget(m: Memory, now: int) -> None:
    """Pass over what is past."""
    past = m[STATE, PAST]
    while past + 1 < m[STATE, STEPS] and m[TIME, past + 1] <= now:
        past += 1
    m[STATE, PAST] = past


@compiled
def until(m: Memory, width: int) -> int:
    """Return from when on so many processors are no longer free; the first time where they aren't now."""
    for step in range(m[STATE, PAST], m[STATE, STEPS]):
        if m[LEFT, step] < width:
            return m[TIME, step]
    return _FOREVER


@compiled
def earliest(m: Memory, width: int, lasts: int, since: int) -> int:
    """Return the first time, `since` or later, from which on so many processors are free for as long."""
    begin = since
    for step in range(_after(m, since) - 1, m[STATE, STEPS]):
        if begin < _FOREVER and begin + lasts <= m[TIME, step]:
            break
        if m[LEFT, step] < width:
            begin = _FOREVER
        elif begin == _FOREVER:
            begin = m[TIME, step]
    return begin


@compiled
def take(m: Memory, begin: int, lasts: int, width: int) -> None:
    """Take so many processors from `begin` on for as long."""
    first = _step(m, begin)
    end = _step(m, begin + lasts)
    for step in range(first, end):
        m[LEFT, step] -= width


@compiled
def _after(m: Memory, time: int) -> int:
    """Return the place of the first step that is later than `time`."""
    low, high = m[STATE, PAST], m[STATE, STEPS]
    while low < high:
        middle = (low + high) >> 1
        if m[TIME, middle] <= time:
            low = middle + 1
        else:
            high = middle
    return low


@compiled
def _step(m: Memory, time: int) -> int:
    """Return the place of the step at `time`, made where there is none."""
    after = _after(m, time)
    if m[TIME, after - 1] == time:
        return after - 1
    for step in range(m[STATE, STEPS], after, -1):
        m[TIME, step] = m[TIME, step - 1]
        m[LEFT, step] = m[LEFT, step - 1]
    m[TIME, after] = time
    m[LEFT, after] = m[LEFT, after - 1]
    m[STATE, STEPS] += 1
    return after
