"""Figures 3 and 4 of the paper: how what is wasted is spread over the rescheduled instances."""

from typing import Any

from jobcast.drawing import legible, saved
from jobcast.language import say
from jobcast.report.trace.spread import Spread
from jobcast.units import format_amount

_SIZE_INCHES = (9.6, 4.2)
_COLOUR, _MEDIAN = "#2f6fb3", "#b3261e"


def drawn(memory: Spread, cores: Spread, kind: str) -> bytes:
    """Return both cumulative distributions beside each other as a file of that kind (svg, png, pdf).

    Raises ImportError without matplotlib.
    """
    from matplotlib.figure import Figure  # noqa: PLC0415 - an extra

    with legible():
        figure = Figure(figsize=_SIZE_INCHES, layout="constrained")
        left, right = figure.subplots(1, 2, sharey=True)
        left.set_ylabel(say("failures_waste_axis.share"))
        _draw(left, memory, "memory")
        _draw(right, cores, "cores")
        return saved(figure, kind)


def _draw(axes: Any, spread: Spread, name: str) -> None:
    axes.set_title(say(f"failures_waste_title.{name}"), fontsize="medium")
    axes.set_xlabel(say(f"failures_waste_axis.{name}"))
    axes.set_ylim(0, 1)
    axes.yaxis.set_major_formatter(lambda share, _place: f"{share:.0%}")
    axes.grid(visible=True, alpha=0.3)
    if not spread.points:
        return
    amounts, shares = zip(*spread.points, strict=True)
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(lambda amount, _place: format_amount(amount))
    axes.step([amounts[0], *amounts], [spread.zero_share, *shares], where="post", color=_COLOUR)
    median = spread.quantiles[0.5]
    if median > 0:
        label = say("failures_waste.median", amount=format_amount(median))
        axes.axvline(median, color=_MEDIAN, linestyle="--", linewidth=1.2, label=label)
        axes.legend(fontsize="small", loc="upper left")
