"""The store: a directory that holds the history of jobs, safe for many writers and readers at once.

::

    version.json                              format of this directory
    history/day=2024-06-14/part-1.parquet     jobs by the day, in UTC, on which they finished
    set-aside/part-1.parquet                  records that were not understood
    marks.json                                how far each batch system was sampled
    incoming/                                 files being written; what a killed writer left is swept
    write.lock                                held by the one who writes; readers need no lock
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl

from jobcast.history import KEY, SCHEMA, SetAside, ran_at
from jobcast.store import version
from jobcast.store.durable import make_folder, refusals_explained, write_whole
from jobcast.store.locking import holding, lock_of
from jobcast.store.marks import Mark, Marks, marks_as_json, read_marks
from jobcast.store.parts import Folder, Part, damage_explained, scan

SET_ASIDE_SCHEMA = pl.Schema({"source": pl.String, "line": pl.Int64, "reason": pl.String, "text": pl.String})
_SET_ASIDE_KEY = ("source", "reason", "text")
"""Not the line: the next sample finds the same bad record on another line of what the command prints."""

_INSTANT = timedelta(microseconds=1)
_NEAR = tuple(timedelta(days=days) for days in (-1, 0, 1))
"""Two sources may tell finishes of one run that lie on both sides of midnight."""
_MANY_PARTS = 16
_STILL_READ = timedelta(hours=1)
"""A reader that listed the files before a merge is done with them after this long."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Appended:
    """What became of the rows that were offered."""

    new: int
    """Rows that the store did not hold before."""
    known: int
    """Rows of runs that the store has already, or that were offered twice."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Summary:
    """What a store holds."""

    jobs: int
    """Finished jobs."""
    first_day: date | None
    """Of finish, in UTC; None in an empty store."""
    last_day: date | None
    """Days of finish, in UTC; None in an empty store."""
    days: int
    """Days on which any job finished."""
    files: int
    """Parquet files of jobs; merging makes them fewer."""
    bytes: int
    """Their size on disk."""


class Store:
    """The history at `path`. Opening writes nothing, and a path that does not exist is an empty store.

    Raises StoreError when the directory was written by a newer jobcast.
    """

    def __init__(self, path: Path, *, lock_seconds: float = 120.0) -> None:
        self.path = path
        version.check(path)
        self._lock = lock_of(path, lock_seconds)
        self._incoming = path / "incoming"
        self._swept = False

    def scan(self, since: datetime | None = None, until: datetime | None = None) -> pl.LazyFrame:
        """Return the jobs that finished in [since, until), lazily, in `SCHEMA` and in no order."""
        return self._scan(self.days(since, until), since, until)

    def _scan(self, days: Iterable[date], since: datetime | None, until: datetime | None) -> pl.LazyFrame:
        jobs = scan(self._parts(days), SCHEMA)
        if since is not None:
            jobs = jobs.filter(pl.col("finish_time") >= since)
        if until is not None:
            jobs = jobs.filter(pl.col("finish_time") < until)
        return jobs

    def scan_days(
        self, since: datetime | None = None, until: datetime | None = None
    ) -> Iterator[pl.LazyFrame]:
        """Yield what `scan` returns day by day, oldest first: put in order one by one, days need half the memory."""
        for day in self.days(since, until):
            yield self._scan([day], since, until)

    def collect(self, jobs: pl.LazyFrame) -> pl.DataFrame:
        """Read what `scan` promised. Raises StoreError when a file is damaged."""
        with damage_explained(self.path):
            return jobs.collect(engine="streaming")

    def collect_all(self, jobs: Sequence[pl.LazyFrame]) -> list[pl.DataFrame]:
        """Read what several frames made from `scan` promised. Raises StoreError when a file is damaged."""
        with damage_explained(self.path):
            # One after the other: read together, the faster ones would have all jobs held for the slower ones.
            return [one.collect(engine="streaming") for one in jobs]

    def days(self, since: datetime | None = None, until: datetime | None = None) -> list[date]:
        """Return the days, oldest first, on which jobs finished that `scan` may return."""
        names = (entry.name for entry in self._history.glob("day=*"))
        days = sorted(date.fromisoformat(name.removeprefix("day=")) for name in names)
        first = since.astimezone(UTC).date() if since else date.min
        last = (until.astimezone(UTC) - _INSTANT).date() if until else date.max
        return [day for day in days if first <= day <= last]

    def append(self, jobs: pl.DataFrame) -> Appended:
        """Add the jobs (in `SCHEMA`, each with a finish time) whose run the store does not hold yet.

        When this returns, the rows outlive a power cut. When it raises or is killed, some whole days may
        have been added; offering the same rows again completes them.
        Raises StoreError when the store can't be written or stays locked.
        """
        with self._writing():
            new = self.unknown(jobs)
            for (day,), rows in new.partition_by("day", as_dict=True, include_key=False).items():
                self._day(day).add(rows.sort("finish_time"), beside=self._incoming)
        return Appended(new=len(new), known=len(jobs) - len(new))

    def unknown(self, jobs: pl.DataFrame) -> pl.DataFrame:
        """Return the rows of `jobs` that `append` would add, with a column `day`; writes nothing."""
        dated = jobs.with_columns(ran_at(), pl.col("finish_time").dt.date().alias("day"))
        if dated["day"].null_count():
            raise ValueError("a job in the history has a finish time")
        near = {day + distance for day in dated["day"].unique() for distance in _NEAR}
        kept = self._parts(sorted(near.intersection(self.days())))
        known = scan(kept, SCHEMA).select(*KEY[:-1], ran_at())
        return self._unlike(dated, known, KEY).drop("ran_at")

    def set_aside(self, records: Iterable[SetAside]) -> int:
        """Keep the records that were not understood; returns how many were not kept before."""
        rows = [(record.source, record.line, record.reason, record.text) for record in records]
        if not rows:
            return 0
        frame = pl.DataFrame(rows, schema=SET_ASIDE_SCHEMA, orient="row")
        with self._writing():
            kept = scan(self._set_aside.parts(), SET_ASIDE_SCHEMA).select(_SET_ASIDE_KEY)
            new = self._unlike(frame, kept, _SET_ASIDE_KEY)
            if len(new):
                self._set_aside.add(new, beside=self._incoming)
        return len(new)

    def set_aside_records(self) -> pl.LazyFrame:
        """Return the records that were set aside, lazily, in the columns of `SetAside`."""
        return scan(self._set_aside.parts(), SET_ASIDE_SCHEMA)

    def marks(self) -> Marks:
        """Return how far each system and cluster was sampled."""
        return read_marks(self._marks)

    def mark(self, system: str, cluster: str) -> Mark:
        """Return how far this one was sampled."""
        return self.marks().get((system, cluster), Mark())

    def note_asked(self, system: str, cluster: str, at: datetime) -> None:
        """Remember that the batch system was asked, whether or not it will answer."""
        self._change_mark(system, cluster, lambda mark: replace(mark, asked_at=at))

    def note_reached(self, system: str, cluster: str, until: datetime) -> None:
        """Remember that sampling goes on from `until`; a mark goes back only where a wrong clock made it."""

        def reach(mark: Mark) -> Mark:
            return replace(mark, reached=max(until, mark.believed(until).reached or until))

        self._change_mark(system, cluster, reach)

    def compact(self, *, at_least: int = _MANY_PARTS) -> int:
        """Merge the files of each folder that has at least so many; returns the number of folders merged."""
        with self._writing():
            crowded = [folder for folder in self._folders() if len(folder.parts()) >= max(at_least, 2)]
            for folder in crowded:
                folder.merge(beside=self._incoming)
        return len(crowded)

    def summary(self) -> Summary:
        """Count what is there."""
        days = self.days()
        parts = self._parts(days)
        jobs = self.collect(scan(parts, SCHEMA).select(pl.len())).item()
        return Summary(
            jobs=jobs,
            first_day=days[0] if days else None,
            last_day=days[-1] if days else None,
            days=len(days),
            files=len(parts),
            bytes=sum(part.path.stat().st_size for part in parts),
        )

    @property
    def _history(self) -> Path:
        return self.path / "history"

    @property
    def _set_aside(self) -> Folder:
        return Folder(self.path / "set-aside")

    @property
    def _marks(self) -> Path:
        return self.path / "marks.json"

    def _day(self, day: date) -> Folder:
        return Folder(self._history / f"day={day.isoformat()}")

    def _folders(self) -> Iterator[Folder]:
        yield from map(self._day, self.days())
        yield self._set_aside

    def _parts(self, days: Iterable[date]) -> list[Part]:
        return [part for day in days for part in self._day(day).parts()]

    def _unlike(self, rows: pl.DataFrame, known: pl.LazyFrame, key: Sequence[str]) -> pl.DataFrame:
        """Return the rows whose key is neither known nor that of an earlier row."""
        distinct = rows.unique(subset=key, keep="first", maintain_order=True).lazy()
        with damage_explained(self.path):
            return distinct.join(known, on=key, how="anti", nulls_equal=True, maintain_order="left").collect()

    def _change_mark(self, system: str, cluster: str, change: Callable[[Mark], Mark]) -> None:
        with self._writing():
            marks = self.marks()
            marks[system, cluster] = change(marks.get((system, cluster), Mark()))
            write_whole(self._marks, marks_as_json(marks), beside=self._incoming)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Hold the writer lock, in a directory that is ready to be written."""
        with refusals_explained(self.path):
            make_folder(self.path)
        with holding(self._lock):
            version.write(self.path, beside=self._incoming)
            self._sweep()
            yield

    def _sweep(self) -> None:
        """Remove, once, what killed writers left and what merged files made superfluous long ago."""
        if self._swept:
            return
        with refusals_explained(self.path):
            for left in self._incoming.glob("*"):
                left.unlink(missing_ok=True)
            now = self._now()
            for folder in self._folders():
                for part, by in folder.superseded():
                    if now - by.path.stat().st_mtime > _STILL_READ.total_seconds():
                        part.path.unlink(missing_ok=True)
        self._swept = True

    def _now(self) -> float:
        """Ask the file system for the time: on a file server it is not that of this host."""
        lock = Path(self._lock.lock_file)
        lock.touch()
        return lock.stat().st_mtime
