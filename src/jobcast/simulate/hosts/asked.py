"""What the jobs of a simulation ask for, as columns: from the core's own jobs, or from those of a trace."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from jobcast.schedule.job import BatchJob, Demand
from jobcast.simulate.hosts.base import Column
from jobcast.simulate.requests import Requests
from jobcast.simulate.trace import Trace

Names = tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Named:
    """A name for each job, as a code into the different ones."""

    code: Column
    """[jobs]."""
    names: Names
    """Code to name."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Asked:
    """One element for each job, in the order of submission; -1 is absence."""

    submit: Column
    """Seconds."""
    run: Column
    """Seconds that it runs if nobody stops it."""
    run_limit: Column
    """Seconds that it asks for itself."""
    estimate: Column
    """Seconds that it is said to run."""
    demand: Column
    """Row of `demands`."""
    demands: tuple[Demand, ...]
    """The different ones."""
    queue: Named
    """Empty where it names none."""
    user: Named
    """Who submitted it."""
    group: Named
    """Of the user."""
    project: Named
    """What it is charged to."""


def of_jobs(jobs: Sequence[BatchJob], submit: Sequence[int], run: Sequence[int]) -> Asked:
    """Return the columns of the core's jobs; what else they say, `expressible` looks at."""
    rows: dict[int, int] = {}
    demands: list[Demand] = []
    demand = np.zeros(len(jobs), np.int64)
    for number, job in enumerate(jobs):
        row = rows.setdefault(id(job.demand), len(demands))
        if row == len(demands):
            demands.append(job.demand)
        demand[number] = row
    return Asked(
        submit=np.array(submit, np.int64),
        run=np.array(run, np.int64),
        run_limit=np.array([-1 if job.run_limit is None else job.run_limit for job in jobs], np.int64),
        estimate=np.array([-1 if job.estimate is None else job.estimate for job in jobs], np.int64),
        demand=demand,
        demands=tuple(demands),
        queue=_named([job.queue for job in jobs]),
        user=_named([job.user for job in jobs]),
        group=_named([job.group for job in jobs]),
        project=_named([job.project for job in jobs]),
    )


def of_trace(trace: Trace, requests: Requests, estimate: Column | None = None) -> Asked:
    """Return the columns of a trace; `estimate` in the place of what the jobs request, -1 where none is told."""
    codes, rows = _different([requests.tasks, *requests.per_task.values()])
    names = list(requests.per_task)
    demands = tuple(
        Demand(
            tasks=tasks, per_task={name: value for name, value in zip(names, amounts, strict=True) if value}
        )
        for tasks, *amounts in rows.tolist()
    )
    frame = trace.jobs.select(pl.col("user", "group", "project").fill_null(""))
    return Asked(
        submit=trace.whole("submit"),
        run=trace.whole("run"),
        run_limit=requests.run_limit,
        estimate=np.full(len(codes), -1, np.int64) if estimate is None else estimate,
        demand=codes,
        demands=demands,
        queue=_named(requests.queue),
        user=_of_series(frame["user"]),
        group=_of_series(frame["group"]),
        project=_of_series(frame["project"]),
    )


def _named(values: Sequence[str]) -> Named:
    return _of_series(pl.Series("", values, dtype=pl.String))


def _of_series(values: pl.Series) -> Named:
    different = values.unique().sort()
    codes = values.rank("dense").cast(pl.Int64) - 1
    return Named(code=codes.to_numpy().astype(np.int64, copy=False), names=tuple(different.to_list()))


def _different(columns: Sequence[Column]) -> tuple[Column, npt.NDArray[np.int64]]:
    """Return for each job which combination of values it has, and the different combinations."""
    codes = np.zeros(len(columns[0]), np.int64)
    for column in columns:
        values, code = np.unique(column, return_inverse=True)
        codes = np.unique(codes * len(values) + code, return_inverse=True)[1].astype(np.int64)
    first = np.unique(codes, return_index=True)[1]
    return codes, np.stack([column[first] for column in columns], axis=1)
