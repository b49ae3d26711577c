"""How long the scheduling core takes over one event while 10,000 jobs wait, under the rules of four kinds of sites."""

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

import numpy as np

from jobcast.act.plain import from_json, to_json
from jobcast.machine import CPUS, MEMORY
from jobcast.schedule.checkpoint import Checkpoint, load, save
from jobcast.schedule.event import Event, Finished, Submitted
from jobcast.schedule.job import After, BatchJob, Demand, Ending
from jobcast.schedule.policies import easy
from jobcast.schedule.policy import Policy
from jobcast.schedule.state import State
from jobcast.schedule.step import begin, step
from jobcast.simulate.machines import parse_machines
from jobcast.systems.dialects import read_configuration
from jobcast.units import GIB
from trial import Figure, Trial

_SITES = Path(__file__).parent / "sites"
_KINDS = ("EASY", "LoadLeveler", "LSF", "Slurm")
_MACHINES = "32x8:64GB"
_PENDING, _TIMES = 10_000, 300
_QUEUES = ("high", "normal", "low")
_BAR = "≤ 10 ms"
_POWERS, _ROUND = 0.75, 0.7
"""Share of the jobs with a power of two of tasks, and of those with a round run limit."""
_HOURS = (1, 2, 4, 8, 12, 24, 48, 72)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Sizes:
    pending: int
    times: int
    """How often each thing happens."""


def trials(shrink: int) -> list[Trial]:
    """Return one trial; `shrink` lessens how many jobs wait, and how often each thing happens."""
    sizes = _Sizes(pending=_PENDING // shrink, times=_TIMES // shrink)
    return [Trial(name="decision latency", run=lambda _folder: _try_all(sizes))]


def _try_all(sizes: _Sizes) -> list[Figure]:
    tried = [figure for kind in _KINDS for figure in _try(kind, sizes)]
    return tried + [figure for what, alter in _ODD.items() for figure in _try_odd(what, alter, sizes)]


def _policy(kind: str) -> Policy:
    """Return the rules that the files of a kind of site tell; its queues may use all machines."""
    if kind == "EASY":
        return replace(easy(), default_queue="normal")
    texts = {path.name: path.read_text("utf-8") for path in (_SITES / kind).iterdir()}
    found = read_configuration(texts).policy
    return replace(
        found, queues={name: replace(each, machines=frozenset()) for name, each in found.queues.items()}
    )


def _jobs() -> Iterator[BatchJob]:
    """Yield jobs made up from a seed, without end."""
    chance = np.random.default_rng(8)
    number = 0
    while True:
        number += 1
        per_task = {CPUS: 1, MEMORY: int(chance.choice([1, 1, 2, 4, 8])) * GIB}
        tasks = 2 ** chance.integers(0, 7) if chance.random() < _POWERS else chance.integers(1, 65)
        yield BatchJob(
            id=str(number),
            demand=Demand(tasks=int(tasks), per_task=per_task),
            queue=str(chance.choice(_QUEUES, p=[0.15, 0.45, 0.4])),
            user=f"u{chance.zipf(1.5) % 100}",
            run_limit=int(chance.choice(_HOURS)) * 3600
            if chance.random() < _ROUND
            else _minutes(chance) * 60,
        )


def _minutes(chance: np.random.Generator) -> int:
    return int(min(chance.lognormal(4.5, 1.5), 72 * 60)) + 1


def _try(kind: str, sizes: _Sizes) -> list[Figure]:
    """Fill the machines and the line, then let jobs end and come in turn."""
    policy, jobs = _policy(kind), _jobs()
    state = begin(parse_machines(_MACHINES), policy)
    while len(state.waiting) < sizes.pending:
        more = sizes.pending - len(state.waiting)
        state, _ = step(state, [Submitted(at=0, job=next(jobs)) for _ in range(more)], policy)
    gc.collect()
    gc.freeze()  # as a program does that runs for months
    ends, comes = [], []
    for _ in range(sizes.times):
        state, seconds = _timed(state, Finished(at=state.now + 1, job=next(iter(state.running))), policy)
        ends.append(seconds)
        state, seconds = _timed(state, Submitted(at=state.now + 1, job=next(jobs)), policy)
        comes.append(seconds)
    gc.unfreeze()
    return [
        *_figures(f"{kind}, a job ends", ends),
        *_figures(f"{kind}, a job comes", comes),
        _checkpoint(kind, state, policy),
    ]


_ODD: dict[str, Callable[[BatchJob], BatchJob]] = {
    "held": lambda job: replace(job, hold="user"),
    "waiting for another job": lambda job: replace(job, after=After(job="0", ending=Ending.ENDED)),
    "elements of one array with a limit": lambda job: replace(job, array="a", array_limit=5),
}


def _try_odd(what: str, alter: Callable[[BatchJob], BatchJob], sizes: _Sizes) -> list[Figure]:
    """Let jobs come while others that wait for more than room stand in line."""
    policy, jobs = _policy("LoadLeveler"), _jobs()
    state = begin(parse_machines(_MACHINES), policy)
    first = replace(next(jobs), id="0", run_limit=_HOURS[-1] * 3600)
    many = [first, *(alter(next(jobs)) for _ in range(sizes.pending))]
    state, _ = step(state, [Submitted(at=0, job=job) for job in many], policy)
    comes = []
    for _ in range(sizes.times):
        state, seconds = _timed(state, Submitted(at=state.now + 1, job=alter(next(jobs))), policy)
        comes.append(seconds)
    return _figures(f"LoadLeveler, a job comes to {sizes.pending:,} {what}", comes)


def _timed(state: State, event: Event, policy: Policy) -> tuple[State, float]:
    """Let one thing happen; return the state to go on with, and the CPU seconds of the decision: of one core alone."""
    before = time.process_time()
    state, _ = step(state, [event], policy)
    return state, time.process_time() - before


def _figures(what: str, seconds: Sequence[float]) -> list[Figure]:
    last = sorted(seconds)[int(len(seconds) * 0.99)]
    return [
        Figure(what=f"{what}: median", value=median(seconds) * 1000, unit="ms", bar=_BAR),
        Figure(what=f"{what}: 99 of 100 within", value=last * 1000, unit="ms", bar=""),
    ]


def _checkpoint(kind: str, state: State, policy: Policy) -> Figure:
    before = time.process_time()
    load(from_json(to_json(save(state)), Checkpoint), policy)
    took = time.process_time() - before
    return Figure(what=f"{kind}, a checkpoint written and read", value=took * 1000, unit="ms", bar="")
