"""The history of jobs on disk: Parquet by day, appended atomically, each run of a job once.

What is named here is imported when it is used: the journals beside the history do without Polars.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jobcast.store.history import Appended, Store, Summary
    from jobcast.store.marks import Mark
    from jobcast.store.rows import to_job

__all__ = ["Appended", "Mark", "Store", "Summary", "to_job"]

_HOMES = {"Appended": "history", "Mark": "marks", "Store": "history", "Summary": "history", "to_job": "rows"}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
