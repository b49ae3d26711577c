"""EASY, as `jobcast.simulate.counts.pure.easy` has it, on a queue in blocks."""

from jobcast.simulate.compiling import compiled, entrance
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
from jobcast.simulate.counts.compiled.memory import (
    ARRIVED,
    BLOCKS,
    COUNT,
    EACH,
    END,
    ESTIMATE,
    EXTRA,
    FREE,
    FREED,
    HEAD,
    NARROWEST,
    ORDER,
    QUEUE,
    RUNNING,
    SEEN,
    SHADOW,
    SHORTEST,
    SIZE,
    START,
    STATE,
    WHO,
    WIDTH,
    Memory,
)
from jobcast.simulate.counts.compiled.queue import drop, put, take_out


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
    new = m[STATE, ARRIVED] - m[STATE, SEEN]
    if m[STATE, FREED] or (new and m[STATE, HEAD] == m[STATE, SEEN]):
        if _start_heads(m, now):
            _queue(m)
            _reserve(m)
            _backfill(m, now)
    elif new:
        _queue(m)
        _backfill(m, now)
    m[STATE, SEEN] = m[STATE, ARRIVED]
    m[STATE, FREED] = 0
    find_head(m)


@compiled
def _start_heads(m: Memory, now: int) -> bool:
    """Start jobs in the order of the queue, as long as they fit; tell whether one is left waiting."""
    find_head(m)
    while m[STATE, HEAD] < m[STATE, ARRIVED] and m[WIDTH, m[STATE, HEAD]] <= m[STATE, FREE]:
        head = m[STATE, HEAD]
        if head < m[STATE, SEEN]:
            drop(m, head)
        begin(m, head, now)
        find_head(m)
    return m[STATE, HEAD] < m[STATE, ARRIVED]


@compiled
def _queue(m: Memory) -> None:
    for job in range(m[STATE, SEEN], m[STATE, ARRIVED]):
        if m[START, job] < 0:
            put(m, job)


@compiled
def _reserve(m: Memory) -> None:
    left = m[STATE, FREE] - m[WIDTH, m[STATE, HEAD]]
    place = 0
    while left < 0:
        left += m[WIDTH, m[WHO, place]]
        place += 1
    end = m[END, place - 1]
    while place < m[STATE, RUNNING] and m[END, place] == end:
        left += m[WIDTH, m[WHO, place]]
        place += 1
    m[STATE, SHADOW] = end
    m[STATE, EXTRA] = left


@compiled
def _backfill(m: Memory, now: int) -> None:
    """Start of the queue what doesn't make the head later, in its order; the head itself doesn't fit."""
    where = 0
    while where < m[STATE, BLOCKS] and m[STATE, FREE] > 0:
        block = m[ORDER, where]
        narrowest = m[NARROWEST, block]
        in_time = now + m[SHORTEST, block] <= m[STATE, SHADOW]
        if narrowest <= m[STATE, FREE] and (in_time or narrowest <= m[STATE, EXTRA]):
            where += _backfill_block(m, where, now)
        else:
            where += 1


@compiled
def _backfill_block(m: Memory, where: int, now: int) -> int:
    """Start what can be started of one block; return how many blocks it goes on to the next."""
    block = m[ORDER, where]
    here = 0
    while here < m[COUNT, block]:
        job = m[QUEUE, block * SIZE + here]
        width = m[WIDTH, job]
        over = now + m[ESTIMATE, job] > m[STATE, SHADOW]
        if width > m[STATE, FREE] or (over and width > m[STATE, EXTRA]):
            here += 1
            continue
        if over:
            m[STATE, EXTRA] -= width
        gone = take_out(m, where, here)
        begin(m, job, now)
        if gone:
            return 0
    return 1
