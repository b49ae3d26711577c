"""The history of jobs on disk: Parquet by day, appended atomically, each run of a job once."""

from jobcast.store.history import Appended, Store, Summary
from jobcast.store.marks import Mark
from jobcast.store.rows import to_job

__all__ = ["Appended", "Mark", "Store", "Summary", "to_job"]
