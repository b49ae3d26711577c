"""Hosts whose jobs fail far more often than the same jobs do elsewhere: suspected, unless it may be chance.

A user whose script is broken, or an array that fails as a whole, says nothing of the host on which it happened to
run. What is compared are therefore batches: all runs of one kind of job on one host on one day, which went wrong
if more than half of them failed. How many of a host's batches should have gone wrong follows from the same kinds
on all other hosts; a kind that ran nowhere else says nothing.
"""

from dataclasses import dataclass

import polars as pl

from jobcast.job import ExitReason
from jobcast.report.answers import Answers
from jobcast.report.base import Bars, Cell, Figure, Period, table
from jobcast.report.failures.chance import as_many_by_chance, wilson
from jobcast.report.failures.costs import ENDED
from jobcast.report.measures import DONE
from jobcast.systems.columns import to_local

_NOT_THE_HOST = [ExitReason.MEMORY_LIMIT.value, ExitReason.RUN_LIMIT.value, ExitReason.PREEMPTED.value]
"""Reasons that lie with the job or the site's rules."""
BLAMED = pl.col("failed") & ~pl.col("reason").is_in(_NOT_THE_HOST).fill_null(value=False)
"""Failures for which a host may be the reason."""
_BY_CHANCE = 0.01
"""How often one of all hosts may be suspected wrongly."""
_FEWEST_KINDS = 3
"""That suffer on it: fewer are more likely to be wrong themselves."""
_TIMES = 2.0
"""A host on which less than so many times the expected batches go wrong is not worth a technician."""
_MOST = 15


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """How one host stands beside the others."""

    host: str
    """Its name."""
    batches: int
    """Those of kinds that ran elsewhere too."""
    bad: int
    """Those that went wrong."""
    bad_kinds: int
    """Kinds of jobs of which at least twice as many batches went wrong as expected."""
    expected: float
    """How many would have gone wrong if the same kinds failed here as often as elsewhere."""

    @property
    def chance(self) -> float:
        """Return how probable it is that so many go wrong on a host like all others."""
        if self.bad < self.expected + 1:
            return 1.0
        return as_many_by_chance(self.bad, self.batches, self.expected / self.batches)

    def is_suspect(self, hosts: int) -> bool:
        """Tell whether it stands out, of so many `hosts` that were looked at."""
        return (
            self.bad_kinds >= _FEWEST_KINDS
            and self.bad >= _TIMES * self.expected
            and wilson(self.bad, self.batches)[0] > self.expected / self.batches
            and self.chance * hosts < _BY_CHANCE
        )


def questions(named: pl.LazyFrame, blamed: pl.DataFrame, period: Period) -> dict[str, pl.LazyFrame]:
    """Return what is to be asked of `named` jobs (with ``hash`` of their kind, as `costed` returns them).

    `blamed` holds the hashes of the kinds that failed in a way for which a host may be the reason.
    """
    day = to_local(pl.col("finish_time"), period.zone).dt.date().alias("day")
    known = named.filter(pl.col("hosts").is_not_null())
    batches = (
        known.filter(DONE | BLAMED)
        .select("hash", "hosts", day, blamed=BLAMED)
        .join(blamed.lazy(), on="hash", how="semi")
    )
    return {
        "hosts": _on_each(known.filter(ENDED).select("hosts", "failed"))
        .group_by("host")
        .agg(jobs=pl.len(), failed=pl.col("failed").sum()),
        "batches": _on_each(batches)
        .group_by("host", "hash", "day")
        .agg(bad=pl.col("blamed").mean() > 1 / 2)
        .group_by("host", "hash")
        .agg(batches=pl.len(), bad=pl.col("bad").sum()),
    }


def _on_each(jobs: pl.LazyFrame) -> pl.LazyFrame:
    """Return a row for each host of each job; batch systems name one once for each core."""
    each = jobs.with_columns(pl.col("hosts").list.unique()).explode("hosts").rename({"hosts": "host"})
    return each.filter(pl.col("host").is_not_null())


def standings(batches: pl.DataFrame) -> list[Standing]:
    """Return how every host stands that ran a kind of jobs which failed and ran elsewhere too.

    `batches` has a row for each host and kind (``host``, ``hash``): its ``batches``, and those that were ``bad``.
    Of a kind, 1 of 2 batches more is taken to have gone wrong elsewhere, so that few batches weigh little.
    """
    here, all_bad = pl.col("batches", "bad"), pl.col("bad").sum().over("hash")
    elsewhere = pl.col("batches").sum().over("hash") - pl.col("batches")
    chance = (all_bad - pl.col("bad") + 1) / (elsewhere + 2)
    found = (
        batches.with_columns(here.cast(pl.Int64))
        .with_columns(elsewhere=elsewhere, expected=pl.col("batches") * chance)
        .filter(pl.col("elsewhere") > 0)
        .group_by("host")
        .agg(
            pl.col("batches").sum(),
            pl.col("bad").sum(),
            bad_kinds=(pl.col("bad") >= _TIMES * pl.col("expected")).sum(),
            expected=pl.col("expected").sum(),
        )
    )
    return [Standing(**row) for row in found.sort("host").iter_rows(named=True)]


def suspects(found: list[Standing]) -> list[Standing]:
    """Return the hosts that stand out, the least probable first."""
    some = [one for one in found if one.is_suspect(len(found))]
    return sorted(some, key=lambda one: (one.chance, -one.bad, one.host))


def figure(answers: Answers, found: list[Standing]) -> Figure:
    """Return the suspected hosts."""
    jobs = {row[0]: row[1:] for row in answers["hosts"].select("host", "jobs", "failed").rows()}
    columns = (
        *("host", "jobs", "failed_jobs", "failed_share"),
        *("batch_count", "bad_count", "bad_share", "bad_low_share", "elsewhere_share"),
    )
    return Figure(
        name="failure_hosts",
        table=table(columns, (_row(one, *jobs[one.host]) for one in found[:_MOST])),
        charts=(Bars(name="failures_by_host", series=("bad_share", "elsewhere_share")),),
    )


def _row(one: Standing, jobs: int, failed: int) -> tuple[Cell, ...]:
    shares = (one.bad / one.batches, wilson(one.bad, one.batches)[0], one.expected / one.batches)
    return (one.host, jobs, failed, failed / jobs, one.batches, one.bad, *shares)
