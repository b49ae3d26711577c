"""Runs of our own making: a few jobs by hand, and many at random on machines, first come, first served."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import polars as pl

from jobcast.simulate.metrics import measure
from jobcast.simulate.outcome import ALLOCATION, RESERVATIONS, SUSPENDED, Outcome
from jobcast.simulate.run import Run, facts_of, table_of
from jobcast.simulate.trace import Trace
from tests.made_up import HOSTILE
from tests.simulate.made_up import outcome, trace

DATED = datetime(2026, 11, 2, 8, tzinfo=UTC)
UNDATED = datetime(1970, 1, 1, tzinfo=UTC)
SCRIPT = "</script><script>alert(1)</script>"
MADE = ("2026-11-27T08:00:00+00:00", "1.2.3")


def kept(made: Trace, out: Outcome, policy: str = "easy") -> Run:
    """Return a run as it would be read from its folder."""
    metrics = measure(made, out)
    jobs = table_of(made, out, metrics)
    facts = facts_of(made, {"policy": policy, "estimates": "requested"}, out, metrics, made=MADE)
    return Run(name="easy", facts=facts, jobs=jobs, reservations=out.reservations)


def shares(*places: Mapping[str, int]) -> pl.Series:
    """Return allocations, each of machine to tasks."""
    return pl.Series(
        [[{"machine": name, "tasks": tasks} for name, tasks in one.items()] for one in places],
        dtype=ALLOCATION,
    )


def small(*, dated: bool = True) -> Run:
    """Return six jobs on two machines of 4; the third waits for all and is promised, the fifth goes first."""
    made = trace(
        *((0, 600, 4), (0, 900, 2), (60, 300, 8), (120, 600, 2), (180, 500, 2), (240, 120, 1)),
        user=["ann", "bob", "cyd", "ann", "bob", "cyd"],
        queue=["day", "day", "night", None, "day", "day"],
    )
    made = replace(made, origin=DATED if dated else UNDATED)
    out = outcome(
        made,
        *(0, 0, 900, 1200, 180, 1200),
        allocations=shares({"a": 4}, {"b": 2}, {"a": 4, "b": 4}, {"a": 2}, {"b": 2}, {"b": 1}),
        machines={"a": 4, "b": 4},
        reservations=_promised([("J3", 60, 900, 900, 1200, {"a": 4, "b": 4})], made),
    )
    return kept(made, out)


def many(jobs: int, machines: int = 12, size: int = 8, *, counted: bool = False, seed: int = 1) -> Run:
    """Return jobs at random on machines of `size`, each on the machine that has it soonest."""
    chance = random.Random(seed)
    until = {f"node{number:03d}": [0] * size for number in range(1, machines + 1)}
    rows, starts, places, now = [], [], [], 0
    for _ in range(jobs):
        now += int(chance.expovariate(machines / 900))
        run, cores = int(chance.expovariate(1 / 5400)) + 30, chance.choice((1, 1, 2, 4, 8, 2 * size))
        wanted = {"machines": -(-cores // size), "each": min(cores, size)}
        best = sorted(until, key=lambda name: (sorted(until[name])[wanted["each"] - 1], name))[
            : wanted["machines"]
        ]
        start = max([now, *(sorted(until[name])[wanted["each"] - 1] for name in best)])
        for name in best:
            until[name] = sorted(until[name])
            until[name][: wanted["each"]] = [start + run] * wanted["each"]
        rows.append((now, run, cores))
        starts.append(start)
        places.append(dict.fromkeys(best, wanted["each"]))
    made = trace(
        *rows,
        processors=machines * size,
        user=[chance.choice(("ann", "bob", "cyd", "dee", "eve", None)) for _ in rows],
        queue=[chance.choice(("day", "day", "night", "long")) for _ in rows],
    )
    where = {} if counted else {"allocations": shares(*places), "machines": dict.fromkeys(until, size)}
    return kept(replace(made, origin=DATED), outcome(made, *starts, **where))


def preempting() -> Run:
    """Return a run in which the third job suspends the second, and then that one suspends the third."""
    made = trace((0, 900, 2), (0, 300, 4), (100, 300, 4), queue=["day", "day", "night"])
    suspended = [[], [{"start": 100, "end": 200}], [{"start": 200, "end": 400}]]
    out = outcome(
        made,
        *(0, 0, 100),
        finish=np.array([900, 400, 600]),
        preemptions=np.array([0, 1, 1]),
        allocations=shares({"b": 2}, {"a": 4}, {"a": 4}),
        suspended=pl.Series(suspended, dtype=SUSPENDED),
        machines={"a": 4, "b": 4},
    )
    return kept(replace(made, origin=DATED), out)


def hostile() -> Run:
    """Return a run in which everything that users and files name is hostile."""
    run = small()
    names = [SCRIPT, HOSTILE, "<img src=x onerror=alert(1)>", "{{ 7 * 7 }}", "'\";--", "\u202eabc"]
    jobs = run.jobs.with_columns(
        pl.Series("id", names), pl.Series("user", names), pl.Series("queue", names[::-1])
    )
    trace = replace(run.facts.trace, name=SCRIPT)
    return replace(run, jobs=jobs, facts=replace(run.facts, trace=trace, setup={"policy": SCRIPT}))


def _promised(
    rows: Sequence[tuple[str, int, int, int | None, int | None, Mapping[str, int]]], made: Trace
) -> pl.DataFrame:
    ids = made.jobs["id"].to_list()
    return pl.DataFrame(
        [
            {
                "id": ids[int(name[1:]) - 1],
                "made": since,
                "over": over,
                "start": start,
                "finish": finish,
                "allocation": [{"machine": machine, "tasks": tasks} for machine, tasks in where.items()],
            }
            for name, since, over, start, finish, where in rows
        ],
        schema=RESERVATIONS,
    )
