"""Measures operations, each in a process of its own, against the limit that a raw library call sets."""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

Start = Callable[[Path], Callable[[], object]]
"""Loads what it needs from a folder, unmeasured, and returns what is to be measured."""
Part = Literal["prepare", "work", "limit"]

_REPEATS, _LONG = 3, 10.0
"""The best of so many runs counts; what takes as many seconds runs once."""
_ONE = Path(__file__).with_name("one.py")


@dataclass(frozen=True, kw_only=True, slots=True)
class Operation:
    """One line of the table."""

    name: str
    size: int
    """How many things (jobs, rows, answers) it works on."""
    prepare: Callable[[Path, int], None]
    """Writes the input, made up from a seed, for so many things into a folder."""
    work: Start
    limit: Start
    limit_name: str
    """The raw call on the same input that nothing can be faster than, or the like of it."""
    long: bool = False
    """It takes minutes, and is measured only when asked for by name."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cost:
    """What one run took."""

    wall: float
    """Seconds."""
    cpu: float
    """Seconds over all threads and child processes."""
    peak_mb: int
    """Largest resident memory of the process, or of one of its children."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """An operation with what it and its limit took."""

    name: str
    size: int
    work: Cost
    limit: Cost
    limit_name: str

    @property
    def per_second(self) -> float:
        """Return how many things were done in a second of the clock on the wall."""
        return self.size / self.work.wall

    @property
    def ratio(self) -> float:
        """Return how many times the CPU seconds of the limit it took: CPU bears other load best."""
        return self.work.cpu / self.limit.cpu

    def as_json(self) -> dict[str, object]:
        """Return all figures under their names."""
        return asdict(self) | {"per_second": self.per_second, "ratio": self.ratio}


def measure(action: Callable[[], object]) -> Cost:
    """Run `action` once in this process."""
    wall, cpu = time.perf_counter(), _cpu()
    action()
    wall, cpu = time.perf_counter() - wall, _cpu() - cpu
    return Cost(wall=wall, cpu=cpu, peak_mb=max(used.ru_maxrss for used in _usages()) // 1024)


def run(operation: Operation, folder: Path, *, quick: bool) -> Result:
    """Prepare an operation in `folder` and measure it and its limit."""
    _in_own_process(operation.name, "prepare", folder, quick=quick)
    return Result(
        name=operation.name,
        size=operation.size,
        work=_best(operation.name, "work", folder, quick=quick),
        limit=_best(operation.name, "limit", folder, quick=quick),
        limit_name=operation.limit_name,
    )


def _best(name: str, part: Part, folder: Path, *, quick: bool) -> Cost:
    costs = [_in_own_process(name, part, folder, quick=quick)]
    while not quick and len(costs) < _REPEATS and costs[0].wall < _LONG:
        costs.append(_in_own_process(name, part, folder, quick=quick))
    return min(costs, key=lambda cost: cost.wall)


def _in_own_process(name: str, part: Part, folder: Path, *, quick: bool) -> Cost:
    """Start a new interpreter for one part, so that nothing is warm and memory is its own."""
    command = [sys.executable, str(_ONE), name, part, str(folder), *(["--quick"] if quick else [])]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return Cost(**json.loads(done.stdout.splitlines()[-1]))


def _usages() -> list[resource.struct_rusage]:
    return [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]


def _cpu() -> float:
    return sum(used.ru_utime + used.ru_stime for used in _usages())


def machine() -> dict[str, object]:
    """Return what the figures depend on."""
    threads = {
        name: os.environ[name] for name in ("OMP_NUM_THREADS", "POLARS_MAX_THREADS") if name in os.environ
    }
    return {
        "cores": len(os.sched_getaffinity(0)),
        "load": os.getloadavg()[0],
        "python": sys.version.split()[0],
        "threads": threads,
    }
