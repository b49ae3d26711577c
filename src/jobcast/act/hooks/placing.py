"""Which files a hook puts onto a host, and which it takes away again: never one that somebody else wrote."""

import stat
from pathlib import Path

from jobcast.act.hooks.base import Plan, StubFile
from jobcast.act.installing import Placed
from jobcast.errors import StoreError
from jobcast.language import say
from jobcast.store.durable import refusals_explained

MARK = "jobcast hook install"
"""Stands in every file that a hook installs, and tells it from those of others."""


def to_install(plan: Plan) -> list[Placed]:
    """Return the files as they should be; of one that somebody else wrote a copy stays behind."""
    return [
        Placed(path=file.path, content=file.content, mode=file.mode, keep=not is_ours(file.path))
        for file in plan.files
    ]


def to_uninstall(plan: Plan) -> list[Placed]:
    """Return what to take away, and what stood there before instead; files of others stay, and those still named.

    Raises StoreError where what stood there can't be put back.
    """
    return [_before(file) for file in plan.files if is_ours(file.path) and not file.stays]


def is_ours(path: Path) -> bool:
    """Tell whether a hook of ours is what stands at `path`."""
    with refusals_explained(path):
        try:
            return MARK.encode() in path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return False


def _before(file: StubFile) -> Placed:
    with refusals_explained(file.path):
        copies = [
            path for path in file.path.parent.iterdir() if path.name.startswith(f"{file.path.name}.bak-")
        ]
        foreign = [path for path in copies if not is_ours(path)]
        if not foreign:
            return Placed(path=file.path, content=None, keep=False)
        copy = max(foreign, key=lambda path: (path.stat().st_mtime_ns, path.name))
        mode = stat.S_IMODE(copy.stat().st_mode)
        try:
            text = copy.read_bytes().decode()
        except UnicodeDecodeError as error:
            cure = say("hook_install.no_text_cure", copy=copy, path=file.path)
            raise StoreError(say("hook_install.no_text", path=copy), hint=cure) from error
    return Placed(path=file.path, content=text, mode=mode, keep=False)
