"""How the figures of a report are written for people, the same in every form that people read."""

import math
import re

from jobcast.language import Phrase, say
from jobcast.report.base import Cell, Note, Unit
from jobcast.units import format_amount, format_duration

NOTHING = "–"


def shown(value: Cell, unit: Unit, currency: str = "") -> str:
    """Write a cell for people: thousands apart, shares in percent, other amounts in three significant digits."""
    if isinstance(value, Phrase):
        return value.say()
    if value is None or isinstance(value, str):
        return value or NOTHING
    return _figure(value, unit, currency) if math.isfinite(value) else NOTHING


def _figure(value: float, unit: Unit, currency: str) -> str:
    match unit:
        case Unit.SHARE:
            return f"{value:,.1%}"
        case Unit.RATIO:
            return f"×{format_amount(value)}"
        case Unit.HOURS:
            return format_duration(value * 3600)
        case Unit.MONEY:
            return f"{format_amount(value)} {currency}".strip()
        case _:
            return format_amount(value)


def said(note: Note, currency: str) -> str:
    """Return what a note says, and what money that is worth where the site has prices."""
    text = note.text.say()
    if note.money <= 0:
        return text
    return say("report.note_worth", text=text, money=shown(note.money, Unit.MONEY, currency))


_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufffe\uffff]")


def harmless(name: str) -> str:
    """Return a name in which a sign stands for each that breaks lines, turns the direction, or is none."""
    return _UNSEEN.sub("\N{REPLACEMENT CHARACTER}", name)


def plain(value: Cell) -> str | float | int | None:
    """Return a cell for programs: amounts in nine significant digits, texts of ours in the chosen language."""
    match value:
        case Phrase():
            return value.say()
        case float():
            return float(f"{value:.9g}") if math.isfinite(value) else None
        case _:
            return value
