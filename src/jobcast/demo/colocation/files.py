"""The files of a made-up trace, written a part at a time."""

import gzip
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Self, cast

import polars as pl

from jobcast.systems.alibaba2018.tables import TABLES


class Tables:
    """The six tables in a folder, open for writing: CSV without a header, packed if wanted."""

    def __init__(self, folder: Path, *, packed: bool) -> None:
        self.rows = dict.fromkeys((table.name for table in TABLES), 0)
        """Written so far, those with faults too."""
        self.faults: dict[str, dict[str, int]] = {}
        """Rows with faults, by table and kind."""
        ending = ".csv.gz" if packed else ".csv"
        self._plain = {name: (folder / f"{name}{ending}").open("wb") for name in self.rows}
        self._files: dict[str, IO[bytes]] = dict(self._plain)
        if packed:
            self._files = {name: _packer(file) for name, file in self._plain.items()}

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close all files."""
        for file in [*self._files.values(), *self._plain.values()]:
            file.close()

    def write(self, name: str, rows: pl.DataFrame) -> None:
        """Append rows to a table."""
        rows.write_csv(self._files[name], include_header=False)
        self.rows[name] += len(rows)

    def write_faults(self, name: str, by_kind: Mapping[str, pl.DataFrame]) -> None:
        """Append rows with faults to a table, and count them."""
        for rows in by_kind.values():
            self.write(name, rows)
        self.faults[name] = {kind: len(rows) for kind, rows in by_kind.items()}


def _packer(file: IO[bytes]) -> IO[bytes]:
    """Return what packs into `file`, without a name and a time: the same rows give the same bytes."""
    return cast("IO[bytes]", gzip.GzipFile("", "wb", 3, file, mtime=0))
