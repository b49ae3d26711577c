"""Files of a site that may change while the service runs: read anew when they do, kept as they were when they err."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Generic, TypeVar

from jobcast.act.rules import Rules, read_rules
from jobcast.errors import JobcastError

T = TypeVar("T")

Stamp = tuple[tuple[Path, tuple[int, int, int] | None], ...]


class Watched(Generic[T]):
    """What was read from some files; `now` is always whole."""

    def __init__(self, read: Callable[[], T], files: Callable[[T], Sequence[Path]]) -> None:
        """Read the files for the first time; raises what `read` raises."""
        self._read, self._files = read, files
        self.now = read()
        self.trouble: JobcastError | None = None
        """Why the files as they are can't be used; None where all is well."""
        self._stamp: Stamp = ()
        """Of the files that were known before they were read last: a change since is never missed."""

    def look(self) -> None:
        """Read the files anew where they have changed, or are others than were looked at before they were read.

        In trouble they are read anew each time: what is wrong may be a file that only they name.
        """
        stamp = _stamp(self._files(self.now))
        if stamp == self._stamp and self.trouble is None:
            return
        self._stamp = stamp
        try:
            self.now, self.trouble = self._read(), None
        except JobcastError as error:
            self.trouble = error


def _stamp(files: Sequence[Path]) -> Stamp:
    return tuple((file, _of(file)) for file in files)


def _of(file: Path) -> tuple[int, int, int] | None:
    try:
        state = file.stat()
    except OSError:
        return None
    return state.st_mtime_ns, state.st_size, state.st_ino


WatchedRules = Watched[Rules]


def watch_rules(path: Path | None) -> WatchedRules:
    """Watch the rules of a site. Raises ConfigError when they can't be used at first."""
    return Watched(lambda: read_rules(path), lambda rules: rules.files)
