"""Traces and logs that exist only for tests."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import polars as pl

from jobcast.simulate.outcome import Outcome
from jobcast.simulate.swf import read_swf
from jobcast.simulate.trace import SCHEMA, Trace

ORIGIN = datetime(2026, 1, 1, tzinfo=UTC)
FIELDS = (
    "job submit wait run processors cpu memory processors_asked time_asked memory_asked status "
    "user group executable queue partition preceding think"
)


def line(**known: object) -> str:
    """Return a line of SWF: one processor for 10 of 20 seconds, unless something else is known."""
    values = {"job": 1, "submit": 0, "run": 10, "processors_asked": 1, "time_asked": 20, "status": 1, **known}
    return " ".join(str(values.get(name, -1)) for name in FIELDS.split())


def log(path: Path, *lines: str, header: str = "; MaxProcs: 8") -> Path:
    """Write a log."""
    path.write_text("\n".join((header, *lines)) + "\n")
    return path


def read(path: Path, *lines: str, header: str = "; MaxProcs: 8") -> Trace:
    """Write a log and read it."""
    return read_swf(log(path, *lines, header=header))


def trace(*rows: tuple[int, int, int], processors: int = 8, **columns: Sequence[object]) -> Trace:
    """Return a trace of jobs of (submit, run, cores), which ask for twice what they run."""
    given = {
        "id": [str(number) for number in range(1, len(rows) + 1)],
        **{name: [row[place] for row in rows] for place, name in enumerate(("submit", "run", "cores"))},
        "request": [2 * row[1] for row in rows],
        **columns,
    }
    jobs = pl.DataFrame(given).select(
        (pl.col(name) if name in given else pl.lit(None)).cast(kind).alias(name)
        for name, kind in SCHEMA.items()
    )
    return Trace(name="made-up", origin=ORIGIN, jobs=jobs, processors=processors)


def outcome(made: Trace, *starts: int, **known: object) -> Outcome:
    """Return the run in which the jobs of a trace start then, and run as long as they do."""
    start = np.array(starts, dtype=np.int64)
    values = {
        "engine": "made-up",
        "seconds": 0.5,
        "start": start,
        "finish": start + made.whole("run"),
        **known,
    }
    return Outcome(**values)
