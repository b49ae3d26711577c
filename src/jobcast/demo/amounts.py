"""What each job needs, asks for and uses, and how it ends. `jobcast.demo` tells the distributions in words.

Every step takes a frame with a row for each job and adds columns: memory in GiB, times in seconds.
"""

import numpy as np
import polars as pl

from jobcast.demo.tools import CORNERS

LARGEST = 1536.0
"""GiB of the largest machine; nothing on loom needs more."""
SAMPLED_AFTER = 15
"""Seconds that a job must run for its memory to be looked at."""
_RUN_SIGMA = 0.35
_OUTLIER = 1 / 200
_CRASH, _WITHDRAWN = 1 / 40, 1 / 120


def with_needs(jobs: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Add `truth`, the memory without noise, `needed`, the memory of this run, and `run`, its time."""
    rows = len(jobs)
    drawn = jobs.with_columns(
        noise_drawn=pl.Series(rng.normal(size=rows)),
        outlier=pl.Series(np.where(rng.uniform(size=rows) < _OUTLIER, rng.uniform(2, 4, rows), 1.0)),
        pace=pl.Series(np.exp(rng.normal(0, _RUN_SIGMA, rows))),
    )
    jumped = pl.when(pl.col("moment") >= pl.col("jump_at")).then("jump").otherwise(1.0)
    size = pl.col("size") * (pl.col("growth") * pl.col("moment")).exp() * jumped
    cornered = pl.col("command").str.contains("{corner}", literal=True)
    factor = pl.when(cornered).then(pl.col("corner").replace_strict(dict(enumerate(f for _, f in CORNERS))))
    return (
        drawn.with_columns(size_then=size)
        .with_columns(
            truth=pl.col("memory") * pl.col("size_then").pow(pl.col("exponent")) * factor.otherwise(1.0),
            run=(pl.col("hours") * 3600 * pl.col("size_then").sqrt() * pl.col("pace")).clip(2, 6 * 86_400),
        )
        .with_columns(
            truth=pl.min_horizontal("truth", LARGEST),
            needed=pl.min_horizontal(
                pl.col("truth") * (pl.col("noise") * pl.col("noise_drawn")).exp() * pl.col("outlier"), LARGEST
            ),
        )
    )


def with_requests(jobs: pl.DataFrame) -> pl.DataFrame:
    """Add `requested`: what the family asks for, doubled as often as its amount without noise outgrew it."""
    doublings = (pl.col("truth") / pl.col("asked")).log(2).ceil().clip(0)
    return jobs.with_columns(requested=pl.col("asked") * pl.lit(2.0).pow(doublings))


def with_endings(jobs: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Add `ending` (done, crash, withdrawn, memory or time), and cut `run` and `peak` accordingly."""
    rows = len(jobs)
    fate, part = pl.Series(rng.uniform(size=rows)), pl.Series(rng.uniform(0.02, 0.95, rows))
    over = pl.Series(rng.uniform(1.0, 1.01, rows))
    ending = (
        pl.when(pl.col("needed") > pl.col("requested"))
        .then(pl.lit("memory"))
        .when(fate < _CRASH)
        .then(pl.lit("crash"))
        .when(fate < _CRASH + _WITHDRAWN)
        .then(pl.lit("withdrawn"))
        .when(pl.col("run") > pl.col("limit") * 3600)
        .then(pl.lit("time"))
        .otherwise(pl.lit("done"))
    )
    cut = pl.col("ending").is_in(["crash", "withdrawn", "memory"])
    return (
        jobs.with_columns(ending=ending)
        .with_columns(
            run=pl.when(cut)
            .then(pl.col("run") * part)
            .when(pl.col("ending") == "time")
            .then(pl.col("limit") * 3600)
            .otherwise("run"),
            peak=pl.when(pl.col("ending") == "memory")
            .then(pl.col("requested") * over)
            .when(cut)
            .then(pl.col("needed") * part.sqrt())
            .otherwise("needed"),
        )
        .with_columns(pl.col("run").ceil())
    )


def with_measurements(jobs: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Add `wait`, `cpu`, `mean` and `host`; take `peak` and `mean` from jobs too short to be looked at."""
    rows = len(jobs)
    busy, level = pl.Series(rng.uniform(0.3, 0.97, rows)), pl.Series(rng.uniform(0.4, 0.9, rows))
    looked_at = pl.col("run") >= SAMPLED_AFTER
    patience = pl.Series(rng.exponential(1.0, rows))
    return jobs.with_columns(
        wait=(patience * (20 + 4 * pl.col("requested").fill_null(0))).ceil(),
        cpu=(pl.col("run") * pl.col("cores") * busy).ceil(),
        mean=pl.when(looked_at).then(pl.col("peak") * level),
        peak=pl.when(looked_at).then("peak"),
        host=_hosts(rows, rng),
    )


MACHINES = 24


def _hosts(rows: int, rng: np.random.Generator) -> pl.Series:
    return pl.Series(rng.integers(1, MACHINES + 1, rows)).cast(pl.String).str.zfill(2)
