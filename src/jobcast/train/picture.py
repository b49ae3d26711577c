"""One picture of a back-test: what was promised and kept over time, and errors by memory interval."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from jobcast.errors import ConfigError
from jobcast.language import say
from jobcast.store.durable import write_whole
from jobcast.train.score import BINS_GIB

KINDS = (".svg", ".png", ".pdf")

_SIZE_INCHES = (11, 4.6)


def check(path: Path) -> None:
    """See whether `draw` can draw into `path`, before much is computed for it. Raises ConfigError."""
    if path.suffix.lower() not in KINDS:
        raise ConfigError(
            say("model.undrawable", path=path), hint=say("model.undrawable_cure", kinds=", ".join(KINDS))
        )
    try:
        import matplotlib.figure  # noqa: F401, PLC0415 - an extra
    except ImportError as error:
        raise ConfigError(say("model.needs_matplotlib"), hint="pip install 'jobcast[plots]'") from error


def draw(judged: dict[str, pl.DataFrame], path: Path, *, risk: float) -> None:
    """Draw the answers of every recipe (columns as `back_test` returns them) into `path`.

    The kind of file is that of its name: .svg, .png or .pdf. Raises ConfigError without the extra `plots`,
    StoreError when the file can't be written.
    """
    check(path)
    from matplotlib.figure import Figure  # noqa: PLC0415 - an extra

    figure = Figure(figsize=_SIZE_INCHES, layout="constrained")
    kept, amounts = figure.subplots(1, 2)
    for name, answers in judged.items():
        told = answers.drop_nans(["request"])
        _draw_kept(kept, name, told)
    _draw_amounts(amounts, judged)
    kept.axhline(1 - risk, color="black", linewidth=1, linestyle=":", label=f"promised {1 - risk:.0%}")
    kept.set(title="jobs within their request, by day of finish", ylim=(0, 1.02))
    kept.tick_params(axis="x", rotation=45)
    kept.legend(fontsize="small")
    drawn = io.BytesIO()
    figure.savefig(drawn, format=path.suffix.lower().removeprefix("."))
    write_whole(path, drawn.getvalue(), beside=path.absolute().parent)


def _draw_kept(axes: Any, name: str, told: pl.DataFrame) -> None:
    days = (
        told.group_by(pl.col("finish_time").dt.date().alias("day"))
        .agg((pl.col("memory_peak") <= pl.col("request")).mean().alias("kept"))
        .sort("day")
    )
    axes.plot(days["day"].to_list(), days["kept"].to_list(), marker="o", markersize=3, label=name)


def _draw_amounts(axes: Any, judged: dict[str, pl.DataFrame]) -> None:
    """Draw GiB requested in vain upwards and GiB short downwards, for each memory interval."""
    edges = BINS_GIB[1:-1]
    places = np.arange(len(edges) + 1)
    width = 0.8 / max(len(judged), 1)
    for number, (name, answers) in enumerate(judged.items()):
        told = answers.drop_nans(["request"])
        interval = np.searchsorted(edges, told["memory_peak"].to_numpy())
        difference = (told["request"] - told["memory_peak"]).to_numpy()
        over = np.bincount(interval, np.maximum(difference, 0), len(places))
        under = np.bincount(interval, np.minimum(difference, 0), len(places))
        bars = axes.bar(places + number * width, over, width, label=name)
        axes.bar(places + number * width, under, width, color=bars[0].get_facecolor(), alpha=0.5)
    axes.axhline(0, color="black", linewidth=0.5)
    axes.set_xticks(places + 0.4 - width / 2, [*(f"≤{edge:g}" for edge in edges), f">{edges[-1]:g}"])
    axes.set(title="GiB over (up) and under (down), by measured peak in GiB")
    axes.legend(fontsize="small")
