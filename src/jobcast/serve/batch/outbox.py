"""Notices that are due and not sent yet, in a file: a manager that starts again sends what another one left.

At least once: what was sent just before the end, and not crossed out yet, goes out again.
"""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from jobcast.act.starter.spool import private_database
from jobcast.errors import StoreError
from jobcast.language import say

FILE = "notices.sqlite"
_TABLE = (
    "CREATE TABLE IF NOT EXISTS notices (number INTEGER PRIMARY KEY, way TEXT NOT NULL, body BLOB NOT NULL)"
)


class Way(StrEnum):
    """How a notice goes out."""

    MAIL = "mail"
    WEBHOOK = "webhook"


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """One notice on one way."""

    way: Way
    body: bytes
    """The mail, or the JSON."""
    number: int = 0
    """Under which it is written down; 0 where it isn't, since that failed."""


class Outbox:
    """The file. One process writes. What it can't do raises StoreError, and harms nothing but what is left unsent."""

    def __init__(self, folder: Path) -> None:
        """Open it in a folder."""
        self._path = folder / FILE
        try:
            self._database = private_database(self._path)
            for pragma in ("journal_mode = WAL", "busy_timeout = 1000"):
                self._database.execute(f"PRAGMA {pragma}")
            self._database.execute(_TABLE)
        except (sqlite3.Error, OSError) as error:
            raise self._trouble(error) from error

    def left(self) -> list[Due]:
        """Return what isn't sent yet, the oldest first."""
        try:
            rows = self._database.execute("SELECT number, way, body FROM notices ORDER BY number").fetchall()
            return [Due(number=number, way=Way(way), body=body) for number, way, body in rows]
        except (sqlite3.Error, ValueError) as error:
            raise self._trouble(error) from error

    def keep(self, many: Iterable[Due]) -> list[Due]:
        """Write notices down, all or none; they are on the disk when this returns them with their numbers."""
        try:
            self._database.execute("PRAGMA synchronous = FULL")
            self._database.execute("BEGIN IMMEDIATE")
            kept = [
                Due(
                    way=due.way,
                    body=due.body,
                    number=self._database.execute(
                        "INSERT INTO notices (way, body) VALUES (?, ?)", (due.way, due.body)
                    ).lastrowid
                    or 0,
                )
                for due in many
            ]
            self._database.execute("COMMIT")
        except sqlite3.Error as error:
            if self._database.in_transaction:
                self._database.execute("ROLLBACK")
            raise self._trouble(error) from error
        return kept

    def cross_out(self, numbers: Iterable[int]) -> None:
        """Drop what is sent, or given up; after a power cut it may be there again."""
        try:
            self._database.execute("PRAGMA synchronous = NORMAL")
            self._database.executemany(
                "DELETE FROM notices WHERE number = ?", [(number,) for number in numbers]
            )
        except sqlite3.Error as error:
            raise self._trouble(error) from error

    def close(self) -> None:
        """Close it."""
        self._database.close()

    def _trouble(self, error: Exception) -> StoreError:
        return StoreError(say("notice.no_outbox", path=self._path, why=error), hint="")
