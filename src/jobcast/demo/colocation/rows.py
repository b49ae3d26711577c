"""Tasks, instances and truth as rows of tables."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl

from jobcast.demo.colocation.evictions import Fates
from jobcast.demo.colocation.families import Families
from jobcast.demo.colocation.names import machine_names, named
from jobcast.demo.colocation.plan import Flags, Plan, Rows
from jobcast.demo.colocation.trials import How
from jobcast.demo.colocation.work import Work

_STATUS = pl.Series(["Terminated", "Failed", "Interrupted", "Running"])
_WELL, _FAILED, _RUNNING = 0, 1, 3
"""Rows of `_STATUS`, which begin as `How` does."""


def instance_rows(
    plan: Plan, work: Work, families: Families, fates: Fates, numbered_from: int
) -> pl.DataFrame:
    """Return the rows of batch_instance: those that begin within the trace, each instance's trials in order."""
    instance, start, end, machine, how, share = _attempts(plan, work, fates)
    first = np.searchsorted(instance, instance)
    job, template = work.job[work.task[instance]], work.template[work.task[instance]]
    measured = pl.Series(how != How.UNSTARTED)
    cpu, memory = work.cpu[instance] * share, work.memory[instance]
    return pl.DataFrame(
        {
            "instance_name": named("ins", instance + numbered_from),
            "task_name": task_names(work, families).gather(work.task[instance]),
            "job_name": job_names(work).gather(job),
            "task_type": pl.Series(families.task.type[template]).cast(pl.String),
            "status": _STATUS.gather(np.where(end > plan.horizon, _RUNNING, how)),
            "start_time": start,
            "end_time": end,
            "machine_id": machine_names(plan.machines).gather(machine),
            "seq_no": np.arange(len(instance)) - first + 1,
            "total_seq_no": np.searchsorted(instance, instance, side="right") - first,
            "cpu_avg": cpu.round(2),
            "cpu_max": (cpu * work.cpu_peak[instance]).round(2),
            "mem_avg": memory.round(2),
            "mem_max": (memory * work.memory_peak[instance]).round(2),
        }
    ).with_columns(
        pl.when(pl.col("end_time") <= plan.horizon).then("end_time"),
        *(pl.when(measured).then(name) for name in ("cpu_avg", "cpu_max", "mem_avg", "mem_max")),
    )


def _attempts(plan: Plan, work: Work, fates: Fates) -> Iterator[Any]:
    """Yield columns of all attempts that begin within the trace, by instance and time.

    Instance, start, end, machine, `How` it ended, and the share of its time in which it wasn't paused.
    """
    trials = fates.trials
    alone = np.ones(len(work.task), np.bool_)
    alone[trials.instance] = False
    quiet = np.flatnonzero(alone)
    parts = (
        (quiet, trials.instance),
        (work.start[quiet], trials.start),
        (work.start[quiet] + work.run[quiet], trials.end),
        (work.machine[quiet], trials.machine),
        (_own_faults(work, fates)[quiet], trials.how),
        (np.ones(len(quiet)), trials.share),
    )
    columns = [np.concatenate(pair) for pair in parts]
    order = np.argsort(columns[0], kind="stable")
    order = order[columns[1][order] < plan.horizon]
    for column in columns:
        yield column[order]


def _own_faults(work: Work, fates: Fates) -> Rows:
    """Return how each instance ends if nobody evicts it: the last one of jobs that crash badly."""
    how = np.full(len(work.task), _WELL)
    how[_last(work.job[work.task])[fates.crashed]] = _FAILED
    return how


def _last(job: Rows) -> Rows:
    """Return for each job the last of its rows, which are in order of jobs."""
    last: Rows = np.cumsum(np.bincount(job)) - 1
    return last


def task_rows(plan: Plan, work: Work, families: Families, fates: Fates) -> pl.DataFrame:
    """Return the rows of batch_task."""
    task = families.task
    begun = pl.Series(work.begin < plan.horizon)
    over = pl.Series(work.end <= plan.horizon)
    ending = np.full(len(work.job), _WELL)
    ending[_last(work.job)[fates.crashed]] = _FAILED
    return pl.DataFrame(
        {
            "task_name": task_names(work, families),
            "instance_num": work.count,
            "job_name": job_names(work).gather(work.job),
            "task_type": pl.Series(task.type[work.template]).cast(pl.String),
            "status": _STATUS.gather(np.where(over, ending, _RUNNING)),
            "start_time": work.begin,
            "end_time": work.end,
            "plan_cpu": task.plan_cpu[work.template],
            "plan_mem": task.plan_memory[work.template],
        }
    ).with_columns(
        pl.when(begun).then("status").otherwise(pl.lit("Waiting")).alias("status"),
        pl.when(begun).then("start_time"),
        pl.when(over).then("end_time"),
    )


def truth_rows(plan: Plan, work: Work, families: Families, fates: Fates) -> pl.DataFrame:
    """Return what the trace doesn't tell: a row for each job."""
    trials = fates.trials
    counted = trials.start < plan.horizon
    job = work.job[work.task[trials.instance]]
    again = counted & ~_first_of(trials.instance)
    told = pl.DataFrame(
        {"row": job, "pressure": trials.pressure, "left": _next_counts(trials.instance, counted)}
    ).filter(pl.col("left"))
    pressures = told.group_by("row", maintain_order=True).agg("pressure")
    failed = np.zeros(len(work.jobs), np.bool_)
    failed[job[again]] = True
    family = work.jobs.family
    return (
        pl.DataFrame(
            {
                "row": np.arange(len(work.jobs)),
                "job_name": job_names(work),
                "job_class": families.kind[family].astype(np.int8),
                "family": family.astype(np.int32),
                "submitted": work.jobs.submitted,
                "risk": fates.risk,
                "failed": failed,
                "crashed": fates.crashed,
            }
        )
        .join(pressures, on="row", how="left", maintain_order="left")
        .drop("row")
        .rename({"pressure": "eviction_pressures"})
        .with_columns(pl.col("eviction_pressures").fill_null([]))
    )


def _first_of(instance: Rows) -> Flags:
    first = np.ones(len(instance), np.bool_)
    first[1:] = instance[1:] != instance[:-1]
    return first


def _next_counts(instance: Rows, counted: Flags) -> Flags:
    """Tell of each trial whether another one of the same instance follows within the trace."""
    follows = np.zeros(len(instance), np.bool_)
    follows[:-1] = (instance[1:] == instance[:-1]) & counted[1:]
    return follows


def job_names(work: Work) -> pl.Series:
    """Return the names of the jobs, by their row."""
    return named("j", work.jobs.number)


def task_names(work: Work, families: Families) -> pl.Series:
    """Return the names of the tasks; one that tells nothing is another one in each job."""
    names = families.task.names.gather(families.task.name[work.template])
    opaque = families.opaque[work.jobs.family][work.job]
    if not opaque.any():
        return names
    number = pl.Series(work.jobs.number[work.job] * 7_919 + 1_000_003).cast(pl.String)
    told = pl.DataFrame({"name": names, "opaque": opaque, "drawn": "task_" + number.str.encode("base64")})
    return told.select(pl.when("opaque").then("drawn").otherwise("name").alias("task_name")).to_series()
