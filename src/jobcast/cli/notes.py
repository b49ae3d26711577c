"""The notes of the report, on the jobs that another command shows."""

from datetime import UTC, datetime, timedelta

import polars as pl

from jobcast import config
from jobcast.cli.session import Session
from jobcast.report.base import Note
from jobcast.report.notes import notes_about
from jobcast.report.scope import Advising

_TELLING = timedelta(days=90)
"""Runs of a kind that are further away than this from the newest job shown say little of it."""
_FIRST, _LAST = datetime(2, 1, 1, tzinfo=UTC), datetime(9998, 12, 31, tzinfo=UTC)
"""Older versions stored whatever time a source said."""


def notes_on(session: Session, shown: pl.LazyFrame) -> tuple[Note, ...]:
    """Return the notes on the kinds of the jobs `shown` (in `jobcast.history.SCHEMA`), as the runs around them tell."""
    store = session.store
    newest: datetime | None = store.collect(shown.select(pl.col("finish_time").max())).item()
    if newest is None:
        return ()
    since = max(newest, _FIRST + _TELLING) - _TELLING
    until = min(newest, _LAST - _TELLING) + _TELLING
    advising = Advising(memory_per_task=session.settings[config.MEMORY_PER_TASK])
    return notes_about(shown, store.scan(since, until), advising, store.collect_all)
