"""How sections ask the history, and what they get."""

from collections.abc import Callable, Mapping, Sequence

import polars as pl

Answers = Mapping[str, pl.DataFrame]
"""By the names of the questions."""
Collect = Callable[[Sequence[pl.LazyFrame]], list[pl.DataFrame]]
"""Reads what lazy frames promise: `Store.collect_all`, which explains a damaged file, or Polars' own."""
