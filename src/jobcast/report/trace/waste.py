"""What an instance loses by being rescheduled: time, and that time times the memory and cores of its good run.

W. Lin et al., "A prediction algorithm for failed batch jobs in co-located clouds", Journal of National University
of Defense Technology, 2022 (5), section 2.2: T is the time from a start to the next one, (mem, cpu) the averages
of the run that ended well, and (T · mem, T · cpu) is what was wasted. What the paper leaves open:

- Of an instance with more than two attempts each gap between two starts counts, up to the start of the run that
  ended well; of several such runs the last.
- An attempt of 0 seconds never ran: the instance was rescheduled before it ran. An attempt without an end that
  another one follows did run, until nobody knows when.
- An instance no run of which ended well has no (mem, cpu), and one whose good run was not measured neither: both
  are counted, and waste nothing that is known.
- An instance that was only run again after its good run lost nothing: it is counted, and not as rescheduled.
- Attempts may stand in any order; one written twice, and one that starts while another still runs, are set aside.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from jobcast.systems.alibaba2018.attempts import NAMES, instance_key, judged

_DONE = "Terminated"
HUNDRED = 100
"""Of memory are a whole machine, of cores one core."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Rescheduled:
    """The instances of a trace that were rescheduled; equal only to itself."""

    instances: pl.DataFrame
    """A row for each, by its names: ``attempts``, of these the ``lost`` ones before its good run (all but the last
    where none was good), those of them that ``ran`` at all, and the time ``lost_s``; of the good run ``run_s``,
    ``cpu`` and ``mem``, and ``elapsed_s`` from the first start to its end: null where no run ended well. ``mem_s``
    and ``cpu_s`` are the vector of waste."""
    several: int
    """Instances that have several rows, whether these can be true or not."""
    after_done: int
    """Instances that were run again only after they had ended well."""
    set_aside: Mapping[str, int]
    """Attempts that can't be true beside the others of their instance, by reason."""

    def __len__(self) -> int:
        """Return the number of instances."""
        return len(self.instances)


def rescheduled_of(rows: pl.DataFrame) -> Rescheduled:
    """Return the instances that were rescheduled among `rows`, all attempts of instances with several rows.

    In the columns of batch_instance, in any order; ``end_time`` is null (or 0) where an attempt has not ended.
    """
    ended = pl.when(pl.col("end_time") > 0).then("end_time").alias("end_time")
    numbered = rows.select(*NAMES, *_READ, ended).with_row_index("line")
    told = judged(numbered.with_columns(instance_key()))
    doubted = told["reason"].drop_nulls().value_counts(sort=True)
    kept = told.filter(pl.col("reason").is_null()).filter(pl.len().over("instance") > 1)
    found = _by_instance(kept)
    instances = found.filter(pl.col("lost") > 0)
    return Rescheduled(
        instances=instances,
        several=told["instance"].n_unique(),
        after_done=len(found) - len(instances),
        set_aside=dict(doubted.rows()),
    )


_READ = ("status", "start_time", "machine_id", "cpu_avg", "mem_avg")


def _by_instance(attempts: pl.DataFrame) -> pl.DataFrame:
    start, end = pl.col("start_time"), pl.col("end_time")
    order = attempts.sort(*NAMES, "start_time", "end_time", nulls_last=True).with_columns(
        done=(pl.col("status") == _DONE) & end.is_not_null(), place=pl.int_range(pl.len()).over(NAMES)
    )
    good = pl.col("place").filter("done").last()
    last = pl.coalesce(good, pl.col("place").last()).over(NAMES)
    lost = pl.col("place") < last
    instances = (
        order.with_columns(lost=lost, ran=lost & (end.is_null() | (end > start)))
        .group_by(NAMES, maintain_order=True)
        .agg(
            pl.col("lost", "ran").sum(),
            attempts=pl.len(),
            lost_s=start.filter("done").last() - start.first(),
            elapsed_s=end.filter("done").last() - start.first(),
            run_s=(end - start).filter("done").last(),
            cpu=pl.col("cpu_avg").filter("done").last(),
            mem=pl.col("mem_avg").filter("done").last(),
        )
    )
    return instances.with_columns(
        mem_s=pl.col("lost_s") * pl.col("mem"), cpu_s=pl.col("lost_s") * pl.col("cpu")
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Waste:
    """What rescheduling came to in a trace."""

    instances: int
    """That were rescheduled."""
    jobs: int
    """Of which at least one instance was: failed jobs, as the paper counts them."""
    after_running: int
    """Instances of which at least one lost attempt ran."""
    before_running: int
    """Instances of which none did."""
    more_than_once: int
    """Instances with more than one lost attempt."""
    never_done: int
    """Instances of which no run ended well; they have no vector."""
    unmeasured: int
    """Instances whose good run tells no memory or no cores; they have no vector."""
    lost_hours: float
    """T of all instances with a good run, added up."""
    core_hours: float
    """T · cpu of all with a vector, added up: hours of one core."""
    machine_hours: float
    """T · mem of all with a vector, added up: hours of the memory of a whole machine."""
    after_done: int
    """Instances that were run again only after they had ended well; none of the above."""
    set_aside: Mapping[str, int]
    """Attempts that can't be true beside the others of their instance, by reason."""


def waste_of(found: Rescheduled) -> Waste:
    """Return what the instances lost, added up and counted."""
    one = found.instances
    done = pl.col("lost_s").is_not_null()
    measured = pl.col("mem_s").is_not_null() & pl.col("cpu_s").is_not_null()
    counts = one.select(
        instances=pl.len(),
        jobs=pl.col("job_name").n_unique(),
        after_running=(pl.col("ran") > 0).sum(),
        before_running=(pl.col("ran") == 0).sum(),
        more_than_once=(pl.col("lost") > 1).sum(),
        never_done=(~done).sum(),
        unmeasured=(done & ~measured).sum(),
        lost_hours=pl.col("lost_s").sum() / 3600,
        core_hours=pl.col("cpu_s").filter(measured).sum() / (3600 * HUNDRED),
        machine_hours=pl.col("mem_s").filter(measured).sum() / (3600 * HUNDRED),
    )
    return Waste(**counts.row(0, named=True), after_done=found.after_done, set_aside=found.set_aside)
