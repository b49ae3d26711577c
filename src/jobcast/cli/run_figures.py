"""How the figures of a simulated run are written for people."""

from collections.abc import Callable, Mapping

from jobcast.cli.figures import amount, share
from jobcast.language import say
from jobcast.units import format_duration

NONE = "-"


def _time(value: float | None) -> str:
    return NONE if value is None else f"-{format_duration(-value)}" if value < 0 else format_duration(value)


def _slowdown(value: float | None) -> str:
    return amount(value, 2)


def _share(value: float | None) -> str:
    return share(value)


def _count(value: float | None) -> str:
    return amount(value)


_WRITERS: Mapping[str, Callable[[float | None], str]] = {
    "mean_wait_s": _time,
    "median_wait_s": _time,
    "p95_wait_s": _time,
    "max_wait_s": _time,
    "mean_flow_s": _time,
    "makespan_s": _time,
    "mean_bounded_slowdown": _slowdown,
    "max_bounded_slowdown": _slowdown,
    "utilisation": _share,
}


def figure(name: str, value: float | None) -> str:
    """Write a figure by its name; times as ``[days-]hours:minutes:seconds``, a dash where there is none."""
    return _WRITERS.get(name, _count)(value)


def change(name: str, value: float | None) -> str:
    """Write by how much a figure changed, with its sign; shares in points."""
    if name == "utilisation":
        return NONE if value is None else say("compare.points", points=f"{100 * value:+.1f}")
    text = figure(name, value)
    return f"+{text}" if value is not None and value > 0 else text


def relative(value: float | None) -> str:
    """Write a change as a part of what was before, with its sign; a dash where nothing was before."""
    return NONE if value is None else f"{value:+.1%}" if value else "0.0%"
