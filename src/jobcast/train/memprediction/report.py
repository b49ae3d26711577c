"""memPrediction's report (``rpt``): how far the predictions are off, by memory interval.

It rests on jobs drawn at random from the same days as the training jobs, as in memPrediction: near-twins of
each are among those, so it flatters the model. How it does on later days, `jobcast evaluate` tells.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import polars as pl
from numpy.typing import NDArray

Amounts = NDArray[np.floating]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Report:
    """What the manual calls rpt."""

    table: pl.DataFrame
    """One row for each interval: ``max_mem_interval``, ``max_mem_num`` (jobs), ``pre_mem_diff`` (mean of
    predicted - true, GB), ``pre_mem_diff_rate`` (mean of the same over true, %); null without jobs."""
    rmse: float
    """Root of the mean squared error in GB."""
    metrics: Mapping[str, float] = field(default_factory=dict)
    """XGBoost's own metrics on the same jobs, by name."""
    split: str = "random"
    """How the jobs were drawn."""

    @property
    def mse(self) -> float:
        """The square of `rmse`, which memPrediction prints at the end of a training."""
        return self.rmse**2


def interval_name(low: float, high: float) -> str:
    """Print an interval as the manual does, e.g. ``(-inf, 1.0]``."""
    return f"({float(low)}, {float(high)}]"


def make_report(
    predicted: Amounts, true: Amounts, bins: Sequence[float], metrics: Mapping[str, float]
) -> Report:
    """Compare predicted with true peaks, both in GB; a job outside all bounds is in no interval."""
    names = [interval_name(low, high) for low, high in pairwise(bins)]
    jobs = pl.DataFrame({"true": true, "predicted": predicted}).cast(pl.Float64)
    difference = pl.col("predicted") - pl.col("true")
    place = pl.Series(np.searchsorted(bins, true, side="left") - 1)
    by_interval = jobs.group_by(place.alias("place")).agg(
        pl.len().cast(pl.Int64).alias("max_mem_num"),
        difference.mean().alias("pre_mem_diff"),
        # A job that used nothing has no rate; memPrediction's first line is nan because of such.
        (difference / pl.col("true")).filter(pl.col("true") > 0).mean().mul(100).alias("pre_mem_diff_rate"),
    )
    intervals = pl.DataFrame({"max_mem_interval": names, "place": np.arange(len(names))})
    table = intervals.join(by_interval, on="place", how="left", maintain_order="left").drop("place")
    rmse = jobs.select((difference**2).mean().sqrt()).item()
    return Report(table=table.with_columns(pl.col("max_mem_num").fill_null(0)), rmse=rmse, metrics=metrics)
