"""Where an extraction keeps its parts: jobs and machines, each in as many as fit in memory one by one."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from jobcast.systems.alibaba2018.tables import Table


@dataclass(frozen=True, kw_only=True, slots=True)
class Workplace:
    """A folder for parts, which every worker sees under the same name."""

    folder: Path
    """It is thrown away in the end."""
    job_parts: int
    """Parts by job: of instances, tasks and rows."""
    machine_parts: int
    """Parts by machine: of usage and starts."""
    tolerance: int
    """Seconds; an older reading tells nothing."""
    running: bool = True
    """Whether jobs are looked at while they run, too."""

    def table(self, table: Table) -> Path:
        """Return the folder over whose parts `table` is scattered."""
        return self.folder / table.name

    def file(self, what: str, part: int) -> Path:
        """Return the file of one part of something worked out."""
        (self.folder / what).mkdir(exist_ok=True)
        return self.folder / what / f"{part}.ipc"

    def scattered(self, what: str, part: int) -> Path:
        """Return the folder to which one part of something is scattered anew, by the other kind of parts."""
        return self.folder / what / str(part)


def gathered(folder: Path, part: int) -> pl.DataFrame | None:
    """Return the rows of one part of all that was scattered below `folder`; None where there are none."""
    files = sorted(folder.glob(f"*/part={part}/*.ipc"))
    return pl.scan_ipc(files).collect() if files else None


def scatter_anew(rows: pl.DataFrame, into: Path) -> None:
    """Write `rows` to parts by their column ``part``."""
    rows.lazy().sink_ipc(pl.PartitionBy(into, key="part", include_key=False), mkdir=True)
