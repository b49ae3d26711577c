"""Simulates with machines by the compiled engine, where it knows all the rules."""

from collections.abc import Callable
from importlib.util import find_spec

import numpy as np
import polars as pl

from jobcast.decision import Cause, Reason
from jobcast.machine import CPUS, Cluster
from jobcast.schedule.admission import admit
from jobcast.schedule.eligible import not_eligible
from jobcast.schedule.happening import queue_of
from jobcast.schedule.job import BatchJob
from jobcast.schedule.limits import Limits
from jobcast.schedule.policy import Policy
from jobcast.schedule.state import Entry, State
from jobcast.schedule.step import begin
from jobcast.simulate.hosts.asked import Asked
from jobcast.simulate.hosts.base import Outcome as Done
from jobcast.simulate.hosts.columns import columns, expressible
from jobcast.simulate.outcome import ALLOCATION, Outcome

Progress = Callable[[int], None]


def core_because(asked: Asked, policy: Policy, cluster: Cluster) -> tuple[str, ...]:
    """Return what keeps the compiled engine from running it: ``numba`` that isn't there, and rules it doesn't know."""
    lacking = () if find_spec("numba") else ("numba",)
    return (*lacking, *expressible(policy, cluster, asked))


def run_compiled(  # noqa: PLR0913 - by name all but the first three
    asked: Asked,
    policy: Policy,
    cluster: Cluster,
    *,
    monday: int,
    seconds: Callable[[], float],
    progress: Progress | None = None,
) -> Outcome:
    """Simulate by the compiled engine; nothing must keep it from that (`core_because`).

    `monday` is any second that was Monday 00:00 at the site.
    """
    from jobcast.simulate.hosts.engine import make_ready, run  # noqa: PLC0415 - numba takes half a second

    begin(cluster, policy)  # raises for a policy that contradicts itself
    given = columns(policy, cluster, asked, monday=monday)
    before = seconds()
    make_ready(given.jobs, given.machines, given.rules)
    begun = seconds()
    done = run(given.jobs, given.machines, given.rules, progress=progress)
    took = seconds() - begun
    return Outcome(
        engine="hosts",
        seconds=took,
        compiling=begun - before,
        start=done.start,
        finish=done.finish,
        killed=done.killed > 0,
        preemptions=done.preempted,
        backfilled=done.backfilled.astype(np.bool_),
        refused=_causes(
            np.flatnonzero(done.start < 0).tolist(),
            asked,
            begin(cluster, policy, now=done.over, monday=monday),
        ),
        allocations=_allocations(done, cluster),
        machines={machine.name: machine.resources.get(CPUS, 0) for machine in cluster.machines},
    )


def _causes(rows: list[int], asked: Asked, state: State) -> dict[int, str]:
    """Ask the core why it refuses these jobs, which never ran, or lets them wait for ever where nobody else runs."""
    policy, limits = state.policy, Limits(state.policy, state)
    causes = {}
    for row in rows:
        limit = int(asked.run_limit[row])
        job = BatchJob(
            id=str(row),
            demand=asked.demands[asked.demand[row]],
            queue=asked.queue.names[asked.queue.code[row]],
            user=asked.user.names[asked.user.code[row]],
            group=asked.group.names[asked.group.code[row]],
            project=asked.project.names[asked.project.code[row]],
            run_limit=None if limit < 0 else limit,
        )
        queue = queue_of(job, policy)
        answer = admit(job, queue, state)
        if queue is not None and not isinstance(answer, Reason):
            entry = Entry(job=job, queue=queue, needs=answer, submitted=0, arrival=row)
            answer = not_eligible(entry, state, limits) or Reason(cause=Cause.NO_MACHINE)
        causes[row] = str(answer.cause if isinstance(answer, Reason) else Cause.NO_MACHINE)
    return causes


def _allocations(done: Done, cluster: Cluster) -> pl.Series:
    """Return where each job last started; empty for those that never did."""
    names = pl.Series([machine.name for machine in cluster.machines], dtype=pl.String)
    owner = np.repeat(np.arange(len(done.start)), np.diff(done.offsets))
    shares = pl.DataFrame({"row": owner, "machine": names.gather(done.machine), "tasks": done.tasks})
    lists = shares.group_by("row", maintain_order=True).agg(pl.struct("machine", "tasks").alias("allocation"))
    everyone = pl.DataFrame({"row": np.arange(len(done.start))})
    found = everyone.join(lists, on="row", how="left", maintain_order="left")["allocation"]
    return found.cast(ALLOCATION).fill_null(pl.Series([[]], dtype=ALLOCATION))
