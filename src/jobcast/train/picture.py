"""One picture of a back-test: what was promised and kept over time, and errors by memory interval."""

import io
from contextlib import nullcontext
from datetime import date, tzinfo
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from jobcast.errors import ConfigError
from jobcast.language import say, speaking
from jobcast.store.durable import write_whole
from jobcast.systems.columns import to_local
from jobcast.train.score import BINS_GIB

KINDS = (".svg", ".png", ".pdf")

_SIZE_INCHES = (11, 4.8)
_MOST_DAYS = 5
"""Days that stand below the axis at most; more would overlap."""
_CHINESE_FONTS = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Droid Sans Fallback",
    "Microsoft YaHei",
    "SimHei",
    "PingFang SC",
    "Noto Sans CJK JP",
)
"""In order of preference; what Linux distributions, Windows and macOS bring."""


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


def draw(judged: dict[str, pl.DataFrame], path: Path, *, risk: float, zone: tzinfo) -> None:
    """Draw the answers of every recipe (columns as `back_test` returns them) into `path`; days are of `zone`.

    The kind of file is that of its name: .svg, .png or .pdf. Speaks English where no font has Chinese
    characters. Raises ConfigError without the extra `plots`, StoreError when the file can't be written.
    """
    check(path)
    import matplotlib as mpl  # noqa: PLC0415 - an extra
    from matplotlib.figure import Figure  # noqa: PLC0415

    fonts = _chinese_fonts()
    speech = nullcontext() if fonts else speaking("en")
    with speech, mpl.rc_context({"font.family": ["sans-serif", *fonts]}):
        figure = Figure(figsize=_SIZE_INCHES, layout="constrained")
        kept, amounts = figure.subplots(1, 2)
        _draw_kept(kept, judged, risk, zone)
        _draw_amounts(amounts, judged)
        figure.legend(
            *kept.get_legend_handles_labels(), loc="outside lower center", ncols=6, fontsize="small"
        )
        drawn = io.BytesIO()
        figure.savefig(drawn, format=path.suffix.lower().removeprefix("."))
    write_whole(path, drawn.getvalue(), beside=path.absolute().parent)


def _chinese_fonts() -> list[str]:
    """Return a font of this host that has the characters of the Chinese texts, if there is one."""
    from matplotlib.font_manager import get_font_names  # noqa: PLC0415 - an extra

    there = set(get_font_names())
    return [name for name in _CHINESE_FONTS if name in there][:1]


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
