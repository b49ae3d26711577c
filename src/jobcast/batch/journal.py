"""The journal: everything that the core was told and has decided, and what became of each step.

SQLite with a write-ahead log, each transaction on the disk when it returns: a manager that is killed at any instant
has lost nothing that it answered for. One process writes; any number may read.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from jobcast.batch.journal_rows import TABLES, condition, name_of, row_of
from jobcast.batch.plain import from_json, to_json
from jobcast.batch.record import Step
from jobcast.batch.service import Past
from jobcast.batch.site import Files
from jobcast.decision import Decision
from jobcast.errors import JobcastError, StoreError
from jobcast.language import say
from jobcast.schedule.event import Event
from jobcast.store.durable import make_folder

FORMAT = 1
"""Raised when an older program would misread a journal."""
FILE = "journal.sqlite"
_PAGE = 500
"""Rows read at once by those who read all."""


class FullError(JobcastError):
    """The journal can't take anything more: its disk is full, or refuses."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """One call of the core."""

    number: int
    """Which, from 1."""
    at: int
    """Second of the core's clock."""
    site: int
    """Number of the configuration files that held."""
    events: tuple[Event, ...]
    """What it was told."""
    decisions: tuple[Decision, ...] | None = None
    """What it decided; None where its end wasn't written down: it decides the same again."""


class Journal:
    """The journal of one manager."""

    def __init__(self, folder: Path, *, read_only: bool = False) -> None:
        """Open the journal in a folder; make one where there is none, unless it is only to be read.

        Raises StoreError where it can't be opened, or was written by a newer program.
        """
        self.path = folder / FILE
        try:
            if read_only:
                self._database = sqlite3.connect(f"{self.path.absolute().as_uri()}?mode=ro", uri=True)
            else:
                make_folder(folder)
                self._database = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
                self._prepare()
            self._see_format()
        except sqlite3.Error as error:
            raise StoreError(
                say("batch.journal", path=self.path, why=error), hint=say("batch.journal_cure")
            ) from error

    def _prepare(self) -> None:
        self.path.chmod(0o600)  # command files and environments hold what is nobody else's business
        for pragma in ("journal_mode = WAL", "wal_autocheckpoint = 2000", "busy_timeout = 5000"):
            self._database.execute(f"PRAGMA {pragma}")
        self._database.executescript(TABLES)
        self._database.execute("INSERT OR IGNORE INTO meta VALUES ('format', ?)", (str(FORMAT),))

    def _see_format(self) -> None:
        found = int(self.meta("format") or FORMAT)
        if found > FORMAT:
            raise StoreError(say("store.newer", path=self.path, found=found, known=FORMAT), hint="")

    def close(self) -> None:
        """Close it."""
        self._database.close()

    def meta(self, name: str) -> str | None:
        """Return what is kept under a name; None for nothing."""
        row = self._database.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def accept(self, turn: Turn, steps: Iterable[Step] = (), meta: Mapping[str, str] | None = None) -> None:
        """Write down what the core is about to be told, and steps as they are: all of it, or nothing.

        It is on the disk when this returns. Raises FullError where it can't be.
        """
        with self._writing(sync="FULL") as database:
            told = (turn.number, turn.at, turn.site, to_json(turn.events))
            database.execute("INSERT INTO turns (number, at, site, events) VALUES (?, ?, ?, ?)", told)
            _keep(database, steps, meta or {})

    def settle(self, decided: Mapping[int, Sequence[Decision]], steps: Iterable[Step] = ()) -> None:
        """Write down what was decided in turns, and what it did to steps.

        A killed process loses nothing of it; a machine without power may, and decides the same again. Raises FullError.
        """
        with self._writing(sync="NORMAL") as database:
            rows = [(to_json(list(decisions)), number) for number, decisions in decided.items()]
            database.executemany("UPDATE turns SET decisions = ? WHERE number = ?", rows)
            _keep(database, steps, {})

    def keep(self, meta: Mapping[str, str]) -> None:
        """Write down what is kept by name. Raises FullError."""
        with self._writing(sync="FULL") as database:
            _keep(database, (), meta)

    @contextmanager
    def _writing(self, *, sync: str) -> Iterator[sqlite3.Connection]:
        try:
            self._database.execute(f"PRAGMA synchronous = {sync}")
            with _transaction(self._database) as database:
                yield database
        except sqlite3.Error as error:
            raise FullError(
                say("batch.full", path=self.path, why=error), hint=say("batch.full_cure")
            ) from error

    def site(self, files: Files) -> int:
        """Return the number under which these configuration files are kept; they are kept now if they weren't."""
        newest = self._database.execute("SELECT number, files FROM sites ORDER BY number DESC").fetchone()
        written = to_json(files)
        if newest is not None and newest[1] == written:
            return int(newest[0])
        with _transaction(self._database) as database:
            number = database.execute("INSERT INTO sites (files) VALUES (?)", (written,)).lastrowid
        return int(number or 0)

    def last_site(self) -> int:
        """Return the number of the configuration files that held last."""
        found = self._database.execute("SELECT site FROM turns ORDER BY number DESC LIMIT 1").fetchone()
        return 1 if found is None else int(found[0])

    def files(self, site: int) -> Files:
        """Return the configuration files of a number."""
        (written,) = self._database.execute("SELECT files FROM sites WHERE number = ?", (site,)).fetchone()
        return from_json(written, Files)

    def turns(self, after: int = 0) -> Iterator[Turn]:
        """Yield the turns after one, in their order."""
        while rows := self._database.execute(
            "SELECT * FROM turns WHERE number > ? ORDER BY number LIMIT ?", (after, _PAGE)
        ).fetchall():
            for number, at, site, events, decisions in rows:
                yield Turn(
                    number=number,
                    at=at,
                    site=site,
                    events=from_json(events, tuple[Event, ...]),
                    decisions=None if decisions is None else from_json(decisions, tuple[Decision, ...]),
                )
            after = rows[-1][0]

    def drop_turns(self, up_to: int, before: int, most: int) -> int:
        """Drop the oldest turns of those up to a number and before a second, `most` at once; return how many.

        Raises FullError.
        """
        with self._writing(sync="NORMAL") as database:
            return database.execute(
                "DELETE FROM turns WHERE number IN"
                " (SELECT number FROM turns WHERE number <= ? AND at < ? ORDER BY number LIMIT ?)",
                (up_to, before, most),
            ).rowcount

    def first_turn(self) -> int:
        """Return the number of the oldest turn that is kept; 1 where there is none."""
        return int(self._database.execute("SELECT coalesce(min(number), 1) FROM turns").fetchone()[0])

    def last_turn(self) -> int:
        """Return the number of the last turn; 0 where there is none."""
        return int(self._database.execute("SELECT coalesce(max(number), 0) FROM turns").fetchone()[0])

    def living(self) -> Iterator[Step]:
        """Yield the steps that aren't over."""
        for (step,) in self._database.execute(
            "SELECT step FROM steps WHERE ended IS NULL ORDER BY submitted"
        ):
            yield from_json(step, Step)

    def step(self, name: str) -> Step | None:
        """Return one step, over or not; None where none has that id."""
        row = self._database.execute("SELECT step FROM steps WHERE id = ?", (name,)).fetchone()
        return None if row is None else from_json(row[0], Step)

    def past(self, past: Past) -> Iterator[bytes]:
        """Yield steps that are over as JSON, oldest end first; the manager goes on writing meanwhile."""
        for page in self.past_pages(past):
            yield from page.values()

    def names(self, user: str, ended_from: float) -> list[tuple[str, str]]:
        """Return the names of a user's jobs of LSF's that were over at or after a second, each with the job's id."""
        rows = self._database.execute(
            "SELECT name, job FROM names WHERE user = ? AND ended >= ?", (user, ended_from)
        )
        return rows.fetchall()

    def newest(self, most: int, ended_from: float = 0.0) -> list[bytes]:
        """Return the steps that were over last, at or after a second, as JSON, newest end first."""
        rows = self._database.execute(
            "SELECT step FROM steps WHERE ended >= ? ORDER BY ended DESC, id DESC LIMIT ?", (ended_from, most)
        )
        return [row[0] for row in rows.fetchall()]

    def past_pages(self, past: Past) -> Iterator[dict[str, bytes]]:
        """Yield steps that are over as JSON by their ids, some hundreds at a time, oldest end first."""
        where, values = condition(past)
        last: tuple[float, str] = (float("-inf"), "")
        with closing(self._database.cursor()) as cursor:
            while rows := cursor.execute(
                f"SELECT ended, id, step FROM steps WHERE (ended, id) > (?, ?) AND {where} ORDER BY ended, id LIMIT ?",  # noqa: S608 - conditions are ours
                (*last, *values, _PAGE),
            ).fetchall():
                yield {row[1]: row[2] for row in rows}
                last = rows[-1][:2]

    def over_after(self, place: int, most: int) -> list[tuple[int, Step]]:
        """Return steps that are over in the order in which that was written down, each with its place.

        At most so many, behind a place; all places are above 0, and none of a step that comes later is below another.
        """
        rows = self._database.execute(
            "SELECT rowid, step FROM steps WHERE rowid > ? AND ended IS NOT NULL ORDER BY rowid LIMIT ?",
            (place, most),
        ).fetchall()
        return [(number, from_json(step, Step)) for number, step in rows]

    def last_place(self) -> int:
        """Return the place of what was written down last; 0 where there is nothing."""
        return int(self._database.execute("SELECT coalesce(max(rowid), 0) FROM steps").fetchone()[0])


def _keep(database: sqlite3.Connection, steps: Iterable[Step], meta: Mapping[str, str]) -> None:
    rows, names = [], []
    for step in steps:
        rows.append(row_of(step))
        names += [name] if (name := name_of(step)) is not None else []
    database.executemany("INSERT OR REPLACE INTO steps VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
    database.executemany("INSERT OR REPLACE INTO names VALUES (?, ?, ?, ?)", names)
    database.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", list(meta.items()))


@contextmanager
def _transaction(database: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """Write all that is written inside, or nothing."""
    database.execute("BEGIN IMMEDIATE")
    try:
        yield database
        database.execute("COMMIT")
    except BaseException:
        if database.in_transaction:
            database.execute("ROLLBACK")
        raise
