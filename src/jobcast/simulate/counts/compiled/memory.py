"""All that a run remembers: one table of whole numbers that compiled functions share and change.

A single array keeps calls between compiled functions cheap, and compiling them short. Pages of it that no run
comes to are never touched, so that rows longer than they need be cost nothing.
"""

from collections.abc import Mapping
from typing import Protocol

import numpy as np

from jobcast.simulate.counts.base import Column, Jobs
from jobcast.simulate.estimates.base import UNKNOWN

Table = np.ndarray[tuple[int, int], np.dtype[np.int64]]


class Memory(Protocol):
    """The table, as compiled functions see it: `m[row, place]` is a whole number."""

    def __getitem__(self, where: tuple[int, int], /) -> int: ...

    def __setitem__(self, where: tuple[int, int], value: int, /) -> None: ...


SIZE = 64
"""Jobs that a block of the queue holds."""

(
    STATE,
    RUN, REQUEST, WIDTH, SUBMIT, USER, START, ESTIMATE, FIRST, CORRECTIONS,
    END, WHO,
    EVENT, _EVENT_NUMBER, _EVENT_JOB,
    LAST, LAST_TWO,
    ORDER, COUNT, NARROWEST, SHORTEST, QUEUE,
    TIME, LEFT,
    PROMISE, _PROMISE_NUMBER, _PROMISE_JOB,
    TRIED_WIDTH, TRIED_ESTIMATE, TRIED_START,
) = range(30)  # fmt: skip
"""Rows of the memory.

- STATE has places of its own, see below.
- RUN to CORRECTIONS have an element for each job. START is -1 for those that wait, USER for those unknown;
  ESTIMATE is as it is now, FIRST as it was at submission.
- END and WHO are running jobs, sorted by estimated end and job.
- EVENT is a heap of what will come of them, see `heap`: twice the time, 1 more for a completion than for the end
  of an estimate.
- LAST and LAST_TWO have an element for each user: the last run time, the sum of the last two, or -1.
- ORDER has the blocks of the queue in order and then those that were dropped; COUNT, NARROWEST and SHORTEST what
  is in each: jobs, least width, least estimate. QUEUE has their jobs, `SIZE` elements for each block.
- TIME and LEFT are the steps of the profile: so many processors are free from then on.
- PROMISE is a heap of promised starts. TRIED_WIDTH, TRIED_ESTIMATE and TRIED_START are the last `SIZE` of them.
"""

(
    JOBS, DEPTH, EACH, ONLY_IF_FITS, LEARNS, SHORTEST_FIRST, CORRECTION,
    FREE, HEAD, ARRIVED, SEEN, FREED, CHANGED, BEGUN, RUNNING,
    BLOCKS, MADE,
    SHADOW, EXTRA,
    PAST, STEPS, NEXT, TRIED,
    STOPPED,
) = range(24)  # fmt: skip
"""Places in row STATE: how many jobs there are, and the rule; what changes, as `Course`, `Easy` and `Planned` in
`jobcast.simulate.counts.pure` have it; how many elements of the other rows are in use."""


def lay_out(jobs: Jobs, processors: int, estimates: Column, rule: Mapping[int, int]) -> Table:
    """Return the memory before the first event; estimates are 0 where they are made on the way."""
    count = len(jobs)
    memory: Table = np.empty((TRIED_START + 1, 2 * count + 2 * min(count, processors) + 2 * SIZE), np.int64)
    memory[STATE, : STOPPED + 1] = 0
    for place, value in {JOBS: count, FREE: processors, STEPS: 1, **rule}.items():
        memory[STATE, place] = value
    users, codes = np.unique(jobs.user, return_inverse=True)
    columns: dict[int, Column | int] = {
        RUN: jobs.run,
        REQUEST: jobs.request,
        WIDTH: jobs.processors,
        SUBMIT: jobs.submit,
        USER: np.where(jobs.user == UNKNOWN, -1, codes),
        START: -1,
        ESTIMATE: estimates,
        FIRST: estimates,
        CORRECTIONS: 0,
    }
    for row, column in columns.items():
        memory[row, :count] = column
    memory[LAST : LAST_TWO + 1, : len(users)] = -1
    memory[EVENT, 0] = memory[PROMISE, 0] = 0
    memory[TIME, 0], memory[LEFT, 0] = 0, processors
    return memory
