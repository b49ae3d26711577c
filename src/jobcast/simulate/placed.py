"""Simulates with machines: turns a trace and a setup into what the core is given, and its answer into an outcome."""

from collections.abc import Callable
from datetime import timedelta

import numpy as np
import polars as pl

from jobcast.errors import InputError
from jobcast.language import say
from jobcast.machine import CPUS, Allocation, Cluster
from jobcast.schedule.policies import named
from jobcast.schedule.policy import Policy
from jobcast.simulate.core import Life, Progress, Replay, Replayed, Watch, replay
from jobcast.simulate.estimates.base import UNKNOWN, Columns, Estimator
from jobcast.simulate.estimates.registry import make
from jobcast.simulate.machines import one_machine
from jobcast.simulate.outcome import ALLOCATION, RESERVATIONS, Outcome
from jobcast.simulate.requests import Requests, batch_jobs, requests_of
from jobcast.simulate.setup import Setup
from jobcast.simulate.trace import Trace


def policy_of(setup: Setup) -> Policy:
    """Return the rules of a setup. Raises InputError for a policy that nobody knows."""
    if setup.system is not None:
        return setup.system
    setup.rule()  # raises for a name that nobody knows
    policy = named(setup.policy)
    if policy is None:
        raise InputError(say("simulate.no_policy", name=setup.policy), hint="")
    return policy


def cluster_of(setup: Setup, trace: Trace) -> Cluster:
    """Return the machines of a setup; without any, one with all processors of the trace."""
    return (
        setup.cluster
        if setup.cluster is not None and setup.cluster.machines
        else one_machine(trace.processors)
    )


def estimator_of(setup: Setup, trace: Trace) -> Estimator | None:
    """Return who tells estimates; None where the jobs' own requests are reckoned with."""
    estimates = setup.estimates
    if estimates is None and setup.system is None:
        rule = setup.rule()
        estimates = rule.estimates if isinstance(rule.estimates, str) else None
    return None if estimates in {None, "requested"} else make(estimates, columns_of(trace))


def columns_of(trace: Trace) -> Columns:
    """Return what estimators may look at."""
    user = trace.codes("user")
    return Columns(
        request=trace.requested(),
        run=trace.whole("run"),
        user=np.full(len(trace.jobs), UNKNOWN, np.int64) if user is None else user,
        processors=trace.whole("cores"),
        queue=trace.codes("queue"),
        command=trace.codes("command"),
    )


def run_core(
    trace: Trace,
    setup: Setup,
    *,
    seconds: Callable[[], float],
    progress: Progress | None = None,
    watch: Watch | None = None,
) -> Outcome:
    """Simulate a trace by the core itself; `watch` sees each step."""
    cluster, policy = cluster_of(setup, trace), policy_of(setup)
    requests = requests_of(trace, cluster, policy)
    rule = None if setup.system is not None else setup.rule()
    what = Replay(
        jobs=batch_jobs(trace, requests),
        submit=trace.whole("submit").tolist(),
        run=trace.whole("run").tolist(),
        cluster=cluster,
        policy=policy,
        estimator=estimator_of(setup, trace),
        correction=setup.correction or (rule.correction if rule else "request"),
        monday=monday_of(trace),
    )
    begun = seconds()
    done = replay(what, progress=progress, watch=watch)
    return _outcome(done, what, requests, seconds() - begun)


def monday_of(trace: Trace) -> int:
    """Return the second, at most 0, that was Monday 00:00 UTC."""
    midnight = trace.origin.replace(hour=0, minute=0, second=0, microsecond=0)
    monday = midnight - timedelta(days=trace.origin.weekday())
    return round((monday - trace.origin).total_seconds())


def _outcome(done: Replayed, what: Replay, requests: Requests, took: float) -> Outcome:
    lives, ids = done.lives, [job.id for job in what.jobs]
    return Outcome(
        engine="core",
        seconds=took,
        start=np.array([life.start for life in lives], np.int64),
        finish=np.array([life.finish for life in lives], np.int64),
        killed=np.array([life.killed for life in lives], np.bool_),
        preemptions=np.array([life.preemptions for life in lives], np.int64),
        backfilled=np.array([life.backfilled for life in lives], np.bool_),
        refused={row: life.refused for row, life in enumerate(lives) if life.refused}
        | _never(lives, done, ids),
        allocations=pl.Series("allocation", [_shares(life.allocation) for life in lives], dtype=ALLOCATION),
        machines={machine.name: machine.resources.get(CPUS, 0) for machine in what.cluster.machines},
        reservations=_reservations(done),
        other_queue=requests.other_queue,
    )


def _never(lives: list[Life], done: Replayed, ids: list[str]) -> dict[int, str]:
    """Tell why those never started who were still waiting when nothing could happen any more."""
    return {
        row: str(entry.reason.cause)
        for row, (life, entry) in enumerate(zip(lives, map(done.state.waiting.get, ids), strict=True))
        if entry is not None and life.start < 0
    }


def _shares(allocation: Allocation) -> list[dict[str, str | int]]:
    return [{"machine": share.machine, "tasks": share.tasks} for share in allocation]


def _reservations(done: Replayed) -> pl.DataFrame:
    rows = [
        {
            "id": promise.job,
            "made": promise.made,
            "over": promise.over,
            "start": promise.start,
            "finish": promise.finish,
            "allocation": _shares(promise.allocation),
        }
        for promise in done.promises
    ]
    return pl.DataFrame(rows, schema=RESERVATIONS)
