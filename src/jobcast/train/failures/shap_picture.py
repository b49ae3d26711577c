"""The pictures of an explanation: a bar for each feature's mean |SHAP|, and a swarm of all jobs."""

from pathlib import Path
from typing import Any

import numpy as np

from jobcast.drawing import legible, saved
from jobcast.language import say
from jobcast.store.durable import write_named
from jobcast.train.failures.cases import Floats, Matrix
from jobcast.train.failures.explain import Explained
from jobcast.train.picture import check

MOST = 15
"""Features that are drawn, the strongest."""
_WIDTH_INCHES = 13.0
_BINS = 60
"""Along a swarm, in which dots are stacked."""


def draw(explained: Explained, path: Path, *, title: str) -> None:
    """Draw `explained` into `path`, whose kind is that of its name: .svg, .png or .pdf.

    Raises ConfigError without the extra `plots`, StoreError when the file can't be written.
    """
    check(path)
    from matplotlib.figure import Figure  # noqa: PLC0415 - an extra

    features = min(MOST, len(explained.features))
    with legible():
        figure = Figure(figsize=(_WIDTH_INCHES, 1.8 + 0.36 * features), layout="constrained")
        bars, swarm = figure.subplots(1, 2, width_ratios=(1, 1.4), sharey=True)
        figure.suptitle(title)
        _draw_bars(bars, explained, features)
        colours = _draw_swarm(swarm, explained, features)
        bar = figure.colorbar(colours, ax=swarm, ticks=[0, 1], aspect=40, pad=0.01)
        bar.ax.set_yticklabels([say("failures_models.low"), say("failures_models.high")])
        bar.set_label(say("failures_models.value"), labelpad=-8)
        drawn = saved(figure, path.suffix.lower().removeprefix("."))
    write_named(path, drawn)


def _draw_bars(axes: Any, explained: Explained, features: int) -> None:
    axes.barh(np.arange(features), explained.strength[:features], color="C0")
    axes.set_yticks(np.arange(features), explained.features[:features])
    axes.set_ylim(features - 0.4, -0.6)  # the strongest is at the top
    axes.set(title=say("failures_models.strength"), xlabel=say("failures_models.mean_moved"))


def _draw_swarm(axes: Any, explained: Explained, features: int) -> Any:
    """Draw a dot for each job: to the right where a feature raised the chance, red where its value is high."""
    colours = None
    for number in range(features):
        moved, values = explained.moved[:, number], explained.values[:, number]
        heights = number + _stacked(moved)
        known = np.isfinite(values)
        dots = {"s": 5, "linewidths": 0, "rasterized": True}
        axes.scatter(moved[~known], heights[~known], color="0.6", **dots)
        colour = {"c": _ranks(values[known]), "cmap": "coolwarm", "vmin": 0, "vmax": 1}
        colours = axes.scatter(moved[known], heights[known], **colour, **dots)
    axes.axvline(0, color="black", linewidth=0.6)
    axes.tick_params(axis="y", length=0)
    axes.set(title=say("failures_models.swarm"), xlabel=say("failures_models.moved"))
    return colours


def _ranks(values: Matrix) -> Floats:
    """Return values from 0 (lowest) to 1 (highest) by their place, lest one giant make all others blue."""
    different, places = np.unique(values, return_inverse=True)
    ranks: Floats = places / max(len(different) - 1, 1)
    return ranks


def _stacked(moved: Floats) -> Floats:
    """Return for each dot a height from -0.4 to 0.4: dots at the same place lie above each other."""
    if not len(moved):
        return moved
    width = max(float(np.ptp(moved)), 1e-9) / _BINS
    bins = ((moved - moved.min()) / width).astype(np.int64)
    order = np.argsort(bins, kind="stable")
    begins = np.flatnonzero(np.append(True, np.diff(bins[order]) != 0))
    counts = np.diff(np.append(begins, len(order)))
    place = np.empty(len(order))
    place[order] = np.arange(len(order)) - np.repeat(begins, counts)
    side = np.where(place % 2 == 0, 1, -1) * np.ceil(place / 2)
    heights: Floats = side * min(0.4 / max(counts.max() / 2, 1), 0.05)
    return heights
