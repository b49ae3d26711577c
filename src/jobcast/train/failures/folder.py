"""Folders of models are there whole or not at all: written beside, then renamed."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jobcast.errors import ModelError
from jobcast.language import say
from jobcast.predict.failures.model import NAME
from jobcast.store.durable import make_folder, refusals_explained, sync_folder


def see(folder: Path) -> None:
    """Raise ModelError where `folder` holds anything but a model, which a new one would replace."""
    with refusals_explained(folder):
        if (
            folder.exists()
            and not (folder / NAME).is_file()
            and (not folder.is_dir() or any(folder.iterdir()))
        ):
            raise ModelError(
                say("failures_models.no_model_folder", path=folder),
                hint=say("failures_models.no_model_folder_cure"),
            )


@contextmanager
def growing(folder: Path) -> Iterator[Path]:
    """Give an empty folder that becomes `folder` in the end, in the place of the model that was there.

    Raises StoreError; then, and over any error, what was there stays.
    """
    see(folder)
    beside = folder.parent / f".{folder.name}.{os.getpid()}"
    going = folder.parent / f".{folder.name}.{os.getpid()}.old"
    with refusals_explained(folder):
        make_folder(folder.parent)
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir()
    try:
        yield beside
        with refusals_explained(folder):
            if folder.exists():
                folder.rename(going)
            beside.rename(folder)
            sync_folder(folder.parent)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
        shutil.rmtree(going, ignore_errors=True)
