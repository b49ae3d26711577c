"""Simulates with machines by the compiled engine, where it knows all the rules."""

from collections.abc import Callable
from importlib.util import find_spec

import numpy as np
import polars as pl

from jobcast.decision import Cause, Reason
from jobcast.machine import CPUS, Cluster
from jobcast.schedule.admission import admit
from jobcast.schedule.happening import queue_of
from jobcast.schedule.job import BatchJob
from jobcast.schedule.policy import Policy
from jobcast.schedule.step import begin
from jobcast.simulate.hosts.asked import Asked
from jobcast.simulate.hosts.base import Outcome as Done
from jobcast.simulate.hosts.columns import columns, expressible
from jobcast.simulate.outcome import ALLOCATION, Outcome

Progress = Callable[[int], None]


def can_run(asked: Asked, policy: Policy, cluster: Cluster) -> bool:
    """Tell whether numba is there, and the compiled engine knows all rules of a policy."""
    return find_spec("numba") is not None and not expressible(policy, cluster, asked)


def run_compiled(
    asked: Asked,
    policy: Policy,
    cluster: Cluster,
    *,
    seconds: Callable[[], float],
    progress: Progress | None = None,
) -> Outcome:
    """Simulate by the compiled engine; `can_run` must have said yes."""
    from jobcast.simulate.hosts.engine import run  # noqa: PLC0415 - numba takes half a second

    begin(cluster, policy)  # raises for a policy that contradicts itself
    given = columns(policy, cluster, asked)
    begun = seconds()
    done = run(given.jobs, given.machines, given.rules, progress=progress)
    took = seconds() - begun
    return Outcome(
        engine="hosts",
        seconds=took,
        start=done.start,
        finish=done.finish,
        killed=done.killed > 0,
        preemptions=done.preempted,
        backfilled=done.backfilled.astype(np.bool_),
        refused=_causes(np.flatnonzero(done.start < 0).tolist(), asked, policy, cluster),
        allocations=_allocations(done, cluster),
        machines={machine.name: machine.resources.get(CPUS, 0) for machine in cluster.machines},
    )


def _causes(rows: list[int], asked: Asked, policy: Policy, cluster: Cluster) -> dict[int, str]:
    """Ask the core why it refuses these jobs, which never ran.

    Who isn't refused has waited to the end for a closed queue, or at a limit.
    """
    state = begin(cluster, policy)
    causes = {}
    for row in rows:
        limit = int(asked.run_limit[row])
        job = BatchJob(
            id=str(row),
            demand=asked.demands[asked.demand[row]],
            queue=asked.queue.names[asked.queue.code[row]],
            user=asked.user.names[asked.user.code[row]],
            group=asked.group.names[asked.group.code[row]],
            run_limit=None if limit < 0 else limit,
        )
        queue = queue_of(job, policy)
        answer = admit(job, queue, state)
        waits = Cause.LIMIT if queue is None or queue.open else Cause.QUEUE_CLOSED
        causes[row] = str(answer.cause if isinstance(answer, Reason) else waits)
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
