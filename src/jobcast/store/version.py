"""The format of a store's directory: what this program writes, and what it refuses to touch."""

import json
from pathlib import Path

from jobcast.errors import StoreError
from jobcast.language import say
from jobcast.store.durable import refusals_explained, write_whole

FORMAT = 1
"""Raised when an older program would misread or harm the directory; a further column does not raise it."""


def check(store: Path) -> None:
    """Raise StoreError unless this program may read and write the directory `store`."""
    with refusals_explained(store):
        if not store.exists():
            return
        if not store.is_dir():
            raise StoreError(say("store.not_a_folder", path=store), hint=say("store.not_a_folder_cure"))
        file = store / "version.json"
        text = file.read_text("utf-8") if file.exists() else json.dumps({"format": FORMAT})
    try:
        found = int(json.loads(text)["format"])
    except (ValueError, KeyError, TypeError) as error:
        raise StoreError(
            say("store.damaged", path=file, what=error), hint=say("store.damaged_version_cure", format=FORMAT)
        ) from error
    if found > FORMAT:
        raise StoreError(
            say("store.newer", path=store, found=found, known=FORMAT), hint=say("store.newer_cure")
        )


def write(store: Path, *, beside: Path) -> None:
    """Say which format the directory `store` has, unless it says so already."""
    file = store / "version.json"
    if not file.exists():
        write_whole(file, json.dumps({"format": FORMAT}).encode(), beside=beside)
