"""Jobs, a file format and batch systems that exist only for tests."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any

import polars as pl

from jobcast.errors import InputError
from jobcast.history import Rows, SetAside, conform
from jobcast.systems.base import Command, Site

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
HOSTILE = "a\"b'c\n\t\x1b[31m\x00\u202e<b>;$(rm -rf /)`x`\u2028\x9b1m终"


def job(job_id: str = "1", **known: Any) -> dict[str, Any]:
    """Return the row of a job that ran for an hour and ended at noon of the new year."""
    finish = known.pop("finish_time", NEW_YEAR + timedelta(hours=12))
    return {
        "system": "lsf",
        "cluster": "loom",
        "job_id": job_id,
        "user": "chen",
        "queue": "pnr",
        "submit_time": finish - timedelta(hours=2),
        "start_time": finish - timedelta(hours=1),
        "finish_time": finish,
        "state": "done",
        "run_time": 3600.0,
        **known,
    }


def frame(*rows: dict[str, Any]) -> pl.DataFrame:
    """Return the rows as a history."""
    return conform(pl.DataFrame(list(rows), infer_schema_length=None))


def month(count: int, *, days: int = 30, first_id: int = 1) -> pl.DataFrame:
    """Return so many jobs, spread over so many days."""
    step = timedelta(days=days) / count
    return frame(*(job(str(first_id + n), finish_time=NEW_YEAR + n * step) for n in range(count)))


class Lines:
    """A file with a line for each job, ``ID SECONDS``: when it finished after the new year."""

    kind = "lines"
    batch = 100

    def read(self, path: Path, site: Site) -> Iterator[Rows]:
        try:
            stream = path.open("rb")
        except OSError as error:
            raise InputError(f"cannot open {path}", hint="check the name") from error
        with stream:
            yield from self.read_finished(stream, path.name, site)

    def read_finished(self, output: IO[bytes], source: str, site: Site) -> Iterator[Rows]:
        lines = output.read().decode().splitlines()
        for begin in range(0, len(lines), self.batch):
            yield self._rows(lines, range(begin, min(begin + self.batch, len(lines))), source, site)

    def _rows(self, lines: list[str], numbers: range, source: str, site: Site) -> Rows:
        jobs, set_aside, not_finished = [], [], 0
        for number in numbers:
            words = lines[number].split()
            if words[1:] == ["RUN"]:
                not_finished += 1
            elif len(words) == 2 and words[1].isdigit():
                finish = NEW_YEAR + timedelta(seconds=int(words[1]))
                jobs.append(job(words[0], finish_time=finish, cluster=site.cluster))
            else:
                set_aside.append(
                    SetAside(source=source, line=number + 1, reason="no_finish_time", text=lines[number])
                )
        found = frame(*jobs) if jobs else conform(pl.DataFrame())
        return Rows(jobs=found, set_aside=tuple(set_aside), not_finished=not_finished)


class Printer(Lines):
    """A batch system that prints such lines when it is asked.

    Asked about its site, it prints a name for the cluster, if it is given `about` to run, and remembers
    finished jobs as long as `remembers` says.
    """

    accounting = "lines"
    about: tuple[Command, ...] = ()
    remembers: timedelta | None = None

    def __init__(self, name: str = "lsf", program: str = "cat", *arguments: str) -> None:
        self.name = name
        self.programs = (program,)
        self.arguments = arguments

    def query_site(self) -> tuple[Command, ...]:
        return self.about

    def read_site(self, outputs: Sequence[str], site: Site) -> Site:
        told = "".join(outputs).strip()
        return replace(site, cluster=told or site.cluster, remembers=self.remembers)

    def query_finished(self, since: datetime, until: datetime) -> Command:
        return Command(
            arguments=(self.programs[0], *self.arguments),
            environment=(("SINCE", since.isoformat()), ("UNTIL", until.isoformat())),
        )
