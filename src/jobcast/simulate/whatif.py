"""What would have changed: the same days as requested, with forecasts, and with perfect knowledge.

- Memory is asked for as requested; as forecast at submission; or as used; the last two never more than requested.
  Jobs that requested none ask for none in all three.
- Run times are reckoned with as requested; as forecast, but never longer than requested; or as they were.
- A job that needs more than was forecast fails and runs again as requested: it counts as one that runs twice as
  long (its queue's longest time at most) and holds what was requested all the while, which is more than it would.
  The time of its first run counts as waiting.

Jobs that never start as requested, mostly because no machine has so much, are left out of all three: they might
with a lower request, and the means would be of different jobs.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from jobcast.machine import Cluster
from jobcast.simulate.asking import Asked, Question, ask
from jobcast.simulate.engines import simulate
from jobcast.simulate.metrics import job_table
from jobcast.simulate.outcome import Outcome
from jobcast.units import GIB

SCENARIOS = ("requested", "forecast", "perfect")
"""In the order in which they are told; each has its text, ``whatif_scenario.NAME``."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Scenario:
    """One way to ask, and what came of it."""

    name: str
    """One of `SCENARIOS`."""
    mean_wait_s: float
    """From submission to the first start of the run that succeeds."""
    wait_hours: float
    """Of all jobs together."""
    mean_bounded_slowdown: float
    """With the usual threshold of 10 s."""
    memory_gib_hours: float | None
    """That were kept for jobs while they ran; None where no job requested memory."""
    idle_gib_hours: float | None
    """Of these, beyond what the jobs used at most; None likewise."""
    short: int
    """Jobs that failed for want of memory and ran again."""
    machines: int | None
    """The fewest with which the mean wait is no longer than as requested with all; None where that wasn't asked, or
    the wait is longer even with all."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WhatIf:
    """The whole answer."""

    jobs: int
    """That were replayed."""
    refused: int
    """That were not, since they never start as requested."""
    set_aside: Mapping[str, int]
    """How many that finished after the end of learning can't be simulated at all, see `Trace.set_aside`."""
    forecast_memory: int
    """For how many of them there was a forecast of memory, and a request to lower."""
    forecast_run_time: int
    """For how many there was a forecast of run time."""
    other_queue: int
    """How many jobs name a queue that the policy doesn't have, and are put into its default one."""
    machines: int
    """How many there are."""
    scenarios: tuple[Scenario, ...]
    """In the order of `SCENARIOS`."""


def answer(question: Question, *, seconds: Callable[[], float], step: Callable[[str], None]) -> WhatIf:
    """Replay the days in all three ways; `step` is told the name of each scenario that begins."""
    everybody, other_queue = len(question.trace.jobs), 0
    found: list[Scenario] = []
    for name in SCENARIOS:
        step(name)
        asked = ask(name, question)
        outcome = simulate(asked.trace, asked.setup, seconds=seconds)
        if not found and outcome.refused:
            question = question.only(outcome.start >= 0)
            asked = ask(name, question)
            outcome = simulate(asked.trace, asked.setup, seconds=seconds)
        other_queue = outcome.other_queue
        goal = found[0].mean_wait_s if found else asked.mean_wait(outcome)
        fewest = fewest_machines(asked, outcome, goal, seconds) if question.count_machines else None
        found.append(_measured(name, asked, outcome, fewest))
    told = question.told
    requests = question.trace.jobs["memory"]
    return WhatIf(
        jobs=len(question.trace.jobs),
        refused=everybody - len(question.trace.jobs),
        set_aside=question.trace.set_aside,
        forecast_memory=int((told.memory.is_not_null() & requests.is_not_null()).sum()),
        forecast_run_time=len(told.run_time) - told.run_time.null_count(),
        other_queue=other_queue,
        machines=len(question.cluster.machines),
        scenarios=tuple(found),
    )


def fewest_machines(asked: Asked, full: Outcome, goal: float, seconds: Callable[[], float]) -> int | None:
    """Return the fewest machines with which the mean wait is at most `goal` seconds; None where not even all do.

    `full` is the run with all of them. Nobody may be refused for whom there was room there. Each kind of machine is
    thinned out as much as another. Fewer machines are taken to make longer waits.
    """
    if asked.mean_wait(full) > goal:
        return None
    machines, order = asked.cluster.machines, _evenly(asked.cluster)

    def enough(count: int) -> bool:
        few = replace(asked.cluster, machines=tuple(machines[row] for row in sorted(order[:count])))
        outcome = simulate(asked.trace, replace(asked.setup, cluster=few), seconds=seconds)
        none_lost = len(outcome.refused) <= len(full.refused)
        return none_lost and asked.mean_wait(outcome) <= goal

    low, high = 0, len(order)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def _evenly(cluster: Cluster) -> list[int]:
    """Return the rows of machines in an order of which each beginning has the same mixture of kinds."""
    kinds: dict[tuple[tuple[str, int], ...], list[int]] = {}
    for row, machine in enumerate(cluster.machines):
        kinds.setdefault(tuple(sorted(machine.resources.items())), []).append(row)
    places = [((place + 0.5) / len(rows), row) for rows in kinds.values() for place, row in enumerate(rows)]
    return [row for _, row in sorted(places)]


def _measured(name: str, asked: Asked, outcome: Outcome, fewest: int | None) -> Scenario:
    ran = outcome.start >= 0
    # Slowed down against the time that it truly runs, not against what it runs in vain and again.
    truly = asked.trace.jobs.with_columns(run=np.where(asked.lost, asked.lost, asked.trace.whole("run")))
    slowdown = job_table(replace(asked.trace, jobs=truly), outcome)["slowdown"].filter(pl.Series(ran))
    jobs = asked.trace.jobs.filter(pl.Series(ran), pl.col("memory").is_not_null())
    held, idle = jobs.select(
        held=(pl.col("memory") * pl.col("run")).cast(pl.Float64).sum(),
        idle=((pl.col("memory") - pl.col("memory_used")).clip(lower_bound=0) * pl.col("run"))
        .cast(pl.Float64)
        .sum(),
    ).row(0)
    hours = GIB * 3600.0
    return Scenario(
        name=name,
        mean_wait_s=asked.mean_wait(outcome),
        wait_hours=float(np.sum(asked.waits(outcome)[ran])) / 3600,
        mean_bounded_slowdown=float(slowdown.to_numpy().mean()) if len(slowdown) else 1.0,
        memory_gib_hours=held / hours if len(jobs) else None,
        idle_gib_hours=idle / hours if len(jobs) else None,
        short=int((asked.lost > 0).sum()),
        machines=fewest,
    )
