"""The lock of those who write to a store: whoever may write into its folder can take it, and nobody else."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from jobcast.errors import StoreError
from jobcast.language import say
from jobcast.store.durable import refusals_explained

_WRITES = (stat.S_IWUSR, stat.S_IWGRP, stat.S_IWOTH)


def lock_of(store: Path, seconds: float) -> FileLock:
    """Return the lock of a store, for which so many seconds are waited."""
    return FileLock(store / "write.lock", timeout=seconds)


@contextmanager
def holding(lock: FileLock) -> Iterator[None]:
    """Hold a lock in a folder that is there. Raises StoreError where that can't be, or others hold it for too long."""
    file = Path(lock.lock_file)
    with refusals_explained(file.parent):
        _make(file)
        try:
            lock.acquire()
        except Timeout as error:
            raise StoreError(
                say("store.locked", path=file.parent), hint=say("store.locked_cure"), transient=True
            ) from error
    try:
        yield
    finally:
        lock.release()


def _make(file: Path) -> None:
    """Make the file, as open as its folder is for writing, whatever the umask: whoever can read it can hold it."""
    folder = file.parent.stat()
    mode = sum(bit | bit << 1 for bit in _WRITES if folder.st_mode & bit)
    opened = os.open(file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        found = os.fstat(opened)
        if (found.st_uid, found.st_gid) != (folder.st_uid, folder.st_gid):
            _give(opened, folder)
        if stat.S_IMODE(found.st_mode) != mode:
            with suppress(PermissionError):  # it is somebody else's, who has seen to it
                os.fchmod(opened, mode)
    finally:
        os.close(opened)


def _give(opened: int, folder: os.stat_result) -> None:
    """Give a file to whom a folder belongs, or to its group alone, as far as we may."""
    for owner in (folder.st_uid, -1):
        with suppress(PermissionError):
            os.fchown(opened, owner, folder.st_gid)
            return
