"""Depth-n and conservative backfill, as `jobcast.simulate.counts.pure.planned` has it, on a queue in blocks."""

from jobcast.simulate.compiling import compiled, entrance, small
from jobcast.simulate.counts.compiled.course import (
    arrive,
    arrives,
    begin,
    complete,
    completes,
    find_head,
    more,
    next_time,
    pass_estimates,
)
from jobcast.simulate.counts.compiled.heap import pop, push
from jobcast.simulate.counts.compiled.memory import (
    ARRIVED,
    BLOCKS,
    CHANGED,
    COUNT,
    DEPTH,
    EACH,
    ESTIMATE,
    FREE,
    FREED,
    HEAD,
    NARROWEST,
    NEXT,
    ORDER,
    PROMISE,
    QUEUE,
    SEEN,
    SHORTEST,
    SIZE,
    START,
    STATE,
    TRIED,
    TRIED_ESTIMATE,
    TRIED_START,
    TRIED_WIDTH,
    WIDTH,
    Memory,
)
from jobcast.simulate.counts.compiled.profile import begin_anew, earliest, forget, take, until
from jobcast.simulate.counts.compiled.queue import before, block_of, drop, place_of, put

_NONE = -1


@entrance
def run(m: Memory, of: object) -> None:  # noqa: ARG001 - its type is what counts
    """Go through all events; `of` is an empty array whose type depends on the sources."""
    while more(m):
        now = next_time(m)
        pass_estimates(m, now)
        while arrives(m, now):
            if arrive(m):
                _schedule(m, now)
        while completes(m, now):
            if complete(m, now):
                _schedule(m, now)
        if not m[STATE, EACH]:
            _schedule(m, now)


@compiled
def _schedule(m: Memory, now: int) -> None:
    """Start what can be started now."""
    forget(m, now)
    if m[STATE, CHANGED]:
        find_head(m)
        m[STATE, NEXT] = m[STATE, HEAD]
        m[PROMISE, 0] = m[STATE, TRIED] = 0
        begin_anew(m, now)
    while m[PROMISE, 0] and m[PROMISE, 1] == now:
        job = pop(m, PROMISE)
        _start(m, job, now)
    first = _queue(m, now)
    if m[STATE, FREED]:
        _advance(m, now, 0, 0)
    elif first != _NONE:
        where = block_of(m, first)
        _advance(m, now, where, place_of(m, m[ORDER, where], first))
    m[STATE, SEEN] = m[STATE, ARRIVED]
    m[STATE, FREED] = m[STATE, CHANGED] = 0


@compiled
def _queue(m: Memory, now: int) -> int:
    """Put arrivals into the queue; return the first of them where any fits."""
    first, fits = _NONE, False
    for job in range(m[STATE, SEEN], m[STATE, ARRIVED]):
        put(m, job)
        if first == _NONE or before(m, job, first):
            first = job
        fits = fits or _fits(m, job, now)
    return first if fits else _NONE


@small
def _fits(m: Memory, job: int, now: int) -> bool:
    width = m[WIDTH, job]
    return width <= m[STATE, FREE] and now + m[ESTIMATE, job] <= until(m, width)


@compiled
def _advance(m: Memory, now: int, where: int, here: int) -> None:
    """Start what can start, from a place in the queue on; promise only what that needs."""
    while True:
        job = _candidate(m, now, where, here)
        if job == _NONE:
            break
        fits = True
        while fits and m[STATE, NEXT] < job and m[PROMISE, 0] < m[STATE, DEPTH]:
            if _promise(m, now) < now + m[ESTIMATE, job]:
                fits = _fits(m, job, now)
        if fits:
            take(m, now, m[ESTIMATE, job], m[WIDTH, job])
            _start(m, job, now)
        _find_next(m)
        where = block_of(m, job)
        if where == m[STATE, BLOCKS]:
            break
        block = m[ORDER, where]
        here = place_of(m, block, job)
        if m[QUEUE, block * SIZE + here] == job:
            here += 1


@compiled
def _candidate(m: Memory, now: int, where: int, here: int) -> int:
    """Return the first job from a place in the queue on that could start now, or `_NONE`."""
    while where < m[STATE, BLOCKS]:
        block = m[ORDER, where]
        narrowest = m[NARROWEST, block]
        if narrowest <= m[STATE, FREE] and now + m[SHORTEST, block] <= until(m, narrowest):
            for place in range(here, m[COUNT, block]):
                job = m[QUEUE, block * SIZE + place]
                if _fits(m, job, now):
                    return job
        where += 1
        here = 0
    return _NONE


@compiled
def _promise(m: Memory, now: int) -> int:
    """Promise the next job its earliest start, or start it; return when."""
    job = m[STATE, NEXT]
    width, lasts = m[WIDTH, job], m[ESTIMATE, job]
    start = earliest(m, width, lasts, _no_earlier(m, job, now))
    take(m, start, lasts, width)
    place = m[STATE, TRIED] % SIZE
    m[STATE, TRIED] += 1
    m[TRIED_WIDTH, place] = width
    m[TRIED_ESTIMATE, place] = lasts
    m[TRIED_START, place] = start
    if start == now:
        _start(m, job, now)
    else:
        push(m, PROMISE, start, job, job)
    m[STATE, NEXT] += 1
    _find_next(m)
    return start


@compiled
def _no_earlier(m: Memory, job: int, now: int) -> int:
    """Return a time before which `job` can't start, as none of the last that were no wider and no longer could."""
    since = now
    width, lasts = m[WIDTH, job], m[ESTIMATE, job]
    for place in range(min(m[STATE, TRIED], SIZE)):
        if m[TRIED_WIDTH, place] <= width and m[TRIED_ESTIMATE, place] <= lasts:
            since = max(since, m[TRIED_START, place])
    return since


@compiled
def _start(m: Memory, job: int, now: int) -> None:
    drop(m, job)
    begin(m, job, now)


@small
def _find_next(m: Memory) -> None:
    while m[STATE, NEXT] < m[STATE, ARRIVED] and m[START, m[STATE, NEXT]] >= 0:
        m[STATE, NEXT] += 1
