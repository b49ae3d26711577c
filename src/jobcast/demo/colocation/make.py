"""From a plan to the six tables and to the truth, a part of the jobs at a time."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass

import numpy as np
import polars as pl

from jobcast.demo.colocation.evictions import clocks, disturb, paces, totals
from jobcast.demo.colocation.families import NATURES, Families, Kind, draw_families
from jobcast.demo.colocation.faults import faulty
from jobcast.demo.colocation.files import Tables
from jobcast.demo.colocation.jobs import Jobs, draw_jobs
from jobcast.demo.colocation.machines import container_meta, draw_containers, machine_meta
from jobcast.demo.colocation.place import Place
from jobcast.demo.colocation.plan import Floats, Plan, Stream
from jobcast.demo.colocation.pressure import Pressure, draw_pressure
from jobcast.demo.colocation.rows import instance_rows, task_rows, truth_rows
from jobcast.demo.colocation.usage import container_usage, machine_usage
from jobcast.demo.colocation.work import lay_out

_AT_ONCE = 300_000
"""Instances made in one go."""
_TRIED = {Kind.COMMON: 3_000, Kind.HEAVY: 300, Kind.SHORT: 1, Kind.LONG: 2_000}
"""Jobs of each class at most by which the clocks are set."""

Watch = Callable[[float], None]
"""Called with the share of the work that is done."""
_JOBS_TAKE = 0.6
"""Share of the work that jobs are; the rest are readings."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """What was made up."""

    rows: dict[str, int]
    """By table."""
    failed_jobs: int
    """With at least one instance that was run again."""
    evictions: int
    """Of all instances."""
    faults: dict[str, dict[str, int]]
    """Rows with faults, by table and kind."""


def make_up(plan: Plan, place: Place, watch: Watch = lambda _share: None) -> Made:
    """Write the six tables and the truth.

    Raises InputError when `place` holds something else, and touches nothing then.
    """
    place.clear()
    place.note({"plan": asdict(plan)})
    pressure = draw_pressure(plan)
    truths: list[pl.DataFrame] = []
    with Tables(place.folder, packed=plan.gzip) as tables:
        for tasks, instances, truth in _batch(plan, pressure):
            _write(plan, tables, "batch_task", tasks)
            _write(plan, tables, "batch_instance", instances)
            truths.append(truth)
            watch(_JOBS_TAKE * sum(map(len, truths)) / plan.jobs)
        _write_readings(plan, pressure, tables, watch)
    told = pl.concat(truths)
    told.write_parquet(place.truth)
    made = Made(
        rows=tables.rows,
        failed_jobs=int(told["failed"].sum()),
        evictions=int(told["eviction_pressures"].list.len().sum()),
        faults=tables.faults,
    )
    place.note({"plan": asdict(plan), **asdict(made)})
    return made


def _write(plan: Plan, tables: Tables, name: str, rows: pl.DataFrame) -> None:
    """Write rows, and behind the first of a table faults made of them, where these are wanted."""
    tables.write(name, rows)
    if plan.faults and name not in tables.faults:
        tables.write_faults(name, faulty(plan, name, rows))


def _write_readings(plan: Plan, pressure: Pressure, tables: Tables, watch: Watch) -> None:
    """Write what is told of machines and containers."""
    containers = draw_containers(plan)
    tables.write("machine_meta", machine_meta(plan))
    tables.write("container_meta", container_meta(plan, containers))
    for readings in machine_usage(plan, pressure):
        _write(plan, tables, "machine_usage", readings)
    total = len(containers.machine) * pressure.share.shape[1]
    for readings in container_usage(plan, pressure, containers):
        tables.write("container_usage", readings)
        watch(_JOBS_TAKE + (1 - _JOBS_TAKE) * tables.rows["container_usage"] / total)


def _batch(plan: Plan, pressure: Pressure) -> Iterator[tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]]:
    """Yield tasks, instances and truth of some jobs at a time, in order of submission."""
    families = draw_families(plan)
    jobs = draw_jobs(plan, families)
    pace = _set_clocks(plan, jobs, families, pressure)
    rng = plan.rng(Stream.INSTANCES)
    numbered = 1
    for part in _parts(jobs, families):
        work = lay_out(part, families, plan.machines, rng)
        fates = disturb(work, clocks(work, families, pressure, pace), pressure, rng)
        instances = instance_rows(plan, work, families, fates, numbered)
        yield task_rows(plan, work, families, fates), instances, truth_rows(plan, work, families, fates)
        numbered += len(work.task)


def _parts(jobs: Jobs, families: Families) -> Iterator[Jobs]:
    expected = np.cumsum(families.instances[jobs.family] * jobs.size + 1)
    ends = np.searchsorted(expected, np.arange(_AT_ONCE, expected[-1] + _AT_ONCE, _AT_ONCE))
    begin = 0
    for end in ends:
        if end > begin:
            yield jobs.take(slice(begin, end))
            begin = int(end)
    if begin < len(jobs):
        yield jobs.take(slice(begin, len(jobs)))


def _set_clocks(plan: Plan, jobs: Jobs, families: Families, pressure: Pressure) -> Floats:
    """Return the pace of the clocks of each class, so that as many jobs fail as are to."""
    rng = plan.rng(Stream.TRIAL_RUN)
    kind = families.kind[jobs.family]
    tried = np.concatenate([rng.permutation(np.flatnonzero(kind == one))[: _TRIED[one]] for one in NATURES])
    work = lay_out(jobs.take(np.sort(tried)), families, plan.machines, rng)
    total = totals(work, clocks(work, families, pressure, np.ones(len(NATURES))))
    return paces(families.kind[work.jobs.family], total, plan.failing)
