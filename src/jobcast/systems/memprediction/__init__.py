"""The job history of memPrediction: daily CSV files, or SQLite with a table for each day."""

from jobcast.systems.memprediction.reader import MemPrediction
from jobcast.systems.memprediction.writer import write_csv, write_sqlite

__all__ = ["MemPrediction", "write_csv", "write_sqlite"]
