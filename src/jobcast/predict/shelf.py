"""The models of a store: each a folder that appears whole, one of them active.

::

    models/2026-03-01T02-00-07/    card.json and the recipe's own files
    models/active                  a symbolic link, switched by one rename
    models/activations.json        names in the order in which they became active
"""

import itertools
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from jobcast.errors import ModelError
from jobcast.language import say

_ABANDONED_SECONDS = 86400.0
"""A hidden folder that nobody has written into for so long belongs to a killed training."""

_ACTIVE, _ACTIVATIONS = "active", "activations.json"


class Shelf:
    """The folder ``models`` of a store."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def names(self) -> list[str]:
        """Return the names of all models, oldest first."""
        if not self.path.is_dir():
            return []
        return sorted(
            entry.name for entry in self.path.iterdir() if (entry / "card.json").is_file() and _whole(entry)
        )

    def active(self) -> str | None:
        """Return the name of the model that answers, or None when there is none yet."""
        link = self.path / _ACTIVE
        return link.readlink().name if link.is_symlink() else None

    def folder(self, name: str | None = None) -> Path:
        """Return where a model lies, by default the active one; raises ModelError when there is none."""
        wanted = name or self.active()
        if wanted in self.names():
            return self.path / wanted
        if name:
            raise ModelError(say("model.unknown", name=name, folder=self.path), hint="jobcast models list")
        marker = self.path / _ACTIVE
        if marker.is_dir() and not marker.is_symlink():  # a copy of the store that followed its links
            raise ModelError(say("model.bad_marker", path=marker), hint=say("model.folder_marker_cure"))
        if marker.is_symlink() or marker.exists():
            raise ModelError(say("model.bad_marker", path=marker), hint=say("model.bad_marker_cure"))
        cure = "jobcast models activate NAME" if self.names() else "jobcast train"
        raise ModelError(say("model.none_active", folder=self.path), hint=cure)

    @contextmanager
    def growing(self, made: datetime) -> Iterator[Path]:
        """Give an empty folder that becomes a model, under the name of its moment, when the block ends well.

        When it fails, the folder goes; the active model stays what it was. `grown_name` tells the name.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        folder = self._reserve(f"{made:%Y-%m-%dT%H-%M-%S}")
        self._sweep(now=folder.stat().st_mtime)
        try:
            yield folder
            _sync(folder)
            folder.rename(self.path / grown_name(folder))
            _sync_one(self.path)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    def activate(self, name: str) -> None:
        """Let `name` answer from now on; raises ModelError when there is no such model."""
        self.folder(name)
        earlier = self._activations()
        self._switch(name)
        self._remember([*earlier, name])

    def rollback(self) -> str:
        """Let the model answer that did so before the active one, and return its name.

        Raises ModelError when there is none.
        """
        earlier = self._before()
        self._remember(earlier)
        self._switch(earlier[-1])
        return earlier[-1]

    def before(self) -> str:
        """Return the name of the model to which `rollback` goes; raises ModelError when there is none."""
        return self._before()[-1]

    def _before(self) -> list[str]:
        """Return what was active, in order, up to the model that was so before the active one."""
        others = set(self.names()) - {self.active()}
        earlier = self._activations()
        while earlier and earlier[-1] not in others:
            earlier.pop()
        if not earlier:
            raise ModelError(say("model.none_before"), hint="jobcast models list")
        return earlier

    def _reserve(self, name: str) -> Path:
        """Make the hidden folder of a model that grows: while it is there, the name is nobody else's."""
        for number in itertools.count(1):
            free = name if number == 1 else f"{name}-{number}"
            folder = self.path / f".{free}"
            try:
                folder.mkdir()
            except FileExistsError:
                continue
            if not (self.path / free).exists():
                return folder
            folder.rmdir()
        raise AssertionError  # numbers have no end

    def _sweep(self, *, now: float) -> None:
        """Remove what trainings left that were killed a day ago or earlier; `now` is the file system's own."""
        for left in self.path.glob(".*"):
            if left.is_dir() and not left.is_symlink() and now - left.stat().st_mtime > _ABANDONED_SECONDS:
                shutil.rmtree(left, ignore_errors=True)

    def _switch(self, name: str) -> None:
        growing = self.path / f".{_ACTIVE}.{os.getpid()}"
        growing.unlink(missing_ok=True)
        growing.symlink_to(name)
        growing.replace(self.path / _ACTIVE)
        _sync_one(self.path)

    def _activations(self) -> list[str]:
        """Return what was active, in order; the active model is the last, also after a damage or a crash."""
        try:
            names = json.loads((self.path / _ACTIVATIONS).read_text("utf-8"))
        except (OSError, ValueError):
            names = []
        known = [name for name in names if isinstance(name, str)] if isinstance(names, list) else []
        active = self.active()
        return known if active is None or known[-1:] == [active] else [*known, active]

    def _remember(self, names: list[str]) -> None:
        growing = self.path / f".{_ACTIVATIONS}.{os.getpid()}"
        growing.write_text(json.dumps(names) + "\n", "utf-8")
        _sync_one(growing)
        growing.replace(self.path / _ACTIVATIONS)


def grown_name(folder: Path) -> str:
    """Return the name under which the model stands that grows, or grew, in the hidden `folder`."""
    return folder.name.removeprefix(".")


def _whole(folder: Path) -> bool:
    return not folder.name.startswith(".") and not folder.is_symlink()


def _sync(folder: Path) -> None:
    for path in (*folder.rglob("*"), folder):
        _sync_one(path)


def _sync_one(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
