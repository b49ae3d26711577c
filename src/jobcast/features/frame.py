"""A history's rows as submissions: the step from Polars columns to the arrays that features are made of."""

import numpy as np
import polars as pl

from jobcast.features.coded import Coded
from jobcast.features.submissions import NUMBERS, TEXTS, Submissions
from jobcast.history import submitted_at


def of_frame(jobs: pl.DataFrame) -> Submissions:
    """Return the submissions of `jobs` (columns of `jobcast.history.SCHEMA`), row by row.

    Only what was known at submission is looked at; usage and outcome are not.
    """
    moments = jobs.select(submitted_at().dt.epoch("s")).to_series()
    return Submissions(
        at=moments.to_numpy().astype(np.int64),
        texts={name: _coded(jobs[name]) for name in TEXTS},
        numbers={name: jobs[name].cast(pl.Float64).to_numpy() for name in NUMBERS},
    )


def _coded(texts: pl.Series) -> Coded:
    filled = texts.fill_null("").alias("text")
    distinct = filled.unique(maintain_order=True)
    place = pl.DataFrame([distinct, pl.Series("code", np.arange(len(distinct)))])
    codes = filled.to_frame().join(place, on="text", how="left", maintain_order="left")["code"]
    return Coded(distinct.to_list(), codes.to_numpy().astype(np.int64))
