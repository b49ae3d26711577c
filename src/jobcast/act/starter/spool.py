"""What is kept of attempts on the disk: one folder each, and the ids of those that are forgotten.

Making the folder is the lock by which an attempt is started once. While somebody tends it, its ``attempt.json`` is
locked; that lock ends with the process that holds it, whatever becomes of the starter.
"""

import contextlib
import fcntl
import json
import os
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from jobcast.act.starter.cgroup import Found, find_tree
from jobcast.act.starter.detach import Busy

_PLAIN = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-@+,[]:")
_LONGEST = 200

NEWS, LOG = "news", "log"
ATTEMPT, ORDERS, SCRIPT, HOSTS = "attempt.json", "orders", "script", "hosts"


def folder_name(attempt: str) -> str:
    """Return the name of an attempt's folder: other bytes than plain ones as ``%2F``.

    Raises ValueError for an id that is empty or too long.
    """
    name = "".join(
        chr(byte) if byte in _PLAIN else f"%{byte:02X}" for byte in attempt.encode("utf-8", "surrogatepass")
    )
    if not 0 < len(name) <= _LONGEST:
        raise ValueError("an id of 1 to 200 bytes is wanted")
    return name


def attempt_of(name: str) -> str:
    """Return the id whose folder has this name."""
    first, *others = name.encode().split(b"%")
    return (first + b"".join(bytes([int(each[:2], 16)]) + each[2:] for each in others)).decode(
        "utf-8", "surrogatepass"
    )


class Spool:
    """The folder of all attempts; one starter at a time has it."""

    def __init__(self, path: Path, *, groups: bool = True) -> None:
        """Take the folder, made where it isn't there. Raises Busy where another starter has it.

        Without `groups` no control groups are made, even where that could be.
        """
        self.attempts = path.resolve() / "attempts"
        self.attempts.mkdir(parents=True, exist_ok=True)
        path.chmod(0o711)  # their owners reach their scripts; nobody lists what others run
        self.attempts.chmod(0o711)
        self._lock = os.open(path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Busy from error
        os.ftruncate(self._lock, 0)
        os.write(self._lock, f"{os.getpid()}\n".encode())
        log = os.open(path / LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(log, 2)
        os.close(log)
        self.groups = groups_of(path) if groups else Found(tree=None, told="polling: as asked")
        os.write(2, f"jobs are watched by {self.groups.told}\n".encode())
        self.news = open_pipe(path / NEWS)
        self._folder = os.open(self.attempts, os.O_RDONLY)
        self._forgotten = private_database(path / "forgotten.sqlite")
        self._forgotten.execute("PRAGMA journal_mode=WAL")
        self._forgotten.execute("PRAGMA synchronous=FULL")
        self._forgotten.execute("CREATE TABLE IF NOT EXISTS forgotten (id TEXT PRIMARY KEY) WITHOUT ROWID")

    def create(self, attempt: dict[str, Any]) -> Path | None:
        """Make the folder of an attempt; None where its id was used before. Raises OSError, having made nothing."""
        folder = self.folder(attempt["id"])
        if self._is_forgotten(folder.name):
            return None
        try:
            folder.mkdir(mode=0o711)
        except FileExistsError:
            return None
        try:
            os.mkfifo(folder / ORDERS, 0o600)
            write(folder / ATTEMPT, attempt)
        except BaseException:
            remove(folder)
            raise
        return folder

    def keep(self) -> None:
        """Put the folders that were made on the disk for good."""
        os.fsync(self._folder)

    def folder(self, attempt: str) -> Path:
        """Return where an attempt is, or would be."""
        return self.attempts / folder_name(attempt)

    def folders(self) -> list[Path]:
        """Return all, without those that were forgotten half."""
        found = sorted(self.attempts.iterdir())
        for each in found:
            if self._is_forgotten(each.name) or not (each / ATTEMPT).exists():
                remove(each)
        return [each for each in found if each.exists()]

    def forget(self, attempts: Iterable[str]) -> None:
        """Keep nothing of these but that they were."""
        names = [folder_name(attempt) for attempt in attempts]
        with self._forgotten:
            self._forgotten.execute("BEGIN")
            self._forgotten.executemany(
                "INSERT OR IGNORE INTO forgotten VALUES (?)", [(name,) for name in names]
            )
        for name in names:
            remove(self.attempts / name)

    def _is_forgotten(self, name: str) -> bool:
        found = self._forgotten.execute("SELECT 1 FROM forgotten WHERE id = ?", (name,))
        return found.fetchone() is not None


def private_database(path: Path) -> sqlite3.Connection:
    """Open a file of SQLite, made where it isn't there, that nobody else can open: whoever can read it can lock it.

    SQLite makes those beside it as private as the file itself.
    """
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    for each in path.parent.glob(f"{path.name}*"):
        with contextlib.suppress(FileNotFoundError):  # whoever closed it last has just taken it along
            each.chmod(0o600)
    return sqlite3.connect(path, isolation_level=None)


def groups_of(spool: Path) -> Found:
    """Return where the groups of a spool's attempts are made: each spool has a place of its own."""
    found = spool.stat()
    return find_tree(f"jobcast-{found.st_dev:x}-{found.st_ino:x}", Path("/proc/self/cgroup").read_text())


def open_pipe(path: Path) -> int:
    """Open a named pipe, made where it isn't there, so that neither of its ends ever closes."""
    if not path.exists():
        os.mkfifo(path, 0o600)
    return os.open(path, os.O_RDWR | os.O_NONBLOCK)


def write(path: Path, value: dict[str, Any]) -> None:
    """Write a value as JSON in one piece: there is the whole of it, or what was there before."""
    beside = path.with_suffix(".new")
    number = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(number, "wb") as file:
        file.write(json.dumps(value).encode())
    beside.rename(path)


def read(path: Path) -> dict[str, Any] | None:
    """Return what was written; None where there is none, or only a part that a power cut left."""
    try:
        found = json.loads(path.read_bytes())
    except (FileNotFoundError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def remove(folder: Path) -> None:
    """Remove an attempt's folder, the attempt itself last but one."""
    if not folder.exists():
        return
    for each in sorted(folder.iterdir(), key=lambda file: file.name == ATTEMPT):
        each.unlink()
    folder.rmdir()


def hold(folder: Path) -> int | None:
    """Lock an attempt as its only tender; None where somebody tends it. Its children hold the lock, too."""
    number = os.open(folder / ATTEMPT, os.O_RDWR)
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(number)
        return None
    return number
