"""Instances that ran once beside those that were rescheduled: table 1 of the paper."""

from dataclasses import dataclass

import polars as pl

from jobcast.report.trace.waste import Rescheduled

_DONE = "Terminated"
_MEANS = ("cpu", "mem", "run_s", "elapsed_s")


@dataclass(frozen=True, kw_only=True, slots=True)
class Means:
    """Averages over instances; None where no instance tells the figure."""

    instances: int
    """That ended well."""
    cpu: float | None
    """100 are one core."""
    mem: float | None
    """100 are a whole machine."""
    run_s: float | None
    """Run time of the good run."""
    elapsed_s: float | None
    """From the first start to the end of the good run."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Compared:
    """Both kinds of instances."""

    all_instances: int
    """Of the trace, whatever came of them."""
    normal: Means
    """Those with a single attempt, which ended well."""
    failed: Means
    """Those that were rescheduled, and ended well."""

    def ratio(self, name: str) -> float | None:
        """Return how many times as much the failed ones have of the figure `name` of `Means`."""
        failed, normal = getattr(self.failed, name), getattr(self.normal, name)
        return failed / normal if failed is not None and normal else None


def totals_of(rows: pl.LazyFrame, sound: pl.Expr) -> pl.LazyFrame:
    """Return the sums that `compared` needs of the `sound` ones among `rows`, and how many were ``read``.

    In the columns of batch_instance; one pass, in which nothing is held.
    """
    start, end = pl.col("start_time"), pl.col("end_time")
    done = (sound & (pl.col("status") == _DONE) & (end > 0)).fill_null(value=False)
    cpu, mem = pl.col("cpu_avg").filter(done), pl.col("mem_avg").filter(done)
    return rows.with_columns(sound=sound).select(
        read=pl.len(),
        rows=pl.col("sound").sum(),
        done=done.sum(),
        cpu=cpu.sum(),
        cpu_known=cpu.count(),
        mem=mem.sum(),
        mem_known=mem.count(),
        run_s=(end - start).filter(done).sum(),
    )


def compared(everything: pl.DataFrame, several: pl.DataFrame, found: Rescheduled) -> Compared:
    """Return both kinds, from the totals of all rows and of those of instances with `several` rows.

    Instances that ran once are what is left of all rows without the others: no more than these was ever held.
    Of instances that have several rows and of these but one that can be true nothing is said.
    """
    once = {name: everything[name][0] - several[name][0] for name in everything.columns}
    return Compared(
        all_instances=once["rows"] + found.several,
        normal=Means(
            instances=once["done"],
            cpu=_mean(once["cpu"], once["cpu_known"]),
            mem=_mean(once["mem"], once["mem_known"]),
            run_s=_mean(once["run_s"], once["done"]),
            elapsed_s=_mean(once["run_s"], once["done"]),
        ),
        failed=_means_of(found.instances),
    )


def _mean(total: float, count: int) -> float | None:
    return total / count if count else None


def _means_of(instances: pl.DataFrame) -> Means:
    done = instances.filter(pl.col("run_s").is_not_null())
    means = done.select(pl.col(*_MEANS).mean()).row(0, named=True)
    return Means(instances=len(done), **means)
