"""One picture of a back-test: what was promised and kept over time, and errors by memory interval."""

from datetime import date, tzinfo
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from jobcast.drawing import KINDS, legible, saved, see_matplotlib
from jobcast.errors import ConfigError
from jobcast.language import say
from jobcast.store.durable import write_named
from jobcast.systems.columns import to_local
from jobcast.train.score import BINS_GIB

_SIZE_INCHES = (11, 4.8)
_MOST_DAYS = 5
"""Days that stand below the axis at most; more would overlap."""


def check(path: Path) -> None:
    """See whether `draw` can draw into `path`, before much is computed for it. Raises ConfigError."""
    if _kind(path) not in KINDS:
        kinds = ", ".join(f".{kind}" for kind in KINDS)
        raise ConfigError(say("model.undrawable", path=path), hint=say("model.undrawable_cure", kinds=kinds))
    see_matplotlib()


def _kind(path: Path) -> str:
    return path.suffix.lower().removeprefix(".")


def draw(judged: dict[str, pl.DataFrame], path: Path, *, risk: float, zone: tzinfo) -> None:
    """Draw the answers of every recipe (columns as `back_test` returns them) into `path`; days are of `zone`.

    The kind of file is that of its name: .svg, .png or .pdf. Speaks English where no font has Chinese
    characters. Raises ConfigError without the extra `plots`, StoreError when the file can't be written.
    """
    check(path)
    from matplotlib.figure import Figure  # noqa: PLC0415 - an extra

    with legible():
        figure = Figure(figsize=_SIZE_INCHES, layout="constrained")
        kept, amounts = figure.subplots(1, 2)
        _draw_kept(kept, judged, risk, zone)
        _draw_amounts(amounts, judged)
        figure.legend(
            *kept.get_legend_handles_labels(), loc="outside lower center", ncols=6, fontsize="small"
        )
        drawn = saved(figure, _kind(path))
    write_named(path, drawn)


def _draw_kept(axes: Any, judged: dict[str, pl.DataFrame], risk: float, zone: tzinfo) -> None:
    """Draw the share of jobs within their request, for each day and recipe."""
    day = to_local(pl.col("finish_time"), zone).dt.date().alias("day")
    within = (pl.col("memory_peak") <= pl.col("request")).mean().alias("kept")
    days: set[date] = set()
    for name, answers in judged.items():
        rows = answers.drop_nans(["request"]).group_by(day).agg(within).sort("day")
        days.update(rows["day"])
        axes.plot(
            rows["day"].to_list(),
            rows["kept"].to_list(),
            marker="o",
            markersize=3,
            label=say(f"recipe.{name}"),
        )
    promised = say("picture.promised", share=f"{1 - risk:.0%}")
    axes.axhline(1 - risk, color="black", linewidth=1, linestyle=":", label=promised)
    axes.set(title=say("picture.kept"), xlabel=say("picture.day"), ylim=(0, 1.02))
    axes.yaxis.set_major_formatter(lambda value, _place: f"{value:.0%}")
    told = sorted(days)[:: max(ceil(len(days) / _MOST_DAYS), 1)]
    axes.set_xticks(told, list(map(str, told)))


def _draw_amounts(axes: Any, judged: dict[str, pl.DataFrame]) -> None:
    """Draw GiB requested in vain upwards and GiB short downwards, for each memory interval."""
    edges = BINS_GIB[1:-1]
    largest = max(answers["memory_peak"].to_numpy().max(initial=0) for answers in judged.values())
    places = np.arange(np.searchsorted(edges, largest) + 1)
    width = 0.8 / max(len(judged), 1)
    for number, answers in enumerate(judged.values()):
        told = answers.drop_nans(["request"])
        interval = np.searchsorted(edges, told["memory_peak"].to_numpy())
        difference = (told["request"] - told["memory_peak"]).to_numpy()
        left = places - 0.4 + (number + 0.5) * width
        for amounts, opacity in ((np.maximum(difference, 0), 1.0), (np.minimum(difference, 0), 0.5)):
            axes.bar(
                left, np.bincount(interval, amounts, len(places)), width, color=f"C{number}", alpha=opacity
            )
    axes.axhline(0, color="black", linewidth=0.5)
    axes.set_xticks(places, [*(f"≤{edge:g}" for edge in edges), f">{edges[-1]:g}"][: len(places)])
    axes.tick_params(axis="x", labelsize="small")
    axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.set(title=say("picture.amounts"), xlabel=say("picture.peak"), ylabel=say("picture.gib"))
