"""How good answers were: requests too small, requests too large, and what both cost."""

from dataclasses import asdict, dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import polars as pl

from jobcast.train.memprediction.report import interval_name

Floats = npt.NDArray[np.float64]

BINS_GIB = (0.0, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, float("inf"))
"""Memory intervals of memPrediction's tables; each holds its upper bound."""

_MOST_DOUBLINGS = 64


@dataclass(frozen=True, kw_only=True, slots=True)
class Score:
    """One recipe over one set of jobs; GiB and GiB·h throughout.

    Without answered jobs the sums are 0, all else is NaN.
    """

    jobs: int
    """Those that got an answer."""
    unanswered: int
    """Jobs for which the recipe had nothing to say; left out of all that follows."""
    exceeded_share: float
    """Share of jobs that used more than was requested for them: killed, were the request a hard limit."""
    over_gib: float
    """Sum of request minus peak, over the jobs that used less."""
    under_gib: float
    """Sum of peak minus request, over the jobs that used more."""
    over_gib_h: float
    """The same as `over_gib`, each job times its run time."""
    under_gib_h: float
    """The same as `under_gib`, each job times its run time."""
    wastage_gib_h: float
    """What was held in vain when every attempt that is too small is killed at its end and doubled."""
    median_error: float
    """Median of the median forecast's relative error."""
    mean_error_gib: float
    """Mean distance of the median forecast from the peak."""
    within_factor_2: float
    """Share of jobs whose median forecast is between half and twice the peak."""

    def as_dict(self) -> dict[str, float | int | None]:
        """Return the figures by name, for JSON: None where there is none."""
        return {name: None if np.isnan(value) else value for name, value in asdict(self).items()}


def score(answers: pl.DataFrame) -> Score:
    """Score answers with the columns memory_peak, median, request (GiB; null: unanswered) and run_time (s)."""
    told = answers.drop_nulls(["median", "request"]).drop_nans(["median", "request"])
    peak, median, request = (told[name].to_numpy() for name in ("memory_peak", "median", "request"))
    hours = told["run_time"].fill_null(0).to_numpy() / 3600
    over, under = np.maximum(request - peak, 0), np.maximum(peak - request, 0)
    error = np.abs(median - peak)
    if not len(told):
        nan = float("nan")
        return Score(
            jobs=0, unanswered=len(answers), exceeded_share=nan, over_gib=0, under_gib=0, over_gib_h=0,
            under_gib_h=0, wastage_gib_h=0, median_error=nan, mean_error_gib=nan, within_factor_2=nan,
        )  # fmt: skip
    return Score(
        jobs=len(told),
        unanswered=len(answers) - len(told),
        exceeded_share=float((peak > request).mean()),
        over_gib=float(over.sum()),
        under_gib=float(under.sum()),
        over_gib_h=float((over * hours).sum()),
        under_gib_h=float((under * hours).sum()),
        wastage_gib_h=float((wastage(peak, request) * hours).sum()),
        median_error=float(np.median(error / peak)),
        mean_error_gib=float(error.mean()),
        within_factor_2=float((np.maximum(median / peak, peak / np.maximum(median, 1e-9)) <= 2).mean()),
    )


def windows(answers: pl.DataFrame) -> pl.DataFrame:
    """Return one row per model: when its learning ended, and how good its answers were.

    Columns: train_end (UTC), jobs (answered ones), exceeded_share, median_error; null where nothing was answered.
    """
    figures = {"jobs": pl.Int64(), "exceeded_share": pl.Float64(), "median_error": pl.Float64()}
    rows = []
    for part in answers.partition_by("train_end", maintain_order=True):
        found = score(part).as_dict()
        rows.append({"train_end": part["train_end"][0], **{name: found[name] for name in figures}})
    return pl.DataFrame(rows, {"train_end": answers.schema["train_end"], **figures})


def wastage(peak: Floats, request: Floats) -> Floats:
    """Return for each job the memory held in vain over all its attempts, each as long as the run.

    An attempt below the peak is killed at its end (time to failure 1) and its request doubled; the last one
    wastes what it does not use.
    """
    held = np.maximum(request, 2.0**-20).astype(np.float64)
    lost = np.zeros(len(peak))
    for _ in range(_MOST_DOUBLINGS):
        short = held < peak
        if not short.any():
            break
        lost[short] += held[short]
        held[short] *= 2
    return lost + np.maximum(held - peak, 0)


def intervals(answers: pl.DataFrame, bins: tuple[float, ...] = BINS_GIB) -> pl.DataFrame:
    """Return one row per memory interval: jobs, mean difference and mean relative difference of the median.

    Columns are those of memPrediction's report (max_mem_interval, max_mem_num, pre_mem_diff in GiB,
    pre_mem_diff_rate in percent), and `exceeded_share` of the requests; null in intervals without jobs.
    """
    inner = [edge for edge in bins if np.isfinite(edge) and edge > 0]
    labels = [interval_name(low, high) for low, high in pairwise([-np.inf, *inner, np.inf])]
    told = answers.drop_nulls(["median"]).drop_nans(["median"])
    difference = pl.col("median") - pl.col("memory_peak")
    place = pl.Series("place", np.searchsorted(inner, told["memory_peak"].to_numpy(), side="left"))
    rows = told.group_by(place).agg(
        pl.len().alias("max_mem_num"),
        difference.mean().alias("pre_mem_diff"),
        (difference / pl.col("memory_peak") * 100).mean().alias("pre_mem_diff_rate"),
        (pl.col("memory_peak") > pl.col("request")).mean().alias("exceeded_share"),
    )
    every = pl.DataFrame({"max_mem_interval": labels, "place": np.arange(len(labels))})
    joined = every.join(rows, on="place", how="left", maintain_order="left").drop("place")
    return joined.with_columns(pl.col("max_mem_num").fill_null(0))
