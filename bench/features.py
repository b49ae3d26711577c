"""Features of a million jobs, each as of its submission, against sorting the keys of their families once."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl

import made_up
from harness import Operation
from jobcast.features.coded import Keys
from jobcast.features.family import family_keys
from jobcast.features.frame import of_frame
from jobcast.features.window import FinishedRuns, look_back

_JOBS = 1_000_000


def operations(shrink: int) -> list[Operation]:
    """Return the two halves of the work: from texts to families, and from families to what was known of them."""
    measured = partial(Operation, size=_JOBS // shrink, prepare=_prepare)
    return [
        measured(name="features texts", work=_texts, limit=_distinct, limit_name="unique texts"),
        measured(name="features windows", work=_windows, limit=_argsort, limit_name="numpy.argsort"),
    ]


def _prepare(folder: Path, size: int) -> None:
    jobs = made_up.history(size)
    jobs.write_parquet(folder / "jobs.parquet")
    np.save(folder / "keys.npy", np.stack(_keys(jobs)))


def _texts(folder: Path) -> Callable[[], object]:
    jobs = pl.read_parquet(folder / "jobs.parquet")
    return partial(_keys, jobs)


def _keys(jobs: pl.DataFrame) -> list[Keys]:
    return list(family_keys(of_frame(jobs)))


def _distinct(folder: Path) -> Callable[[], object]:
    jobs = pl.read_parquet(folder / "jobs.parquet")
    return lambda: [jobs[name].unique() for name in ("user", "project", "queue", "command", "cwd")]


def _windows(folder: Path) -> Callable[[], object]:
    jobs = pl.read_parquet(folder / "jobs.parquet")
    submit, finish = (jobs[f"{name}_time"].dt.epoch("s").to_numpy() for name in ("submit", "finish"))
    peaks = np.log2(jobs["memory_peak"].fill_null(1).to_numpy()).astype(np.float32)
    families = np.load(folder / "keys.npy")

    def look() -> None:
        for keys in families:
            for _ in look_back(FinishedRuns.sort(keys, finish, peaks), keys, submit, submit):
                pass

    return look


def _argsort(folder: Path) -> Callable[[], object]:
    families = np.load(folder / "keys.npy")
    return lambda: [np.argsort(keys, kind="stable") for keys in families]
