"""Files as they should stand on a host, how far they differ from what stands there, and putting them there."""

import difflib
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from jobcast.errors import StoreError
from jobcast.language import say
from jobcast.store.durable import behind, refusals_explained, write_whole


@dataclass(frozen=True, kw_only=True, slots=True)
class Placed:
    """A file as it should be."""

    path: Path
    """Where."""
    content: str | None
    """All of it; None where there should be none."""
    mode: int = 0o644
    """Its permissions."""
    keep: bool = True
    """Whether a copy of what stood there stays behind."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """How something on the host would change; nothing changes where both ends are alike."""

    name: str
    """Of the file, or whatever it is."""
    before: str | None
    """What stands there; None where nothing does."""
    after: str | None
    """What should; None where nothing should."""
    rights: tuple[int, int] | None = None
    """Permissions before and after, where they differ."""

    @property
    def changes(self) -> bool:
        """Tell whether anything would be another."""
        return self.before != self.after or self.rights is not None

    @property
    def kind(self) -> str:
        """Return a fixed word: ``new``, ``changed``, ``removed`` or ``same``."""
        if not self.changes:
            return "same"
        return "new" if self.before is None else "removed" if self.after is None else "changed"

    def lines(self) -> Iterator[str]:
        """Yield the lines of a unified diff."""
        nothing = say("installing.nothing")
        yield from difflib.unified_diff(
            (self.before or "").splitlines(),
            (self.after or "").splitlines(),
            nothing if self.before is None else self.name,
            nothing if self.after is None else self.name,
            lineterm="",
        )


def compare(wanted: Iterable[Placed]) -> list[Difference]:
    """Return how each file would change. Raises StoreError where one can't be read."""
    return [_compared(file) for file in wanted]


def _compared(file: Placed) -> Difference:
    before = _read(file.path)
    mode = _mode(file.path) if before is not None and file.content is not None else file.mode
    return Difference(
        name=str(file.path),
        before=None if before is None else before.decode("utf-8", "backslashreplace"),
        after=file.content,
        rights=(mode, file.mode) if mode != file.mode else None,
    )


def _read(path: Path) -> bytes | None:
    with _rights_explained(path):
        try:
            return behind(path).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None


def _mode(path: Path) -> int:
    with _rights_explained(path):
        return stat.S_IMODE(path.stat().st_mode)


def put(wanted: Iterable[Placed], at: datetime) -> dict[Path, Path | None]:
    """Bring the files that differ to what they should be; return them, each with the copy that stayed behind.

    Each is replaced in one step, its permissions with it. Raises StoreError; the files before are then written.
    """
    done: dict[Path, Path | None] = {}
    for file in wanted:
        if _compared(file).changes:
            done[file.path] = _keep(file.path, at) if file.keep else None
            with _rights_explained(file.path):
                target = behind(file.path)
                if file.content is None:
                    file.path.unlink()
                else:
                    write_whole(target, file.content.encode(), beside=target.parent, mode=file.mode)
    return done


def _keep(path: Path, at: datetime) -> Path | None:
    """Copy what stands at `path` beside it, under a name that nothing has yet."""
    before = _read(path)
    if before is None:
        return None
    stem = f"{path.name}.bak-{at:%Y%m%d-%H%M%S}"
    copy = path.with_name(stem)
    number = 1
    while copy.exists():
        number += 1
        copy = path.with_name(f"{stem}-{number}")
    with _rights_explained(copy):
        write_whole(copy, before, beside=path.parent, mode=_mode(path))
    return copy


@contextmanager
def _rights_explained(path: Path) -> Iterator[None]:
    """Name the cure that helps beyond the store."""
    try:
        with refusals_explained(path):
            yield
    except StoreError as error:
        raise StoreError(error.message, hint=say("installing.cure")) from error
