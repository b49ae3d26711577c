"""Any table with one job a row, CSV or Parquet, whose columns a small TOML file names: see `column_map`."""

from jobcast.systems.table.column_map import find_map
from jobcast.systems.table.reader import Table

__all__ = ["Table", "find_map"]
