"""The stretch of the history that a command works on, and reading it."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time, timedelta, tzinfo
from pathlib import Path

import click
import polars as pl

from jobcast import clock, config
from jobcast.cli.endings import complain
from jobcast.cli.moment import within_calendar
from jobcast.cli.screen import talk
from jobcast.cli.session import Session, site
from jobcast.errors import InputError, StoreError
from jobcast.history import KEY, SetAside, count_reasons, ran_at
from jobcast.language import say
from jobcast.systems.base import Site
from jobcast.systems.registry import FILE_FORMATS


class Day(click.DateTime):
    """A day of the site."""

    def __init__(self) -> None:
        super().__init__(formats=["%Y-%m-%d"])

    def convert(
        self, value: str | datetime, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Read a day that has others before and after it."""
        try:
            return within_calendar(super().convert(value, param, ctx))
        except ValueError:
            self.fail(say("frame.not_a_time", text=value), param, ctx)


DAY = Day()
"""A day on the command line, as memPrediction writes it."""


def end_of(day: datetime, zone: tzinfo) -> datetime:
    """Return the last moment of `day` in the site's zone."""
    return datetime.combine(day.date() + timedelta(days=1), time(), zone) - timedelta(microseconds=1)


def start_of(day: datetime, zone: tzinfo) -> datetime:
    """Return the first moment of `day` in the site's zone."""
    return datetime.combine(day.date(), time(), zone)


def read_span(
    session: Session, columns: Sequence[str], start: datetime | None, end: datetime | None
) -> pl.DataFrame:
    """Read the jobs that finished from `start` to `end` (days, inclusive), in order of their finish.

    Raises StoreError when there are none.
    """
    since, until = _instants(session, start, end)
    store = session.store
    in_order = (
        day.select(columns).sort("finish_time", maintain_order=True) for day in store.scan_days(since, until)
    )
    days = [jobs for day in in_order if len(jobs := store.collect(day))]
    if not days:
        raise StoreError(say("span.empty", path=store.path), hint=say("span.empty_cure"))
    return pl.concat(days)


def read_folder(session: Session, folder: Path, start: datetime | None, end: datetime | None) -> pl.DataFrame:
    """Read the jobs in memPrediction's own daily files in `folder` that finished from `start` to `end`.

    A job that stands in several files counts once; one line on stderr counts the records set aside. A file that
    can't be read is complained about and stops none of the others. Raises InputError when no file is left, or
    there are no jobs.
    """
    settings = session.settings
    here = site(settings, now=clock.now())
    parts = _read_files(sorted((*folder.glob("job_info_*.csv"), *folder.glob("[0-9]*_[0-9]*.db"))), here)
    if not parts:
        raise InputError(say("span.no_files", path=folder), hint=say("span.no_files_cure"))
    once = pl.concat(parts).unique([*KEY[:-1], ran_at()], keep="first", maintain_order=True)
    jobs = once.sort("finish_time", maintain_order=True)
    since, until = _instants(session, start, end)
    if since:
        jobs = jobs.filter(pl.col("finish_time") >= since)
    if until:
        jobs = jobs.filter(pl.col("finish_time") <= until)
    if jobs.is_empty():
        raise InputError(say("span.empty", path=folder), hint=say("span.empty_cure"))
    return jobs


def _read_files(files: Iterable[Path], here: Site) -> list[pl.DataFrame]:
    """Read the jobs of each file; raises InputError when none can be read."""
    parts: list[pl.DataFrame] = []
    aside: list[SetAside] = []
    failed: list[InputError] = []
    for file in files:
        try:
            for rows in FILE_FORMATS["memprediction"].read(file, here):
                parts.append(rows.jobs)
                aside += rows.set_aside
        except InputError as error:
            failed.append(error)
    last = failed.pop() if failed and not parts else None
    for one in failed:
        complain(one)
    if last:
        raise last
    if aside:
        reasons = " · ".join(f"{reason} {number:,}" for reason, number in count_reasons(aside).items())
        talk(say("span.set_aside", records=f"{len(aside):,}", reasons=reasons))
    return parts


def _instants(
    session: Session, start: datetime | None, end: datetime | None
) -> tuple[datetime | None, datetime | None]:
    """Return the first and the last moment, in UTC, of the days from `start` to `end` in the site's zone."""
    zone = session.settings[config.TIMEZONE]
    return (
        start_of(start, zone).astimezone(UTC) if start else None,
        end_of(end, zone).astimezone(UTC) if end else None,
    )
