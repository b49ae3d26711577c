"""Simulates with machines: turns a trace and a setup into what the core is given, and its answer into an outcome."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from math import isnan

import numpy as np
import polars as pl

from jobcast.decision import Cause
from jobcast.errors import InputError
from jobcast.language import say
from jobcast.machine import CPUS, Allocation, Cluster
from jobcast.schedule.job import BatchJob
from jobcast.schedule.policies import named
from jobcast.schedule.policy import Policy
from jobcast.simulate.compiled import core_because, run_compiled
from jobcast.simulate.core import Life, Progress, Replay, Replayed, Watch, replay
from jobcast.simulate.estimates.base import UNKNOWN, Columns, Estimator
from jobcast.simulate.estimates.correction import CorrectionName
from jobcast.simulate.estimates.registry import EstimatesName, make
from jobcast.simulate.following import Following, following
from jobcast.simulate.hosts.asked import of_trace
from jobcast.simulate.machines import one_machine
from jobcast.simulate.outcome import ALLOCATION, RESERVATIONS, SUSPENDED, Outcome, Whole
from jobcast.simulate.requests import Requests, batch_jobs, requests_of
from jobcast.simulate.setup import Setup, unknown_policy
from jobcast.simulate.trace import Trace

WORTH_COMPILING = 5_000
"""Jobs from which on the compiled engine is faster, even where it must be compiled first (half a minute, once)."""


def policy_of(setup: Setup) -> Policy:
    """Return the rules of a setup. Raises InputError for a policy that nobody knows."""
    policy = named(setup.policy) if setup.system is None else setup.system
    if policy is None:
        raise unknown_policy(setup.policy)
    if setup.guarantee:
        policy = replace(policy, protected="run_limit")
    if setup.acting is not None:
        policy = replace(policy, failing=setup.acting.rule)
    return policy if setup.cycle is None else replace(policy, cycle=setup.cycle)


def cluster_of(setup: Setup, trace: Trace) -> Cluster:
    """Return the machines of a setup; without any, one with all processors of the trace."""
    return (
        setup.cluster
        if setup.cluster is not None and setup.cluster.machines
        else one_machine(trace.processors)
    )


def estimates_of(setup: Setup) -> EstimatesName:
    """Return which run times are reckoned with: those named, else those of the policy, else requested ones."""
    if setup.estimates is not None or setup.system is not None:
        return setup.estimates or "requested"
    rule = setup.rule()
    return rule.estimates if isinstance(rule.estimates, str) else "requested"


def correction_of(setup: Setup) -> CorrectionName:
    """Return what becomes of an estimate that a running job outlives."""
    return setup.correction or ("request" if setup.system is not None else setup.rule().correction)


def estimator_of(setup: Setup, trace: Trace) -> Estimator | None:
    """Return who learns estimates on the way; None where they are known before."""
    estimates = estimates_of(setup)
    known = setup.given is not None or estimates in _KNOWN
    return None if known else make(estimates, columns_of(trace))


_KNOWN = ("requested", "actual")


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


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """A trace and a setup, in the words of the core."""

    trace: Trace
    """The jobs."""
    setup: Setup
    """What decides over them."""
    cluster: Cluster
    """The machines."""
    policy: Policy
    """The rules."""
    requests: Requests
    """What the jobs ask for."""

    @classmethod
    def of(cls, trace: Trace, setup: Setup) -> "Site":
        """Lay out a run. Raises InputError for a policy that nobody knows, or estimates that outlive run limits."""
        _see_capped(setup)
        cluster, policy = cluster_of(setup, trace), policy_of(setup)
        return cls(
            trace=trace,
            setup=setup,
            cluster=cluster,
            policy=policy,
            requests=requests_of(trace, cluster, policy),
        )

    def in_queues(self, done: Outcome) -> Outcome:
        """Return what came of a run, and the queues that the jobs were in where the policy knows some."""
        asked = self.requests
        queue = pl.Series("queue", asked.queue, dtype=pl.String) if self.policy.queues else None
        return replace(done, queue=queue, other_queue=asked.other_queue)


_UNCAPPED = ("doubled", "doubling-uncapped")


def _see_capped(setup: Setup) -> None:
    """Raise InputError for estimates beyond the run limit: the core reckons with nothing longer than that."""
    for name in (estimates_of(setup), correction_of(setup)):
        if name in _UNCAPPED:
            raise InputError(say("simulate.capped", name=name), hint=say("simulate.capped_cure"))


def run_placed(
    trace: Trace,
    setup: Setup,
    *,
    seconds: Callable[[], float],
    progress: Progress | None = None,
    watch: Watch | None = None,
) -> Outcome:
    """Simulate a trace with machines: by the compiled engine where that gives the same, else by the core."""
    site = Site.of(trace, setup)
    wanted = len(trace.jobs) >= WORTH_COMPILING if setup.compiled is None else setup.compiled
    if not wanted or watch is not None:
        return run_core(site, seconds=seconds, progress=progress, watch=watch)
    known = known_estimates(site)
    because = _as_it_goes(site, known)
    if known is not None and not because:
        asked = of_trace(trace, site.requests, known)
        because = core_because(asked, site.policy, site.cluster)
        if not because:
            monday = monday_of(trace)
            done = run_compiled(
                asked, site.policy, site.cluster, monday=monday, seconds=seconds, progress=progress
            )
            return site.in_queues(done)
    return replace(run_core(site, seconds=seconds, progress=progress), core_because=because)


def _as_it_goes(site: Site, known: Whole | None) -> tuple[str, ...]:
    """Return what only turns out during a simulation: then the core does it, whatever the policy."""
    tests = {
        "following": following_of(site) is not None,
        "held": site.setup.acting is not None and bool((site.setup.acting.begins >= 0).any()),
        "estimates": known is None,
        "correction": known is not None and _corrects(site, known),
    }
    return tuple(word for word, holds in tests.items() if holds)


def known_estimates(site: Site) -> Whole | None:
    """Return estimates that are known from the beginning, -1 for none; None where they are learnt on the way.

    Policies of the literature know no job without a request: its true run time stands in. A site's own rules do.
    """
    trace, setup = site.trace, site.setup
    if setup.given is None and estimates_of(setup) not in _KNOWN:
        return None
    if setup.given is None and estimates_of(setup) == "actual":
        return trace.whole("run")
    instead = setup.system is None and trace.jobs["request"].is_null().to_numpy()
    requested = np.where(instead, trace.whole("run"), -1)
    return requested if setup.given is None else np.where(setup.given > 0, setup.given, requested)


def following_of(site: Site) -> Following | None:
    """Return who follows whom; None where nobody does, or where jobs are to come as recorded."""
    return following(site.trace.jobs) if site.setup.follow else None


def _corrects(site: Site, known: Whole) -> bool:
    """Tell whether an estimate is corrected to something else than the request: the compiled engine doesn't."""
    short = (known > 0) & (known < site.trace.whole("run"))
    return correction_of(site.setup) != "request" and bool(short.any())


def run_core(
    site: Site,
    *,
    seconds: Callable[[], float],
    progress: Progress | None = None,
    watch: Watch | None = None,
) -> Outcome:
    """Simulate a trace by the core itself; `watch` sees each step."""
    trace, setup = site.trace, site.setup
    what = Replay(
        jobs=_acted_on(batch_jobs(trace, site.requests, known_estimates(site)), setup),
        submit=trace.whole("submit").tolist(),
        run=trace.whole("run").tolist(),
        cluster=site.cluster,
        policy=site.policy,
        estimator=estimator_of(setup, trace),
        correction=correction_of(setup),
        monday=monday_of(trace),
        following=following_of(site),
    )
    begun = seconds()
    done = replay(what, progress=progress, watch=watch)
    return site.in_queues(_outcome(done, what, seconds() - begun))


def _acted_on(jobs: list[BatchJob], setup: Setup) -> list[BatchJob]:
    """Return jobs with their chances of failing; those that are held begin once they are confirmed."""
    act = setup.acting
    if act is None:
        return jobs
    told = zip(jobs, act.chances.tolist(), act.begins.tolist(), strict=True)
    return [
        replace(job, failing=None if isnan(chance) else chance, begin=None if begin < 0 else begin)
        for job, chance, begin in told
    ]


def monday_of(trace: Trace) -> int:
    """Return the second, at most 0, that was Monday 00:00 UTC."""
    midnight = trace.origin.replace(hour=0, minute=0, second=0, microsecond=0)
    monday = midnight - timedelta(days=trace.origin.weekday())
    return round((monday - trace.origin).total_seconds())


def _outcome(done: Replayed, what: Replay, took: float) -> Outcome:
    lives, ids = done.lives, [job.id for job in what.jobs]
    return Outcome(
        engine="core",
        submit=np.array([life.submit for life in lives], np.int64),
        seconds=took,
        start=np.array([life.start for life in lives], np.int64),
        finish=np.array([life.finish for life in lives], np.int64),
        killed=np.array([life.killed for life in lives], np.bool_),
        preemptions=np.array([life.preemptions for life in lives], np.int64),
        backfilled=np.array([life.backfilled for life in lives], np.bool_),
        refused={row: life.refused for row, life in enumerate(lives) if life.refused}
        | _never(lives, done, ids),
        allocations=pl.Series("allocation", [_shares(life.allocation) for life in lives], dtype=ALLOCATION),
        suspended=pl.Series("suspended", [_spans(life) for life in lives], dtype=SUSPENDED),
        machines={machine.name: machine.resources.get(CPUS, 0) for machine in what.cluster.machines},
        reservations=_reservations(done),
    )


def _never(lives: list[Life], done: Replayed, ids: list[str]) -> dict[int, str]:
    """Tell why those never started who were still waiting when nothing could happen any more, or never came."""
    return {
        row: str(entry.reason.cause)
        for row, (life, entry) in enumerate(zip(lives, map(done.state.waiting.get, ids), strict=True))
        if entry is not None and life.start < 0
    } | {row: str(Cause.NEVER) for row, life in enumerate(lives) if life.submit < 0}


def _shares(allocation: Allocation) -> list[dict[str, str | int]]:
    return [{"machine": share.machine, "tasks": share.tasks} for share in allocation]


def _spans(life: Life) -> list[dict[str, int]]:
    return [{"start": start, "end": end} for start, end in life.suspended]


def _reservations(done: Replayed) -> pl.DataFrame:
    rows = [
        {
            "id": promise.job,
            "made": promise.made,
            "over": promise.over,
            "start": promise.start,
            "finish": promise.finish,
            "allocation": _shares(promise.allocation),
            "held": promise.held,
        }
        for promise in done.promises
    ]
    return pl.DataFrame(rows, schema=RESERVATIONS)
