"""The queue in the order in which jobs are tried, in blocks, so that thousands are passed over at a glance.

Each block knows its narrowest and its shortest job: where not even those would fit, none of it is looked at. A
block that is full is cut in two; one that is empty is dropped, to be used again. As a block takes half its size
of new jobs before it is cut, there are never more than twice as many as would hold all jobs of the trace.
"""

from jobcast.simulate.compiling import compiled, small
from jobcast.simulate.counts.compiled.memory import (
    BLOCKS,
    COUNT,
    ESTIMATE,
    MADE,
    NARROWEST,
    ORDER,
    QUEUE,
    SHORTEST,
    SHORTEST_FIRST,
    SIZE,
    STATE,
    WIDTH,
    Memory,
)

_MOST = 1 << 62


@small
def before(m: Memory, job: int, other: int) -> bool:
    """Tell whether a job is tried before another."""
    if m[STATE, SHORTEST_FIRST] > 0 and m[ESTIMATE, job] != m[ESTIMATE, other]:
        return m[ESTIMATE, job] < m[ESTIMATE, other]
    return job < other


@compiled
def block_of(m: Memory, job: int) -> int:
    """Return the place in the order of the first block that ends with `job` or later, or how many there are."""
    low, high = 0, m[STATE, BLOCKS]
    while low < high:
        middle = (low + high) >> 1
        block = m[ORDER, middle]
        if before(m, m[QUEUE, block * SIZE + m[COUNT, block] - 1], job):
            low = middle + 1
        else:
            high = middle
    return low


@compiled
def place_of(m: Memory, block: int, job: int) -> int:
    """Return where in a block `job` stands, or would stand."""
    place = 0
    while place < m[COUNT, block] and before(m, m[QUEUE, block * SIZE + place], job):
        place += 1
    return place


@compiled
def _measure(m: Memory, block: int) -> None:
    narrowest = shortest = _MOST
    for place in range(m[COUNT, block]):
        job = m[QUEUE, block * SIZE + place]
        narrowest = min(narrowest, m[WIDTH, job])
        shortest = min(shortest, m[ESTIMATE, job])
    m[NARROWEST, block] = narrowest
    m[SHORTEST, block] = shortest


@compiled
def _make_block(m: Memory, where: int) -> int:
    """Return an empty block, which stands at `where` in the order; one that was dropped, where there is one."""
    live = m[STATE, BLOCKS]
    block = m[ORDER, live] if live < m[STATE, MADE] else live
    for place in range(live, where, -1):
        m[ORDER, place] = m[ORDER, place - 1]
    m[ORDER, where] = block
    m[STATE, BLOCKS] = live + 1
    m[STATE, MADE] = max(m[STATE, MADE], live + 1)
    m[COUNT, block] = 0
    m[NARROWEST, block] = m[SHORTEST, block] = _MOST
    return block


@compiled
def _cut(m: Memory, where: int) -> None:
    """Move the later half of a full block into a new one behind it."""
    block = m[ORDER, where]
    new = _make_block(m, where + 1)
    half = SIZE // 2
    for place in range(half):
        m[QUEUE, new * SIZE + place] = m[QUEUE, block * SIZE + half + place]
    m[COUNT, block] = m[COUNT, new] = half
    _measure(m, block)
    _measure(m, new)


@compiled
def put(m: Memory, job: int) -> None:
    """Put a job where it belongs."""
    where = block_of(m, job)
    if where == m[STATE, BLOCKS]:
        if where == 0 or m[COUNT, m[ORDER, where - 1]] == SIZE:
            _make_block(m, where)
        else:
            where -= 1
    elif m[COUNT, m[ORDER, where]] == SIZE:
        _cut(m, where)
        where = block_of(m, job)
    block = m[ORDER, where]
    here = place_of(m, block, job)
    for place in range(m[COUNT, block], here, -1):
        m[QUEUE, block * SIZE + place] = m[QUEUE, block * SIZE + place - 1]
    m[QUEUE, block * SIZE + here] = job
    m[COUNT, block] += 1
    m[NARROWEST, block] = min(m[NARROWEST, block], m[WIDTH, job])
    m[SHORTEST, block] = min(m[SHORTEST, block], m[ESTIMATE, job])


@compiled
def take_out(m: Memory, where: int, here: int) -> bool:
    """Take out the job at `here` in the block at `where`; tell whether that was the last one of the block."""
    block = m[ORDER, where]
    job = m[QUEUE, block * SIZE + here]
    m[COUNT, block] -= 1
    count = m[COUNT, block]
    for place in range(here, count):
        m[QUEUE, block * SIZE + place] = m[QUEUE, block * SIZE + place + 1]
    if count == 0:
        m[STATE, BLOCKS] -= 1
        for place in range(where, m[STATE, BLOCKS]):
            m[ORDER, place] = m[ORDER, place + 1]
        m[ORDER, m[STATE, BLOCKS]] = block
        return True
    if m[WIDTH, job] == m[NARROWEST, block] or m[ESTIMATE, job] == m[SHORTEST, block]:
        _measure(m, block)
    return False


@compiled
def drop(m: Memory, job: int) -> None:
    """Take out a job, wherever it stands."""
    where = block_of(m, job)
    take_out(m, where, place_of(m, m[ORDER, where], job))
