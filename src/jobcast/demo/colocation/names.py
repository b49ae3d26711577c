"""Names of the trace: a letter or word for the kind of thing, and a number."""

import numpy as np
import polars as pl

from jobcast.demo.colocation.plan import Rows


def named(kind: str, numbers: Rows) -> pl.Series:
    """Return one name for each number, e.g. ``m_12``."""
    return f"{kind}_" + pl.Series(numbers).cast(pl.String)


def machine_names(machines: int) -> pl.Series:
    """Return the names of the machines, by their number from 0."""
    return named("m", np.arange(1, machines + 1))
