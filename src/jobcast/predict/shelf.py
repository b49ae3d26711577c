"""The models of a store: each a folder that appears whole, one of them active.

::

    models/2026-03-01T02-00-07/    card.json and the recipe's own files
    models/active                  a symbolic link, switched by one rename
    models/activations.json        names in the order in which they became active
    models/2026-03-01T02-00-07/kept    where this file stands, the model stays
"""

import itertools
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from jobcast.errors import ModelError
from jobcast.language import say
from jobcast.predict.card import read_card

_ABANDONED_SECONDS = 86400.0
"""A hidden folder that nobody has written into for so long belongs to a killed training."""

_ACTIVE, _ACTIVATIONS, _KEPT = "active", "activations.json", "kept"


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

    def activate(self, name: str, *, stays: bool = False) -> None:
        """Let `name` answer from now on; raises ModelError when there is no such model.

        Where it `stays`, `keep` does not remove it.
        """
        folder = self.folder(name)
        if stays:
            (folder / _KEPT).touch()
        earlier = self._activations()
        self._switch(name)
        self._remember([*earlier, name])

    def rollback(self) -> str:
        """Let the latest model of another training answer that did so before, and return its name.

        Raises ModelError when there is none.
        """
        earlier = self._before()
        self._remember(earlier)
        self._switch(earlier[-1])
        return earlier[-1]

    def before(self) -> str:
        """Return the name of the model to which `rollback` goes; raises ModelError when there is none."""
        return self._before()[-1]

    def earlier(self) -> list[str]:
        """Return the other models that were active and are still there, the latest first."""
        others = set(self.names()) - {self.active()}
        return [name for name in dict.fromkeys(reversed(self._activations())) if name in others]

    def in_turn(self) -> list[str]:
        """Return the active model and those that answered before it, but for what is only kept because it stays."""
        active = self.active()
        others = [name for name in self.earlier() if not (self.path / name / _KEPT).exists()]
        return others if active is None else [active, *others]

    def keep(self, most: int) -> list[str]:
        """Remove what nobody goes back to, and return the names.

        There stay: the active model, that to which `rollback` goes, those that were to stay, the `most` newest ones,
        the latest of each of the `most` last trainings; and those whose trees they took over.
        """
        names, parents = self.names(), self._parents()
        latest = {_line(name, parents)[-1]: name for name in names}
        kept = {*names[-most:], *(latest[training] for training in sorted(latest)[-most:])}
        kept |= {name for name in names if (self.path / name / _KEPT).exists()}
        kept |= {self.active() or ""}
        with suppress(ModelError):
            kept.add(self.before())
        kept |= {one for name in kept for one in _line(name, parents)}
        removed = [name for name in names if name not in kept and self._remove(name)]
        if removed:
            self._remember([name for name in self._activations() if name not in removed])
        return removed

    def _parents(self) -> dict[str, str]:
        """Return whose trees models took over, by name; nothing of those that have grown their own."""
        found = {}
        for name in self.names():
            with suppress(ModelError):  # nobody knows whose trees these are
                found[name] = read_card(self.path / name).refreshed_from
        return {name: parent for name, parent in found.items() if parent is not None}

    def _remove(self, name: str) -> bool:
        """Remove a model at one stroke; tell whether it is gone: one that was just let to answer comes back."""
        going = self.path / f".gone-{name}"
        (self.path / name).rename(going)
        if self.active() == name:
            going.rename(self.path / name)
            return False
        shutil.rmtree(going, ignore_errors=True)
        return True

    def _before(self) -> list[str]:
        """Return what was active, in order, up to the last model of another training than the active one's."""
        active, parents = self.active() or "", self._parents()
        others = set(self.names()) - {active}
        training = _line(active, parents)[-1]
        earlier = self._activations()
        while earlier and (earlier[-1] not in others or _line(earlier[-1], parents)[-1] == training):
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


def _line(name: str, parents: dict[str, str]) -> list[str]:
    """Return the model, and those whose trees it took over, up to the one that has grown them."""
    line = [name]
    while (parent := parents.get(line[-1])) is not None and parent not in line:
        line.append(parent)
    return line


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
