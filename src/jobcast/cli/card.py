"""How a model's card is shown to people: what it was learnt from, how it was judged, how it is calibrated."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

from jobcast.cli.figures import amount, share
from jobcast.cli.screen import as_json as to_json
from jobcast.cli.screen import tell
from jobcast.cli.table import Column, print_table
from jobcast.config import leaves
from jobcast.language import catalogue, say
from jobcast.predict.card import Card
from jobcast.printable import cell_width, printable
from jobcast.units import format_duration, format_memory

_Figures = Mapping[str, tuple[str, Callable[[Any], str]]]

_SCORES: _Figures = {
    "exceeded_share": ("exceeded", share),
    "over_gib": ("over", amount),
    "under_gib": ("under", amount),
    "over_gib_h": ("over_h", amount),
    "under_gib_h": ("under_h", amount),
    "wastage_gib_h": ("wastage", amount),
    "median_error": ("error", share),
    "mean_error_gib": ("mean_error", lambda value: amount(value, 2)),
    "within_factor_2": ("factor_2", share),
    "unanswered": ("unanswered", amount),
    "jobs": ("jobs", amount),
}
"""Score to its heading in ``jobcast evaluate``, and how it is written."""
_RUN_TIME_SCORES: _Figures = {
    "exceeded_share": ("over_limit", share),
    "over_h": ("over_hours", amount),
    "median_factor": ("factor", lambda value: amount(value, 2)),
    "within_factor_2": ("factor_2", share),
    "unanswered": ("unanswered", amount),
    "jobs": ("jobs", amount),
}
"""Likewise, of run times."""
_MOST_DOUBLINGS = 62
"""A larger power of two is no amount of memory; a damaged card may hold one."""


def show_card(name: str, card: Card) -> None:
    """Print the card of the model `name`; what this program doesn't know of is shown as it is."""
    fields = asdict(card)
    offsets, scores, run_time, failures = (
        fields.pop(name) for name in ("offsets", "scores", "run_time", "failures")
    )
    fields["ceiling"] = _ceiling(card.ceiling)
    if card.refreshed_from is None:
        del fields["refreshed_from"]
    del fields["features"]  # a hundred names and more, for programs only
    for risk in ("risk", "risk_run_time"):
        fields["settings"].pop(risk, None)  # stands on a line of its own
    rows = [row for part, value in {"model": name, **fields}.items() for row in _rows(part, value)]
    judged = say("card.scores")
    rows += [(judged, *row) for row in _scores(scores or {}, _SCORES)] or [(judged, "-", "")]
    _print_rows([*rows, *_run_time(run_time or {}), *_failures(failures or {})])
    if offsets:
        tell()
        _print_offsets(offsets, (run_time or {}).get("offsets"))


def _rows(part: str, value: Any) -> Iterator[tuple[str, str, str]]:
    """Yield label, name and text of each figure; what is alone stands in the place of the names."""
    label = say(f"card.{part}")
    if isinstance(value, Mapping) and value:
        for name, inner in leaves(value):
            yield label, name, _figure(name, inner)
    else:
        yield label, _figure(part, value), ""


def _figure(name: str, value: Any) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return share(value) if name == "risk" else f"{value:,}" if isinstance(value, int) else f"{value:.6g}"
    if isinstance(value, list) and all(isinstance(text, str) for text in value):
        value = ", ".join(value)
    if value in (None, "", {}):
        return "-"
    return value if isinstance(value, str) else to_json(value)


def _ceiling(log2: float) -> str:
    """Write the largest peak learnt from; 0 is that of a recipe that knows none."""
    return format_memory(round(2.0**log2)) if 0 < log2 <= _MOST_DOUBLINGS else "-"


def _failures(told: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield what was learnt of failed jobs, and the part of each reason in them."""
    label = say("card.failures")
    for name in ("learnt_from", "failed"):
        if name in told:
            yield label, name, _figure(name, told[name])
    for reason, part in leaves(told.get("reasons") or {}):
        yield label, reason, share(part) if isinstance(part, float) else _figure(reason, part)


def _run_time(told: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield what is said of run limits; their calibration is a table of its own."""
    for name, value in told.items():
        if name == "scores" and isinstance(value, Mapping):
            figures = {score: figure for score, figure in value.items() if score != "levels"}
            yield from ((say("card.run_time"), *row) for row in _scores(figures, _RUN_TIME_SCORES))
        elif name == "ceiling" and isinstance(value, int | float) and 0 <= value <= _MOST_DOUBLINGS:
            yield say("card.run_time"), name, format_duration(2.0**value)
        elif name != "offsets":
            yield say("card.run_time"), name, _figure(name, value)


def _scores(found: Mapping[str, Any], known: _Figures) -> Iterator[tuple[str, str]]:
    """Yield each score's heading and text; one that this program doesn't know of as it is."""
    for name, value in found.items():
        if name not in known or not isinstance(value, int | float | None):
            yield name, _figure(name, value)
        else:
            heading, write = known[name]
            yield say(f"evaluate.column_{heading}"), write(value)


def _print_rows(rows: list[tuple[str, str, str]]) -> None:
    """Print the rows with their columns one below the other; a label stands in its first row only."""
    labels = max(cell_width(label) for label, _, _ in rows)
    names = max((cell_width(printable(name)) for _, name, text in rows if text), default=0)
    before = ""
    for label, name, text in rows:
        shown = "" if label == before else label
        before = label
        tell(printable(f"{_padded(shown, labels)}  {_padded(name, names)}  {text}".rstrip()))


def _padded(text: str, width: int) -> str:
    return text + " " * (width - cell_width(printable(text)))


def _print_offsets(offsets: Mapping[str, Any], limits: object) -> None:
    """Print by which factor each history level's request is moved, and its run limit where `limits` tell."""
    columns = {say("models.column_factor"): offsets}
    if isinstance(limits, Mapping):
        columns[say("models.column_limit_factor")] = limits
    print_table(
        [
            Column(heading=say("evaluate.column_level"), cells=[_level(name) for name in offsets]),
            *(
                Column(heading=heading, cells=[_factor(factors.get(level)) for level in offsets], right=True)
                for heading, factors in columns.items()
            ),
        ]
    )


def _level(name: str) -> str:
    return say(f"level.{name}") if f"level.{name}" in catalogue() else name


def _factor(log2: Any) -> str:
    if log2 is None:
        return "-"
    if isinstance(log2, int | float) and abs(log2) <= _MOST_DOUBLINGS:
        return f"× {2.0**log2:.2f}"
    return to_json(log2)
