"""Simulating a busy machine whose processors are only counted, against sorting the ends of all jobs."""

import heapq
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from harness import Operation
from jobcast.simulate.counts.base import CONSERVATIVE, EASY, EASY_PLUS_PLUS, Jobs, Rule
from jobcast.simulate.counts.engine import run

PROCESSORS = 128
_COLUMNS = ("submit", "run", "request", "processors", "user")
_FILE = "jobs.npy"
_BUSY, _SATURATED = 0.9, 1.1
"""Share of the processors that jobs ask for; beyond 1 the queue grows without end."""


def operations(shrink: int) -> list[Operation]:
    """Return one operation for each form of the engine, and a queue of thousands."""
    return [
        Operation(
            name=f"simulate {name}",
            size=size // shrink,
            prepare=partial(prepare, load),
            work=partial(_simulate, rule, compiled),
            limit=_sort_compiled if compiled else _sort_plain,
            limit_name="numpy.sort" if compiled else "heapq",
        )
        for name, size, load, rule, compiled in (
            ("EASY, plain", 100_000, _BUSY, EASY, False),
            ("EASY, compiled", 1_000_000, _BUSY, EASY, True),
            ("EASY++, compiled", 1_000_000, _BUSY, EASY_PLUS_PLUS, True),
            ("conservative, plain", 20_000, _BUSY, CONSERVATIVE, False),
            ("conservative, compiled", 50_000, _SATURATED, CONSERVATIVE, True),
        )
    ]


def prepare(load: float, folder: Path, size: int) -> None:
    """Write so many jobs that ask for a share of the processors."""
    chance = np.random.default_rng(5)
    request = chance.choice([300, 900, 3600, 14400, 86400], size)
    run_time = np.maximum(1, request * chance.beta(0.5, 1.0, size)).astype(np.int64)
    processors = 2 ** chance.integers(0, 6, size)
    span = int((run_time * processors).sum() / PROCESSORS / load)
    submit = np.sort(chance.integers(0, span, size))
    np.save(folder / _FILE, np.array([submit, run_time, request, processors, chance.zipf(1.5, size) % 100]))


def jobs_in(folder: Path) -> Jobs:
    """Read them."""
    return Jobs(**dict(zip(_COLUMNS, np.load(folder / _FILE), strict=True)))


def _simulate(rule: Rule, compiled: bool, folder: Path) -> Callable[[], object]:
    jobs = jobs_in(folder)
    nothing = Jobs(**{name: getattr(jobs, name)[:1] for name in _COLUMNS})
    run(nothing, PROCESSORS, rule, compiled=compiled)  # the first call compiles
    return lambda: run(jobs, PROCESSORS, rule, compiled=compiled)


def _ends(folder: Path) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    jobs = jobs_in(folder)
    return jobs.submit + jobs.run


def _sort_plain(folder: Path) -> Callable[[], object]:
    ends = _ends(folder).tolist()

    def sort() -> None:
        heap: list[int] = []
        for end in ends:
            heapq.heappush(heap, end)
        while heap:
            heapq.heappop(heap)

    return sort


def _sort_compiled(folder: Path) -> Callable[[], object]:
    ends = _ends(folder)
    return lambda: np.sort(ends)
