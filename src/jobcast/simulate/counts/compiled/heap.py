"""A heap in three rows of the memory, from row `heap` on.

They hold what it is sorted by, what decides between equals, and the job. Element 0 of the first row is how many
there are, element 1 the first of them.
"""

from jobcast.simulate.compiling import small
from jobcast.simulate.counts.compiled.memory import Memory


@small
def push(m: Memory, heap: int, key: int, number: int, job: int) -> None:
    """Put in one more."""
    m[heap, 0] += 1
    place = m[heap, 0]
    while place > 1:
        above = place >> 1
        if m[heap, above] < key or (m[heap, above] == key and m[heap + 1, above] < number):
            break
        for row in range(3):
            m[heap + row, place] = m[heap + row, above]
        place = above
    m[heap, place] = key
    m[heap + 1, place] = number
    m[heap + 2, place] = job


@small
def pop(m: Memory, heap: int) -> int:
    """Take out the first, and return its job."""
    job, last = m[heap + 2, 1], m[heap, 0]
    key, number = m[heap, last], m[heap + 1, last]
    m[heap, 0] = last - 1
    place = 1
    while True:
        below = 2 * place
        if below >= last:
            break
        other = below + 1
        if other < last and (
            m[heap, other] < m[heap, below]
            or (m[heap, other] == m[heap, below] and m[heap + 1, other] < m[heap + 1, below])
        ):
            below = other
        if key < m[heap, below] or (key == m[heap, below] and number < m[heap + 1, below]):
            break
        for row in range(3):
            m[heap + row, place] = m[heap + row, below]
        place = below
    for row in range(3):
        m[heap + row, place] = m[heap + row, last]
    return job
