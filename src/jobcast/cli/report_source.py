"""Where the jobs of a report come from, and of which period they are."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta, tzinfo
from pathlib import Path

import click
import polars as pl

from jobcast import clock
from jobcast.cli.session import Session
from jobcast.cli.span import Folder, end_of
from jobcast.errors import StoreError
from jobcast.language import say
from jobcast.report.base import Period
from jobcast.report.scope import Scope
from jobcast.spelling import did_you_mean

INSTANT = timedelta(microseconds=1)
"""Between the last moment of a day and the first of the next."""
_USUAL = timedelta(days=30)
"""As long as memPrediction's report, but counted back from the newest job: histories are also old."""


class Stored:
    """The history in the store."""

    def __init__(self, session: Session) -> None:
        """Raise StoreError where there are no jobs at all."""
        self._store = session.store
        self.collect = self._store.collect_all
        self._days = self._store.days()
        if not self._days:
            path = self._store.path
            raise StoreError(say("report.no_history", path=path), hint=say("report.no_history_cure"))

    def newest(self) -> datetime:
        """Return when the last job finished."""
        last = self._store.scan(datetime.combine(self._days[-1], time(), UTC))
        newest: datetime = self._store.collect(last.select(pl.col("finish_time").max())).item()
        return newest

    def jobs(self, period: Period) -> pl.LazyFrame:
        """Return the jobs of the period."""
        return self._store.scan(period.since, period.until)


class Daily:
    """memPrediction's own daily files."""

    def __init__(self, session: Session, folder: Path) -> None:
        """Raise InputError where there are no such files."""
        self._folder = Folder(session, folder)
        self.collect = pl.collect_all
        self._known: dict[Period, pl.DataFrame] = {}

    def newest(self) -> datetime:
        """Return when the last job finished. Raises InputError when there is none."""
        return self._folder.newest()

    def jobs(self, period: Period) -> pl.LazyFrame:
        """Return the jobs of the period. Raises InputError when none of its files can be read."""
        if period not in self._known:
            self._known = {period: self._folder.jobs(period.since, period.until - INSTANT)}
        return self._known[period].lazy()


Source = Stored | Daily


def period_of(source: Source, since: datetime | None, until: datetime | None, zone: tzinfo) -> Period:
    """Return the period asked for; what is left open is the 30 days before the newest job, or all since then.

    Raises UsageError when nothing can lie in it.
    """
    if until is None:
        until = end_of(source.newest().astimezone(zone), zone) + INSTANT
        if since is not None:
            until = max(until, clock.now())
            see_forward(since, until, zone)
    if since is None:
        since = until - _USUAL
    return Period(since=since.astimezone(UTC), until=until.astimezone(UTC), zone=zone)


def see_forward(since: datetime | None, until: datetime | None, zone: tzinfo) -> None:
    """Raise UsageError when a period ends before it begins."""
    if since and until and since >= until:
        first, last = (f"{moment.astimezone(zone):%Y-%m-%d %H:%M}" for moment in (since, until))
        raise click.UsageError(say("report.reversed", since=first, until=last))


def why_no_match(source: Source, scope: Scope) -> str | None:
    """Return the cure where the period has jobs and the filters let none pass; None where it has no jobs."""
    jobs = replace(scope, filters={}, min_run_time=0.0).of(source.jobs(scope.period))
    asked = {column: values for column, values in scope.filters.items() if values}
    names = (jobs.select(pl.col(column).drop_nulls().unique().sort()) for column in asked)
    count, *known = source.collect([jobs.select(pl.len()), *names])
    if not count.item():
        return None
    pairs = zip(asked.values(), (frame.to_series().to_list() for frame in known), strict=True)
    meant = [did_you_mean(word, there) for words, there in pairs for word in words if word not in there]
    return " ".join(filter(None, meant)) or say("report.no_match_cure")
