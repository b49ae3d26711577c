"""Logs to simulate: the filtered one of the published figures, and one made up."""

import gzip
import random
from pathlib import Path

import numpy as np

from jobcast.simulate.counts.base import Jobs

_SUBMIT, _RUN, _ALLOCATED, _ASKED, _REQUEST, _USER = 1, 3, 4, 7, 8, 11


def read_log(path: Path, processors: int) -> Jobs:
    """Read a log by the filter of the published figures, for so many processors."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = np.loadtxt(lines, comments=";", dtype=np.float64).astype(np.int64)
    width = np.where(rows[:, _ASKED] > 0, rows[:, _ASKED], rows[:, _ALLOCATED])
    request = rows[:, _REQUEST]
    request = np.where((request <= 0).all(), rows[:, _RUN], request)
    kept = (width > 0) & (width <= processors) & (rows[:, _RUN] > 0) & (request > 0) & (rows[:, _SUBMIT] >= 0)
    rows, width, request = rows[kept], width[kept], request[kept]
    order = np.argsort(rows[:, _SUBMIT], kind="stable")
    return jobs_of(
        submit=rows[order, _SUBMIT],
        run=np.minimum(rows[order, _RUN], request[order]),
        request=request[order],
        processors=width[order],
        user=rows[order, _USER],
    )


def jobs_of(**columns: object) -> Jobs:
    """Return jobs of such columns; users are all the same where none are given."""
    arrays = {name: np.ascontiguousarray(column, dtype=np.int64) for name, column in columns.items()}
    return Jobs(**{"user": np.zeros_like(arrays["submit"]), **arrays})


def first(jobs: Jobs, count: int) -> Jobs:
    """Return the first so many jobs."""
    names = ("submit", "run", "request", "processors", "user")
    return Jobs(**{name: getattr(jobs, name)[:count] for name in names})


def made_up(count: int, processors: int, seed: int) -> Jobs:
    """Return some busy days of a few users, who ask for round times and need less; the same on every computer."""
    chance = random.Random(seed)
    request = [(60, 300, 600, 1800, 3600, 14400)[int(6 * chance.random())] for _ in range(count)]
    return jobs_of(
        submit=sorted(int(600 * count * chance.random()) for _ in range(count)),
        run=[max(1, int(most * min(1.0, 1.2 * chance.random() ** 2))) for most in request],
        request=request,
        processors=[min(2 ** int(6 * chance.random()), processors) for _ in range(count)],
        user=[int(5 * chance.random()) for _ in range(count)],
    )


def bounded_slowdown(jobs: Jobs, start: np.ndarray) -> np.ndarray:
    """Return each job's slowdown, counting those shorter than 10 seconds as if they took as long."""
    return np.maximum((start - jobs.submit + jobs.run) / np.maximum(jobs.run, 10), 1.0)
