"""Histories with failures: habits, bursts, and a host that breaks jobs."""

from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from typing import Any

import numpy as np
import polars as pl

from jobcast.report.base import Report, Section
from tests.made_up import NEW_YEAR, frame
from tests.report.made_up import FAILED, made, report_of, section

HOSTS = ("ha", "hb", "hc", "hd")
KINDS = ("place", "route", "sim", "lint")
_DAYS = 25


def runs(outcomes: str, *, name: str = "sim", user: str = "li", **known: Any) -> list[dict[str, Any]]:
    """Return a run for each letter, an hour after the other: ``.`` ended well, ``x`` failed, ``c`` was cancelled."""
    state = {".": {}, "x": {**FAILED, **known}, "c": {"state": "cancelled"}}
    return [
        made(number, user, "pnr", name, at=number + 1, wait=0, cores=2) | state[outcome]
        for number, outcome in enumerate(outcomes)
    ]


def on_hosts(
    *, bad: str | None, kinds: tuple[str, ...] = KINDS, hosts: tuple[str, ...] = HOSTS
) -> pl.DataFrame:
    """Return a run of each kind on each host on each day; on the `bad` host each of the `kinds` fails.

    Elsewhere each kind fails on one day, as it may.
    """
    return frame(*_on_hosts(bad, kinds, hosts))


def _on_hosts(bad: str | None, kinds: tuple[str, ...], hosts: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    for day in range(_DAYS):
        for number, name in enumerate(KINDS):
            for host in hosts:
                failed = (host == bad and name in kinds) or day == number
                row = made(day, f"u{number}", "pnr", name, wait=0, cores=1, hosts=[host, host])
                moments = {"finish_time": NEW_YEAR + timedelta(days=day, hours=1 + number)}
                yield (
                    row | moments | ({**FAILED, "exit_reason": "exit_code", "exit_code": 1} if failed else {})
                )


@cache
def broken() -> Report:
    """Return a report on hosts of which one breaks jobs, with a reason that only the batch system knows."""
    odd = made(1, "chen", "pnr", "odd", **FAILED, exit_reason="odd", gpus_requested=2, project="p1")
    return report_of(pl.concat([on_hosts(bad="hb"), frame(odd)]))


def failures(jobs: Any, **how: Any) -> Section:
    """Return the section on failures of a report on the `jobs`."""
    return section("failures", report_of(jobs, **how))


def month(rng: np.random.Generator, broken: float) -> pl.DataFrame:
    """Return the batches of a month: 36 kinds of jobs on 24 hosts, of which ``h0`` breaks that share of all runs.

    Each kind has a rate of its own, is broken on one day of 30, and runs as an array on one host on every third.
    """
    rates = rng.choice([0.01, 0.03, 0.1, 0.3], 36, p=[0.5, 0.3, 0.15, 0.05])
    rows = [
        (f"h{host}", kind, bool(failed[on == host].mean() > 1 / 2))
        for kind, rate in enumerate(rates)
        for _day in range(28)
        for on, failed in [_day_of(rng, 0.95 if rng.random() < 1 / 30 else rate, broken)]
        for host in np.unique(on)
    ]
    batches = pl.DataFrame(rows, schema=["host", "hash", "bad"], orient="row")
    return batches.group_by("host", "hash").agg(batches=pl.len(), bad=pl.col("bad").sum())


def _day_of(rng: np.random.Generator, rate: float, broken: float) -> tuple[Any, Any]:
    """Return the hosts on which one kind runs on one day, and which runs fail."""
    on = rng.integers(0, 24, rng.poisson(6))
    if rng.random() < 1 / 3:
        on[:] = rng.integers(24)
    chance = np.where(on == 0, 1 - (1 - rate) * (1 - broken), rate)
    return on, rng.random(len(on)) < chance
