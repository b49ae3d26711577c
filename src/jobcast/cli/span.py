"""The stretch of the history that a command works on, and reading it."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta, tzinfo
from pathlib import Path

import click
import polars as pl

from jobcast import clock, config
from jobcast.cli.session import Session, site
from jobcast.errors import InputError, StoreError
from jobcast.language import say
from jobcast.systems.registry import FILE_FORMATS

DAY = click.DateTime(formats=["%Y-%m-%d"])
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
    zone = session.settings[config.TIMEZONE]
    since = start_of(start, zone).astimezone(UTC) if start else None
    until = end_of(end, zone).astimezone(UTC) if end else None
    store = session.store
    jobs = store.collect(store.scan(since, until).select(columns)).sort("finish_time", maintain_order=True)
    if jobs.is_empty():
        raise StoreError(say("span.empty", path=store.path), hint=say("span.empty_cure"))
    return jobs


def read_folder(session: Session, folder: Path, start: datetime | None, end: datetime | None) -> pl.DataFrame:
    """Read memPrediction's own daily files in `folder` that fall on the days from `start` to `end`.

    Raises InputError when there are none.
    """
    settings = session.settings
    here = site(settings, now=clock.now())
    form = FILE_FORMATS["memprediction"]
    files = sorted((*folder.glob("job_info_*.csv"), *folder.glob("*.db")))
    parts = [rows.jobs for file in files for rows in form.read(file, here)]
    if not parts:
        raise InputError(say("span.no_files", path=folder), hint=say("span.no_files_cure"))
    jobs = pl.concat(parts).sort("finish_time", maintain_order=True)
    zone = settings[config.TIMEZONE]
    if start:
        jobs = jobs.filter(pl.col("finish_time") >= start_of(start, zone))
    return jobs.filter(pl.col("finish_time") <= end_of(end, zone)) if end else jobs
