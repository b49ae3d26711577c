"""Every chart of a report as a picture file, drawn by matplotlib, an extra."""

import re
from collections.abc import Callable
from math import ceil, floor, log2
from pathlib import Path
from typing import Any

from jobcast.drawing import legible, saved
from jobcast.language import LANGUAGES, catalogue, current
from jobcast.report.base import Report, Unit
from jobcast.report.formats.charts import Text, specs
from jobcast.report.formats.figures import harmless, plain, shown
from jobcast.store.durable import refusals_explained, write_whole
from jobcast.units import GIB, format_memory

_SIZE_INCHES = (7.2, 4.4)
_COLOURS = (
    *("#2f6fb3", "#d9730d", "#3f8a5b", "#8a5fb0", "#c0504d"),
    *("#0f8b8d", "#a07b28", "#c2649a", "#6b4a2f", "#7d9a00"),
)
_REST = "#8d95a5"
_LIMIT = "#b3261e"
_MOST_LABELS = 12
_LEAST_PERCENT = 3
"""Written into a slice; the legend tells those of smaller ones too."""
_TIMES = {
    **{seconds / 3600: f"{seconds} s" for seconds in (1, 2, 5, 10, 20, 30)},
    **{minutes / 60: f"{minutes} min" for minutes in (1, 2, 5, 10, 20, 30)},
    **{float(hours): f"{hours} h" for hours in (1, 2, 3, 6, 12)},
    **{24.0 * days: f"{days} d" for days in (1, 2, 3, 7, 14, 30, 60, 90, 180, 365)},
}
"""Hours at which a logarithmic axis may have a line, as clocks and calendars count."""
_MAIN_TIMES = ("1 s", "10 s", "1 min", "10 min", "1 h", "6 h", "1 d", "7 d", "30 d", "365 d")
"""Those on a long axis."""
Spec = dict[str, Any]


def draw_all(report: Report, folder: Path, kind: str) -> dict[str, list[str]]:
    """Draw every chart into `folder` as files of that kind (svg, png, pdf); return their names by chart.

    Files are called after the chart, those of a person by number, so that no user's name becomes one of a file.
    Those of that kind that an earlier report left there are removed first.
    Raises StoreError when a file can't be written, ImportError without matplotlib.
    """
    written: dict[str, list[str]] = {}
    with legible():
        _clear(folder, kind)
        for name, spec in specs(report).items():
            parts = _by_person(spec)
            for number, part in enumerate(parts, 1):
                file = f"{name}.{kind}" if len(parts) == 1 and part is spec else f"{name}-{number:02d}.{kind}"
                write_whole(folder / file, _drawn(part, kind), beside=folder)
                written.setdefault(name, []).append(file)
    return written


def _clear(folder: Path, kind: str) -> None:
    """Remove the pictures of an earlier report, and no file that isn't called like one."""
    titles = (key.partition(".") for key in catalogue())
    charts = "|".join(re.escape(name) for part, _, name in titles if part == "report_chart")
    called = re.compile(rf"({charts})(-[0-9]{{2}})?\.{kind}")
    with refusals_explained(folder):
        for file in folder.iterdir() if folder.is_dir() else ():
            if called.fullmatch(file.name) and not file.is_dir():
                file.unlink(missing_ok=True)


def _by_person(spec: Spec) -> list[Spec]:
    if spec["kind"] != "histograms":
        return [spec]
    return [{**spec, "people": [person]} for person in spec["people"]]


def _drawn(spec: Spec, kind: str) -> bytes:
    from matplotlib.figure import Figure  # noqa: PLC0415 - an extra

    figure = Figure(figsize=_SIZE_INCHES, layout="constrained")
    axes = figure.subplots()
    axes.set_title(_say(spec["title"]), fontsize="medium")
    _DRAWERS[spec["kind"]](axes, spec)
    return saved(figure, kind)


def _say(text: Text) -> str:
    return harmless(text if isinstance(text, str) else text[LANGUAGES.index(current())])


def _bars(axes: Any, spec: Spec) -> None:
    places = range(len(spec["rows"]))
    beside = 1 if spec.get("stacked") else len(spec["series"])
    width = 0.8 / beside
    below = [0.0] * len(places)
    for number, (series, colour) in enumerate(zip(spec["series"], _COLOURS, strict=False)):
        left = [place - 0.4 + (number % beside + 0.5) * width for place in places]
        values = [value or 0 for value in series["values"]]
        axes.bar(left, values, width, below, color=colour, label=_say(series["name"]))
        if spec.get("stacked"):
            below = [one + value for one, value in zip(below, values, strict=True)]
    _finish(axes, spec)


def _lines(axes: Any, spec: Spec) -> None:
    for number, (series, colour) in enumerate(zip(spec["series"], _COLOURS, strict=False)):
        known = [(place, value) for place, value in enumerate(series["values"]) if value is not None]
        axes.plot(
            [place for place, _ in known],
            [value for _, value in known],
            color=colour,
            marker="oD"[number % 2],
            markersize=3,
            linestyle=("-", "--")[number % 2],
            label=_say(series["name"]),
        )
    _finish(axes, spec)


def _finish(axes: Any, spec: Spec) -> None:
    """Name the rows below, the unit at the side, and draw the limit."""
    names = [_say(name) for name in spec["rows"]]
    step = max(1, ceil(len(names) / _MOST_LABELS))
    axes.set_xticks(
        range(0, len(names), step), [_cut(name) for name in names[::step]], rotation=35, ha="right"
    )
    axes.tick_params(labelsize="small")
    unit = Unit(spec["unit"])
    axes.yaxis.set_major_formatter(lambda value, _place: shown(plain(value), unit))
    if unit is Unit.JOBS:
        axes.yaxis.get_major_locator().set_params(integer=True)
    if spec["limit"] is not None:
        axes.axhline(spec["limit"], color=_LIMIT, linestyle="--", linewidth=1.2)
    axes.legend(fontsize="small")


def _cut(name: str) -> str:
    return name if len(name) <= 18 else name[:17] + "…"


def _ring(axes: Any, spec: Spec) -> None:
    values = [value for _, value in spec["slices"]]
    names = [f"{_cut(_say(name))}  {value / sum(values):.1%}" for name, value in spec["slices"]]
    colours = [_COLOURS[place % len(_COLOURS)] for place in range(len(values))]
    if isinstance(spec["slices"][-1][0], list):  # no name: those put together
        colours[-1] = _REST
    wedges, *_ = axes.pie(
        values,
        colors=colours,
        autopct=lambda percent: f"{percent:.1f}%" if percent >= _LEAST_PERCENT else "",
        pctdistance=0.8,
        wedgeprops={"width": 0.4, "edgecolor": "white"},
        textprops={"fontsize": "small", "color": "white"},
    )
    axes.legend(wedges, names, loc="center left", bbox_to_anchor=(1, 0.5), fontsize="small", frameon=False)


def _density(axes: Any, spec: Spec) -> None:
    from matplotlib.collections import PolyCollection  # noqa: PLC0415 - an extra
    from matplotlib.colors import LogNorm  # noqa: PLC0415

    size = 1 / spec["steps"]
    corners = [(x * size, y * size) for x, y, _ in spec["cells"]]
    squares = [[(x, y), (x + size, y), (x + size, y + size), (x, y + size)] for x, y in corners]
    jobs = [count for _, _, count in spec["cells"]]
    drawn = PolyCollection(
        squares, array=jobs, cmap="Blues", norm=LogNorm(0.5, max(*jobs, 2)), edgecolors="face"
    )
    axes.add_collection(drawn)
    reached = [edge for corner in corners for start in corner for edge in (start, start + size)]
    low, high = floor(min(reached)), ceil(max(reached))
    axes.plot([low, high], [low, high], color=_LIMIT, linestyle="--", label=_say(spec["diagonal"]))
    axes.set(xlim=(low, high), ylim=(low, high))
    for side, axis in ((spec["across"], axes.xaxis), (spec["up"], axes.yaxis)):
        _logarithmic(axis, side, low, high)
    scale = axes.figure.colorbar(drawn, ax=axes, label=_say(spec["jobs"]), format="{x:,.0f}")
    scale.minorticks_off()  # their labels are mathematics
    axes.legend(fontsize="small", loc="lower right")


def _logarithmic(axis: Any, side: Spec, low: int, high: int) -> None:
    if side["unit"] == Unit.HOURS:
        times = _times(low, high)
        axis.set_ticks([log2(hours) for hours in times], [_TIMES[hours] for hours in times])
    else:
        axis.set_ticks(range(low, high + 1, max(1, ceil((high - low) / 7))))
        axis.set_major_formatter(lambda exponent, _place: _power(exponent, side["unit"]))
    axis.set_label_text(_say(side["name"]))


def _times(low: int, high: int) -> list[float]:
    """Return hours between two powers of two, few of them where there are many."""
    within = [hours for hours in _TIMES if low <= log2(hours) <= high]
    main = [hours for hours in within if _TIMES[hours] in _MAIN_TIMES]
    return main if len(main) > 3 or len(within) > 9 else within


def _power(exponent: float, unit: str) -> str:
    amount = 2.0**exponent
    match unit:
        case Unit.GIB:
            return format_memory(round(amount * GIB))
        case _:
            return f"{amount:,.3g}"


def _histograms(axes: Any, spec: Spec) -> None:
    person, size = spec["people"][0], 1 / spec["steps"]
    for number, (name, colour) in enumerate(zip(spec["series"], _COLOURS, strict=False)):
        left = [bar[0] * size + (0.06 + number * 0.44) * size for bar in person["bars"]]
        axes.bar(
            left,
            [bar[1 + number] for bar in person["bars"]],
            0.44 * size,
            align="edge",
            color=colour,
            label=_say(name),
        )
    axes.axvline(person["limit"], color=_LIMIT, linestyle="--", linewidth=1.2, label="95 %")
    axes.set_title(f"{_cut(_say(person['name']))}: {_say(person['subtitle'])}", fontsize="medium")
    ends = [*(bar[0] * size for bar in person["bars"]), person["limit"]]
    low, high = floor(min(ends)), ceil(max(ends) + size)
    axes.set_xlim(low, high)
    _logarithmic(axes.xaxis, spec["across"], low, high)
    axes.yaxis.get_major_locator().set_params(integer=True)
    axes.legend(fontsize="small")


_DRAWERS: dict[str, Callable[[Any, Spec], None]] = {
    "bars": _bars,
    "lines": _lines,
    "ring": _ring,
    "density": _density,
    "histograms": _histograms,
}
