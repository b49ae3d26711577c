"""The stretch of the history that a command works on, and reading it."""

import re
from collections.abc import Sequence
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
from jobcast.history import KEY, SCHEMA, SetAside, count_reasons, ran_at
from jobcast.language import say
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

    See `Folder`. Raises InputError also when there are no such jobs.
    """
    jobs = Folder(session, folder).jobs(*_instants(session, start, end))
    if jobs.is_empty():
        raise InputError(say("span.empty", path=folder), hint=say("span.empty_cure"))
    return jobs


_MARGIN = timedelta(days=1)
"""A job may stand in the file of the day before or after its own: clocks and zones differ."""


class Folder:
    """memPrediction's own daily files, of which only those are read whose days may matter.

    A file that can't be read is complained about and stops none of the others.
    """

    def __init__(self, session: Session, path: Path) -> None:
        """Raise InputError when there are no such files."""
        self._path = path
        self._zone = session.settings[config.TIMEZONE]
        self._here = site(session.settings, now=clock.now())
        self._files = sorted((*path.glob("job_info_*.csv"), *path.glob("[0-9]*_[0-9]*.db")))
        self._read: dict[Path, list[pl.DataFrame]] = {}
        self._aside: list[SetAside] = []
        self._failed: list[InputError] = []
        if not self._files:
            raise InputError(say("span.no_files", path=path), hint=say("span.no_files_cure"))

    def newest(self) -> datetime:
        """Return when the last job finished, from the last files. Raises InputError when there are no jobs."""
        newest: datetime | None = None
        for last, file in sorted(((self._days(file)[1], file) for file in self._files), reverse=True):
            if newest is not None and newest > last:
                break
            ends = [jobs["finish_time"].max() for jobs in self._jobs_in(file)]
            newest = max((end for end in (newest, *ends) if isinstance(end, datetime)), default=None)
        if newest is None:
            self._tell()
            raise InputError(say("span.empty", path=self._path), hint=say("span.empty_cure"))
        return newest

    def jobs(self, since: datetime | None, until: datetime | None) -> pl.DataFrame:
        """Return the jobs that finished from `since` to `until`, in order of their finish, each once.

        One line on stderr counts the records set aside. Raises InputError when none of the files can be read.
        """
        first, last = since or _ALWAYS[0], until or _ALWAYS[1]
        days = {file: self._days(file) for file in self._files}
        within = [
            file
            for file, (begin, end) in days.items()
            if (begin <= last and first < end) or file in self._read
        ]
        parts = [jobs for file in within for jobs in self._jobs_in(file)]
        self._tell()
        self._read.clear()
        # A frame without rows gives the columns where there are no files.
        once = pl.concat([pl.DataFrame(schema=SCHEMA), *parts]).unique(
            [*KEY[:-1], ran_at()], keep="first", maintain_order=True
        )
        return once.filter(pl.col("finish_time").is_between(first, last)).sort(
            "finish_time", maintain_order=True
        )

    def _days(self, file: Path) -> tuple[datetime, datetime]:
        """Return between which moments the jobs of a file finished, as its name tells, and a day more."""
        try:
            if day := re.fullmatch(r"job_info_(\d{8})\D.*", file.name):
                first = datetime.strptime(day[1], "%Y%m%d").replace(tzinfo=self._zone)
                after = first + timedelta(days=1)
            elif month := re.fullmatch(r"(\d{4})_(\d\d)\.db", file.name):
                first = datetime(int(month[1]), int(month[2]), 1, tzinfo=self._zone)
                after = (first + timedelta(days=31)).replace(day=1)
            else:
                return _ALWAYS
            return (first - _MARGIN).astimezone(UTC), (after + _MARGIN).astimezone(UTC)
        except (ValueError, OverflowError):
            return _ALWAYS

    def _jobs_in(self, file: Path) -> list[pl.DataFrame]:
        """Return the jobs of a file, in parts; it is read once for `newest` and `jobs`."""
        if file not in self._read:
            parts: list[pl.DataFrame] = []
            try:
                for rows in FILE_FORMATS["memprediction"].read(file, self._here):
                    parts.append(rows.jobs)
                    self._aside += rows.set_aside
            except InputError as error:
                self._failed.append(error)
            self._read[file] = parts
        return self._read[file]

    def _tell(self) -> None:
        """Say what could not be read; raise InputError when that is everything."""
        failed, self._failed = self._failed, []
        last = failed.pop() if failed and not any(self._read.values()) else None
        for one in failed:
            complain(one)
        if last:
            raise last
        aside, self._aside = self._aside, []
        if aside:
            reasons = " · ".join(f"{reason} {number:,}" for reason, number in count_reasons(aside).items())
            talk(say("span.set_aside", records=f"{len(aside):,}", reasons=reasons))


_ALWAYS = (datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC))
"""The days of a file whose name tells none."""


def _instants(
    session: Session, start: datetime | None, end: datetime | None
) -> tuple[datetime | None, datetime | None]:
    """Return the first and the last moment, in UTC, of the days from `start` to `end` in the site's zone."""
    zone = session.settings[config.TIMEZONE]
    return (
        start_of(start, zone).astimezone(UTC) if start else None,
        end_of(end, zone).astimezone(UTC) if end else None,
    )
