"""What the Slurm executor must remember itself: which of Slurm's jobs is which attempt, and how attempts ended.

One row an attempt, for ever; of those that are forgotten only the id is kept, so that none is started again.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jobcast.act.executors.base import Attempt, Ended, ExecutorError
from jobcast.act.plain import from_json, to_json
from jobcast.act.starter.spool import private_database
from jobcast.language import say

_TABLES = """
CREATE TABLE IF NOT EXISTS attempts (
    id TEXT PRIMARY KEY, attempt BLOB, job TEXT, released INTEGER NOT NULL DEFAULT 0, prolog INTEGER, killed REAL,
    stands INTEGER NOT NULL DEFAULT 0, began REAL, ended BLOB, over INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS going ON attempts (over) WHERE NOT over;
CREATE TABLE IF NOT EXISTS told (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""


@dataclass(kw_only=True, slots=True)
class Entry:
    """An attempt that isn't forgotten. Not frozen: `Ledger` alone changes it, together with its row."""

    attempt: Attempt
    job: str | None = None
    """Number of its job; None where sbatch hasn't answered yet."""
    released: bool = False
    """Whether Slurm was told to start it."""
    prolog: int | None = None
    """Exit code of the site's prolog; None where it hasn't ended."""
    killed: float | None = None
    """Second of the epoch at which its end was first asked for."""
    stands: bool = False
    """Whether it was told to stand still, perhaps before it ran."""
    began: float | None = None
    """Second of the epoch at which its program began."""
    ended: Ended | None = None
    """How it ended; None before."""


class Ledger:
    """A file of SQLite; what a method changes is on the disk when it returns.

    All raise ExecutorError where the disk can't, and nothing has changed.
    """

    def __init__(self, path: Path) -> None:
        with _told(path):
            self._base = private_database(path)
            self._base.execute("PRAGMA journal_mode=WAL")
            self._base.execute("PRAGMA synchronous=FULL")
            self._base.executescript(_TABLES)
        self._path = path
        self.entries = {
            entry.attempt.id: entry
            for row in self._do(
                "SELECT attempt, job, released, prolog, killed, stands, began, ended FROM attempts WHERE NOT over"
            )
            for entry in [_read(row)]
        }
        """By attempt's id: all that aren't forgotten."""

    def close(self) -> None:
        """Let go of the file."""
        self._base.close()

    def add(self, attempt: Attempt) -> Entry | None:
        """Note that an attempt is wanted; None where its id was ever used."""
        done = self._do(
            "INSERT OR IGNORE INTO attempts (id, attempt) VALUES (?, ?)", (attempt.id, to_json(attempt))
        )
        if done.rowcount == 0:
            return None
        self.entries[attempt.id] = Entry(attempt=attempt)
        return self.entries[attempt.id]

    def note(self, entry: Entry, **changes: Any) -> None:
        """Change fields of an entry, by their names."""
        columns = ", ".join(f"{name} = ?" for name in changes)
        values = [
            to_json(value) if isinstance(value, Attempt | Ended) else value for value in changes.values()
        ]
        self._do(f"UPDATE attempts SET {columns} WHERE id = ?", (*values, entry.attempt.id))  # noqa: S608

        for name, value in changes.items():
            setattr(entry, name, value)

    def forget(self, attempt: str) -> None:
        """Keep nothing of it but that it was."""
        self._do(
            "UPDATE attempts SET attempt = NULL, job = NULL, ended = NULL, over = 1 WHERE id = ?", (attempt,)
        )
        self.entries.pop(attempt, None)

    def name(self, fresh: str) -> str:
        """Return by what this ledger is told from others: `fresh` for a new one."""
        self._do("INSERT OR IGNORE INTO told VALUES ('name', ?)", (fresh,))
        found = self._do("SELECT value FROM told WHERE name = 'name'").fetchone()
        return str(found[0])

    def _do(self, statement: str, values: tuple[Any, ...] = ()) -> sqlite3.Cursor:
        with _told(self._path):
            return self._base.execute(statement, values)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise ExecutorError(say("slurm_executor.not_noted", file=path, why=error)) from error


def _read(row: tuple[Any, ...]) -> Entry:
    attempt, job, released, prolog, killed, stands, began, ended = row
    return Entry(
        attempt=from_json(attempt, Attempt),
        job=job,
        released=bool(released),
        prolog=prolog,
        killed=killed,
        stands=bool(stands),
        began=began,
        ended=None if ended is None else from_json(ended, Ended),
    )
