"""Runs jobcast as its users do, with a store that is full already."""

import os
import subprocess
import sys
from pathlib import Path

import made_up
from jobcast.store.history import Store


def fill_store(folder: Path, jobs: int) -> None:
    """Put so many made-up jobs into a store in `folder`."""
    Store(folder / "store").append(made_up.history(jobs))


def jobcast(folder: Path, *arguments: str) -> None:
    """Run one command on that store; nothing in the caller's environment or home settles anything."""
    command = [sys.executable, "-m", "jobcast", "--store", str(folder / "store"), *arguments]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("JOBCAST_")}
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=kept | {"HOME": str(folder)})
