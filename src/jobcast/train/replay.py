"""Replay finished jobs to tell what a sizing policy would have wasted, and how often it would have failed.

An attempt that is killed wastes all it was allocated for the whole run time (time to failure 1.0); one that
succeeds wastes what it did not use. GB are decimal here, as in the published comparisons (Sizey 2024).
"""

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal

import numpy as np
import polars as pl

from jobcast.features.numbers import number_column
from jobcast.forecast import NoForecast
from jobcast.predict.sizing.base import Policy, Run, SizingAdvice
from jobcast.predict.sizing.baselines import POLICIES, WHOLE_MACHINE, make_policy
from jobcast.units import Bytes, Seconds

Protocol = Literal["published", "online"]

LEAST = Bytes(4_000_000)
"""The smallest allocation there is."""

WITHOUT_REQUEST = Bytes(4_000_000_000)
"""What a run is given when nothing is known of its family and it asks for nothing."""

MOST_RETRIES = 12

MANY = 34
"""Published protocol: processes with fewer runs are left out."""

WARM_UP = 0.3
"""Published protocol: share of each process that is known beforehand."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReplayedTask:
    """One finished job, as a replay needs it."""

    process: str
    """What runs: the job's command, or else its name."""
    request: Bytes
    """What it asked for, or `WITHOUT_REQUEST`."""
    input_size: float | None
    """In any unit that stays the same within the process; None where unknown."""
    peak: Bytes
    """What it needs: any smaller allocation fails."""
    run_time: Seconds
    """Of every attempt, failed ones too; 0 where unknown."""
    submit: datetime
    """When it asks for advice."""
    finish: datetime
    """When a policy may learn from it."""

    def run(self, *, with_size: bool) -> Run:
        """Return what a policy may know of it at its submission."""
        return Run(
            family=self.process, request=self.request, input_size=self.input_size if with_size else None
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempts:
    """How often a policy tried one task, and what that cost."""

    task: ReplayedTask
    """Which one."""
    run: Run
    """What the policy knew of it."""
    advice: SizingAdvice | NoForecast
    """What it was told, or why nothing was."""
    failures: int
    """Attempts that were too small."""
    wastage: float
    """Byte-hours over all attempts."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PolicyTotals:
    """What a policy did with all tasks."""

    policy: str
    """One of `POLICIES`."""
    tasks: int
    """Those that were run; a warm-up does not count."""
    use_gb_hours: float
    """Peak times run time: the least that any policy has to hold."""
    wastage_gb_hours: float
    """Memory held in vain times run time, over all attempts."""
    failed_attempts: int
    """Attempts that were too small, over all tasks."""
    failed_attempt_share: float
    """Failed attempts per task."""
    first_failure_share: float
    """Share of tasks whose first attempt failed."""


def replay(
    jobs: pl.DataFrame,
    protocol: Protocol,
    *,
    policies: Sequence[str] = POLICIES,
    seed: int = 1996,
    price: float = 1.0,
) -> tuple[PolicyTotals, ...]:
    """Return what each policy would have made of `jobs` (in the history's columns).

    ``published``: every process with many runs, a random share as warm-up, then the others in random order,
    each learnt before the next; the input size is known. The random numbers follow from `seed` alone.
    ``online``: all jobs as they were submitted, knowing only what had finished by then, and no input size.
    Jobs without a measured peak teach nothing and are not counted. `price` is that of `Sizer`.
    """
    tasks = list(read_tasks(jobs))
    totals = []
    for name in policies:
        policy = make_policy(name, price=price)
        replayed = published(tasks, policy, seed) if protocol == "published" else online(tasks, policy)
        totals.append(summary(name, replayed))
    return tuple(totals)


def table(totals: Iterable[PolicyTotals]) -> pl.DataFrame:
    """Return totals as a table, one row per policy."""
    return pl.DataFrame([asdict(one) for one in totals])


def summary(policy: str, replayed: Iterable[Attempts]) -> PolicyTotals:
    """Add up what a policy did."""
    each = list(replayed)
    failed = sum(attempts.failures for attempts in each)
    return PolicyTotals(
        policy=policy,
        tasks=len(each),
        use_gb_hours=sum(attempts.task.peak * attempts.task.run_time for attempts in each) / 3600e9,
        wastage_gb_hours=sum(attempts.wastage for attempts in each) / 1e9,
        failed_attempts=failed,
        failed_attempt_share=failed / max(1, len(each)),
        first_failure_share=sum(attempts.failures > 0 for attempts in each) / max(1, len(each)),
    )


def read_tasks(jobs: pl.DataFrame) -> Iterator[ReplayedTask]:
    """Yield the jobs that have a measured peak, in the order of the rows."""
    rows = (
        jobs.with_columns(number_column(jobs["description"], "input_size"))
        .filter(
            pl.col("memory_peak") > 0,
            pl.col("submit_time").is_not_null() & pl.col("finish_time").is_not_null(),
        )
        .select(
            process=pl.coalesce("command", "name", pl.lit("")),
            request=pl.col("memory_requested").fill_null(WITHOUT_REQUEST),
            input_size=pl.col("input_size"),
            peak=pl.col("memory_peak"),
            run_time=pl.col("run_time").fill_null(0.0),
            submit=pl.col("submit_time"),
            finish=pl.col("finish_time"),
        )
    )
    return (ReplayedTask(**row) for row in rows.iter_rows(named=True))


def published(tasks: Sequence[ReplayedTask], policy: Policy, seed: int) -> Iterator[Attempts]:
    """Warm up, then run each other task in random order and learn it at once (as Sizey 2024 does)."""
    warm_up, rest = _split(tasks, seed)
    for task in warm_up:
        _learn(policy, _attempt(policy, task, task.run(with_size=True)))
    for task in rest:
        attempts = _attempt(policy, task, task.run(with_size=True))
        _learn(policy, attempts)
        yield attempts


def online(tasks: Sequence[ReplayedTask], policy: Policy) -> Iterator[Attempts]:
    """Run each task as it is submitted; the policy has learnt those that had finished by then."""
    running: list[tuple[datetime, int, Attempts]] = []
    for number, task in enumerate(sorted(tasks, key=lambda task: task.submit)):
        while running and running[0][0] <= task.submit:
            _learn(policy, heapq.heappop(running)[2])
        attempts = _attempt(policy, task, task.run(with_size=False))
        policy.submitted(attempts.run)
        heapq.heappush(running, (task.finish, number, attempts))
        yield attempts


def _split(tasks: Sequence[ReplayedTask], seed: int) -> tuple[list[ReplayedTask], list[ReplayedTask]]:
    """Part every process's tasks at random into warm-up and the rest.

    The same split as the published code's, which asks scikit-learn's `train_test_split` for it, process by
    process: the legacy generator's stream is frozen, so it can be had without scikit-learn.
    """
    by_process: dict[str, list[ReplayedTask]] = {}
    for task in tasks:
        by_process.setdefault(task.process, []).append(task)
    warm_up: list[ReplayedTask] = []
    rest: list[ReplayedTask] = []
    for _, group in sorted(by_process.items()):
        if len(group) < MANY or not all(task.run_time > 0 for task in group):
            continue
        order = np.random.RandomState(seed).permutation(len(group))
        tested = int(np.ceil((1 - WARM_UP) * len(group)))
        rest += [group[row] for row in order[:tested]]
        warm_up += [group[row] for row in order[tested:]]
    return warm_up, rest


def _learn(policy: Policy, attempts: Attempts) -> None:
    task = attempts.task
    policy.learn(attempts.run, peak=task.peak, run_time=task.run_time, advice=attempts.advice)


def _attempt(policy: Policy, task: ReplayedTask, run: Run) -> Attempts:
    """Run the task with what is advised, and again with more as often as it takes."""
    advice = policy.advise(run)
    amount = _within_bounds(advice.amount if isinstance(advice, SizingAdvice) else task.request)
    held, failures = 0.0, 0
    while amount < task.peak and failures < MOST_RETRIES:
        held += amount
        failures += 1
        amount = _within_bounds(policy.retry(run, amount))
    wastage = (held + amount - task.peak) * task.run_time / 3600
    return Attempts(task=task, run=run, advice=advice, failures=failures, wastage=wastage)


def _within_bounds(amount: Bytes) -> Bytes:
    return min(max(amount, LEAST), WHOLE_MACHINE)
