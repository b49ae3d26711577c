"""First come first served without backfill: each job starts once it fits and all before it have started."""

from heapq import heappop, heappush

import numpy as np

from jobcast.simulate.counts.base import Jobs, Outcome


def run(jobs: Jobs, processors: int) -> Outcome:
    """Run checked jobs; estimates aren't needed, and neither is a convention for events."""
    free, now = processors, 0
    ends: list[tuple[int, int]] = []
    start = []
    columns = (jobs.submit.tolist(), jobs.run.tolist(), jobs.processors.tolist())
    for submit, lasts, width in zip(*columns, strict=True):
        now = max(now, submit)
        while free < width or (ends and ends[0][0] <= now):
            end, freed = heappop(ends)
            free += freed
            now = max(now, end)
        start.append(now)
        free -= width
        heappush(ends, (now + lasts, width))
    return Outcome(
        start=np.array(start, np.int64),
        estimate=jobs.request.copy(),
        corrections=np.zeros(len(jobs), np.int64),
    )
