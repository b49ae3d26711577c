"""Failures: how many jobs failed and why, what that cost, whose they are, and which fail again and again."""

from collections.abc import Mapping

import polars as pl

from jobcast.job import JobState
from jobcast.language import Phrase, phrase
from jobcast.report.answers import Answers, Collect
from jobcast.report.base import Bars, Cell, Fact, Figure, Period, Section, table
from jobcast.report.failures import days, hosts, people, repeats
from jobcast.report.failures.costs import ENDED, REASONS, costed, shown_costs, sums
from jobcast.report.kinds import kind, kind_hash
from jobcast.report.measures import DONE, FAILED
from jobcast.report.scope import Prices

_CODES = 15


def questions(jobs: pl.LazyFrame, period: Period, collect: Collect) -> dict[str, pl.LazyFrame]:
    """Return what is to be asked of `jobs` (as `measured` returns them) for `section`; reads the failed ones before."""
    all_jobs = costed(jobs)
    named = all_jobs.with_columns(kind()).with_columns(kind_hash())
    (kinds,) = collect([repeats.failing(named.filter(FAILED))])
    return {
        "counts": all_jobs.select(
            ended=ENDED.sum(),
            failed=FAILED.sum(),
            cancelled=(pl.col("state") == JobState.CANCELLED.value).sum(),
            held=(pl.col("cores") * pl.col("hours")).sum(),
            **sums(FAILED),
            unknown_cores=pl.col("core_h").filter(~DONE).is_null().sum(),
            unknown_memory=pl.col("gib_h").filter(~DONE).is_null().sum(),
        ),
        "endings": all_jobs.filter(~DONE).group_by("reason", "exit_code").agg(jobs=pl.len(), **sums()),
        "people": people.question(all_jobs),
        "times": days.question(all_jobs, period),
        **repeats.questions(named, kinds),
        **hosts.questions(named, kinds.filter(pl.col("blamed") > 0).select("hash").unique(), period),
    }


def section(answers: Answers, period: Period, prices: Prices) -> Section:
    """Return the section on failures."""
    counts = answers["counts"].row(0, named=True)
    facts = _facts(answers, counts, prices)
    if not counts["failed"] + counts["cancelled"]:
        return Section(name="failures", facts=facts, remarks=(phrase("report.no_failures"),))
    costs = shown_costs(counts, prices)
    figures, remarks = list(_badly_ended(answers["endings"], costs)), [_counted(counts)]
    if counts["failed"]:
        found = hosts.standings(answers["batches"])
        suspects = hosts.suspects(found)
        figures += people.figures(answers["people"], costs)
        figures += repeats.figures(answers, counts["core_h"], costs)
        figures += days.figures(answers["times"], period)
        figures += [hosts.figure(answers, suspects)] if suspects else []
        remarks.append(_of_hosts(answers["hosts"], found, suspects))
    return Section(name="failures", facts=facts, figures=tuple(figures), remarks=tuple(remarks))


def _facts(answers: Answers, counts: Mapping[str, float], prices: Prices) -> tuple[Fact, ...]:
    ended, held = counts["ended"], counts["held"]
    worst = max(days.by_day(answers["times"])["failed"], default=0)
    cost = prices.of(core_hours=counts["core_h"], gib_hours=counts["gib_h"])
    return (
        Fact(name="failed_jobs", value=int(counts["failed"])),
        Fact(name="failed_of_ended_share", value=counts["failed"] / ended if ended else None),
        Fact(name="cancelled_jobs", value=int(counts["cancelled"])),
        Fact(name="failed_core_h", value=counts["core_h"]),
        Fact(name="failed_core_share", value=counts["core_h"] / held if held else None),
        Fact(name="failed_gib_h", value=counts["gib_h"]),
        *([Fact(name="failed_gpu_h", value=counts["gpu_h"])] if counts["gpu_h"] else []),
        *([Fact(name="failed_money", value=cost)] if prices else []),
        *([Fact(name="worst_day_share", value=worst / counts["failed"])] if counts["failed"] else []),
    )


def _counted(counts: Mapping[str, int]) -> Phrase:
    cores, memory = counts["unknown_cores"], counts["unknown_memory"]
    return phrase("report.failures_counted", cores=f"{cores:,}", memory=f"{memory:,}")


def _of_hosts(known: pl.DataFrame, found: list[hosts.Standing], suspects: list[hosts.Standing]) -> Phrase:
    """Say how many hosts were compared, or why none was."""
    if known.is_empty():
        return phrase("report.no_hosts")
    if not found:
        return phrase("report.hosts_alone", hosts=f"{len(known):,}")
    return phrase("report.hosts_compared", hosts=f"{len(found):,}", suspects=f"{len(suspects):,}")


def _badly_ended(endings: pl.DataFrame, costs: Mapping[str, pl.Expr]) -> tuple[Figure, ...]:
    by_reason = _added_up(endings, "reason", costs)
    found = {row[0]: row[1:] for row in by_reason.rows()}
    reasons: list[tuple[Cell, ...]] = [
        *((phrase(f"report_reason.{name}"), *found[name]) for name in REASONS if name in found),
        *((name, *found[name]) for name in sorted(found.keys() - {*REASONS})),
    ]
    codes = _added_up(endings.drop_nulls("exit_code"), "exit_code", costs)
    commonest = codes.sort("ended_badly_jobs", "core_h", "exit_code", descending=[True, True, False])
    return (
        Figure(
            name="failure_reasons",
            table=table(by_reason.columns, reasons),
            charts=(
                Bars(name="failures_in_core_hours", series=("core_h",)),
                Bars(name="failures_in_gib_hours", series=("gib_h",)),
            ),
        ),
        Figure(
            name="failure_codes",
            table=table(codes.columns, ((str(row[0]), *row[1:]) for row in commonest.head(_CODES).rows())),
        ),
    )


def _added_up(endings: pl.DataFrame, by: str, costs: Mapping[str, pl.Expr]) -> pl.DataFrame:
    sums = endings.group_by(by).agg(pl.exclude("reason", "exit_code").sum())
    return sums.select(by, ended_badly_jobs="jobs", **costs)
