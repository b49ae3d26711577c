"""From a trace's instances to all that is said of the waste by rescheduling."""

from dataclasses import dataclass

import polars as pl

from jobcast.report.trace.normal import Compared, compared, totals_of
from jobcast.report.trace.spread import Spread, spread_of
from jobcast.report.trace.waste import Rescheduled, Waste, rescheduled_of, waste_of
from jobcast.systems.alibaba2018.attempts import repeated
from jobcast.systems.alibaba2018.reading import Source, readable


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Summary:
    """What is said of a trace; equal only to itself."""

    found: Rescheduled
    """Each instance that was rescheduled."""
    waste: Waste
    """What they lost together."""
    memory: Spread | None
    """How T · mem is spread; None where no instance has a vector."""
    cores: Spread | None
    """How T · cpu is spread."""
    compared: Compared
    """Beside instances that ran once."""
    rows: int
    """Rows of the table."""
    doubted_rows: int
    """Those that can't be true by themselves, and are left out."""

    def above(self, name: str, bound: float) -> float | None:
        """Return the share of the known amounts in the column `name` of `found` above `bound`."""
        known = self.found.instances[name].drop_nulls()
        return int((known > bound).sum()) / len(known) if len(known) else None


def summary_of(source: Source) -> Summary:
    """Return what the table batch_instance in `source` tells; streamed but for rescheduled instances.

    Raises InputError where it can't be read.
    """
    return readable(source, _summary_of)


def _summary_of(source: Source) -> Summary:
    totals = totals_of(source.scan(), pl.col("doubt") == 0).collect(engine="streaming")
    several = repeated(source)
    found = rescheduled_of(several)
    return Summary(
        found=found,
        waste=waste_of(found),
        memory=spread_of(found.instances["mem_s"]),
        cores=spread_of(found.instances["cpu_s"]),
        compared=compared(totals, totals_of(several.lazy(), pl.lit(value=True)).collect(), found),
        rows=totals["read"].item(),
        doubted_rows=totals["read"].item() - totals["rows"].item(),
    )
