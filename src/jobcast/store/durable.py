"""Files that are there whole or not at all, also after a power cut."""

import errno
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jobcast.errors import StoreError
from jobcast.language import say

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_NUMBERS = "|".join(str(number) for number in sorted(_FULL))
_TELLS_FULL = re.compile(rf"\(os error (?:{_NUMBERS})\)|\d+ requested and \d+ written")
"""How Polars and NumPy say so."""
_FORBIDDEN = {errno.EROFS, errno.EACCES, errno.EPERM}


@contextmanager
def refusals_explained(path: Path) -> Iterator[None]:
    """Turn what the operating system refuses into a StoreError that names the cure."""
    try:
        yield
    except OSError as error:
        what = error.strerror or str(error)
        if error.errno in _FULL or (error.errno is None and _TELLS_FULL.search(what)):
            raise StoreError(
                say("store.full", path=path, what=what), hint=say("store.full_cure"), transient=True
            ) from error
        if error.errno in _FORBIDDEN:
            raise StoreError(
                say("store.forbidden", path=path, what=what), hint=say("store.forbidden_cure")
            ) from error
        raise StoreError(
            say("store.refused", path=path, what=what), hint=say("store.refused_cure")
        ) from error


def make_folder(path: Path) -> None:
    """Make `path` and what is missing above it, and see that the new entries last."""
    if path.is_dir():
        return
    make_folder(path.parent)
    path.mkdir(exist_ok=True)
    sync_folder(path.parent)


def write_whole(path: Path, content: bytes, *, beside: Path, mode: int | None = None) -> None:
    """Write `content` to `path`, replacing what was there; readers see the old file or the new one.

    It has the permissions `mode` from the first, by default those that the process gives.

    The bytes grow in the folder `beside`, on the same file system, and are renamed when they are safe.
    Raises StoreError; then `path` is as it was.
    """
    growing = beside / f"{path.name}.{os.getpid()}"
    with refusals_explained(path):
        make_folder(beside)
        make_folder(path.parent)
        try:
            with growing.open("wb") as stream:
                if mode is not None:
                    os.fchmod(stream.fileno(), mode)
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            growing.replace(path)
        except OSError:
            growing.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)


def behind(path: Path) -> Path:
    """Return the file that a name stands for: behind links, so that these stay links.

    Raises StoreError where that is no file: a device or a pipe would be replaced by one.
    """
    with refusals_explained(path):
        target = Path(os.path.realpath(path))
        try:
            kind = target.stat().st_mode
        except (FileNotFoundError, NotADirectoryError):
            return target
        if stat.S_ISREG(kind):
            return target
    raise StoreError(say("report.no_file", path=path), hint=say("report.no_file_cure"))


def write_named(path: Path, content: bytes) -> None:
    """Write `content` whole to the file that somebody named, see `behind` and `write_whole`."""
    target = behind(path)
    write_whole(target, content, beside=target.parent)


def sync_folder(path: Path) -> None:
    """Have the disk remember the names in `path`."""
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
