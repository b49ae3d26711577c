"""A folder of Parquet files that only ever grows by whole files.

``part-7.parquet`` is the seventh that was added; ``part-1-7.parquet`` holds the same rows as the first seven
and supersedes them. The names alone tell readers what counts, so that merging needs no moment at which
rows are missing or there twice.
"""

import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from jobcast.errors import StoreError
from jobcast.language import say
from jobcast.store.durable import refusals_explained, write_whole

_NAME = re.compile(r"part-(\d+)(?:-(\d+))?\.parquet")


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One file of a folder."""

    path: Path
    """The Parquet file."""
    first: int
    """Number of the first file whose rows it holds."""
    last: int
    """It holds the rows of the files numbered `first` to `last`."""


@dataclass(frozen=True, slots=True)
class Folder:
    """The part files at `path`, which need not exist yet."""

    path: Path
    """The directory; it is made with the first file."""

    def parts(self) -> list[Part]:
        """Return the files that count, oldest rows first."""
        living: list[Part] = []
        for part in self._all():
            if not living or part.last > living[-1].last:
                living.append(part)
        return living

    def superseded(self) -> list[tuple[Part, Part]]:
        """Return each file that no longer counts, with the one that took its place."""
        living = self.parts()
        return [
            (part, by)
            for part in self._all()
            for by in living
            if part != by and by.first <= part.first and part.last <= by.last
        ]

    def add(self, frame: pl.DataFrame, *, beside: Path) -> None:
        """Add the rows of `frame` as a new file; only the holder of the writer lock may do so."""
        parts = self.parts()
        number = parts[-1].last + 1 if parts else 1
        write_whole(self.path / f"part-{number}.parquet", _packed(frame), beside=beside)

    def merge(self, *, beside: Path) -> None:
        """Put all rows into one file; the old files stay until nobody can be reading them any more."""
        parts = self.parts()
        with damage_explained(self.path):
            rows = pl.read_parquet([part.path for part in parts], hive_partitioning=False, glob=False)
        name = f"part-{parts[0].first}-{parts[-1].last}.parquet"
        write_whole(self.path / name, _packed(rows), beside=beside)

    def _all(self) -> list[Part]:
        """Return all files, those that reach further before those that they supersede."""
        try:
            names = [entry.name for entry in self.path.iterdir()]
        except (FileNotFoundError, NotADirectoryError):
            return []
        matches = [match for match in map(_NAME.fullmatch, names) if match]
        parts = [
            Part(path=self.path / match[0], first=int(match[1]), last=int(match[2] or match[1]))
            for match in matches
        ]
        return sorted(parts, key=lambda part: (part.first, -part.last))


def scan(parts: Sequence[Part], schema: pl.Schema) -> pl.LazyFrame:
    """Read `parts` lazily in the columns of `schema`; a column that an older file lacks is null."""
    if not parts:
        return pl.LazyFrame(schema=schema)
    return pl.scan_parquet(
        [part.path for part in parts],
        schema=schema,
        missing_columns="insert",
        extra_columns="ignore",
        hive_partitioning=False,
        glob=False,
    )


@contextmanager
def damage_explained(path: Path) -> Iterator[None]:
    """Turn what Polars says about a damaged file into a StoreError that names the cure."""
    try:
        with refusals_explained(path):
            yield
    except pl.exceptions.PolarsError as error:
        raise StoreError(
            say("store.damaged", path=path, what=str(error).partition("\n")[0]),
            hint=say("store.damaged_cure"),
        ) from error


def _packed(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.write_parquet(buffer, compression="zstd")
    return buffer.getvalue()
