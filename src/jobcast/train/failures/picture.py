"""Pictures of a judgement: ROC, precision over recall, calibration, and what alarms catch."""

from pathlib import Path
from typing import Any

import numpy as np

from jobcast.drawing import legible, saved
from jobcast.language import say
from jobcast.store.durable import write_named
from jobcast.train.failures.judge import LAYERS, Judged, Table
from jobcast.train.failures.scores import PAPER_FALSE_ALARMS, Curve, curve, reliability
from jobcast.train.picture import check

_SIZE_INCHES = (12.5, 9.5)
_MOST_POINTS = 2_000
"""Of one curve: a million would make a file of many megabytes."""


def draw(table: Table, path: Path) -> None:
    """Draw all models of `table` into `path`, whose kind is that of its name: .svg, .png or .pdf.

    Speaks English where no font has Chinese characters. Raises ConfigError without the extra `plots`, StoreError
    when the file can't be written.
    """
    check(path)
    from matplotlib.figure import Figure  # noqa: PLC0415 - an extra

    with legible():
        figure = Figure(figsize=_SIZE_INCHES, layout="constrained")
        (roc, precision), (calibration, confusion) = figure.subplots(2, 2)
        figure.suptitle(title(table))
        for number, model in enumerate(table.models):
            _draw_curves(roc, precision, curve(model.told, table.failed), _style(model, number))
        _finish_curves(roc, precision, table)
        _draw_calibration(calibration, table)
        _draw_confusion(confusion, table.models[0])
        figure.legend(*roc.get_legend_handles_labels(), loc="outside lower center", ncols=3, fontsize="small")
        drawn = saved(figure, path.suffix.lower().removeprefix("."))
    write_named(path, drawn)


def title(table: Table) -> str:
    """Return what stands above a picture or a table: the vantage point and the split, in words."""
    return say(
        "failures_models.title",
        vantage=say(f"failures_vantage.{table.vantage}"),
        split=say(f"failures_split.{table.split}"),
    )


def _style(model: Judged, number: int) -> dict[str, Any]:
    name = say(f"failures_model.{model.name}")
    return {
        "label": say("failures_models.with_auc", name=name, auc=f"{model.score.auc:.3f}"),
        "color": f"C{number % 10}",
        "linewidth": 2.2 if model.name in LAYERS else 1.1,
        "linestyle": "-" if model.learnt_from is not None else ":",
        "zorder": 30 - number,
    }


def _draw_curves(roc: Any, precision: Any, found: Curve, style: dict[str, Any]) -> None:
    places = np.unique(np.linspace(0, len(found.hits) - 1, _MOST_POINTS).astype(int))
    roc.plot(found.false_alarm_rate[places], found.recall[places], **style)
    some = places[
        found.hits[places] + found.false_alarms[places] > 0
    ]  # without alarms none is right or wrong
    precision.plot(found.recall[some], found.precision[some], **style)


def _finish_curves(roc: Any, precision: Any, table: Table) -> None:
    paper = say("failures_models.papers_rate", share=f"{PAPER_FALSE_ALARMS:.1%}")
    roc.axvline(PAPER_FALSE_ALARMS, color="black", linewidth=0.8, linestyle="--", label=paper)
    roc.set(
        title=say("failures_models.roc"),
        xlabel=say("failures_models.false_alarm_rate"),
        ylabel=say("failures_models.recall"),
    )
    base = float(table.failed.mean()) if len(table.failed) else 0.0
    precision.axhline(base, color="black", linewidth=0.8, linestyle="--")
    precision.set(
        title=say("failures_models.precision_recall"),
        xlabel=say("failures_models.recall"),
        ylabel=say("failures_models.precision"),
    )
    for axes in (roc, precision):
        axes.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.02))
        _in_percent(axes)


def _in_percent(axes: Any) -> None:
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(lambda value, _place: f"{value:.0%}")


def _draw_calibration(axes: Any, table: Table) -> None:
    """Draw promise against truth of our own models, in bins of equal count."""
    largest = 0.01
    for number, model in enumerate(table.models):
        if model.name in LAYERS:
            bins = reliability(model.chances, table.failed)
            axes.plot(bins.told, bins.came_true, marker="o", markersize=4, color=f"C{number % 10}")
            largest = max(largest, float(bins.told.max(initial=0)), float(bins.came_true.max(initial=0)))
    axes.plot([0, 1], [0, 1], color="black", linewidth=0.8, linestyle="--")
    axes.set(
        title=say("failures_models.calibration"),
        xlabel=say("failures_models.told"),
        ylabel=say("failures_models.came_true"),
        xlim=(0, largest * 1.05),
        ylim=(0, largest * 1.05),
    )
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(lambda value, _place: f"{100 * value:.3g}%")


def _draw_confusion(axes: Any, model: Judged) -> None:
    """Draw failed and good jobs, with an alarm and without, shaded by their share of the row."""
    found = model.alarms
    counts = np.array([[found.hits, found.missed], [found.false_alarms, found.quiet]], dtype=np.float64)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    for row, column in np.ndindex(2, 2):
        axes.text(
            column,
            row,
            f"{counts[row, column]:,.0f}\n{shares[row, column]:.1%}",
            ha="center",
            va="center",
            fontsize="large",
            color="white" if shares[row, column] > 0.6 else "black",
        )
    axes.set_xticks([0, 1], [say("failures_models.alarm"), say("failures_models.no_alarm")])
    axes.set_yticks([0, 1], [say("failures_models.failed"), say("failures_models.ended_well")])
    never = np.isinf(found.threshold)
    at = say("failures_models.never") if never else f"{found.threshold:.1%}"
    name = say(f"failures_model.{model.name}")
    axes.set(title=say("failures_models.confusion", name=name, threshold=at))
