"""What all hooks do alike when they say advice in the words of their batch system."""

import re
from collections.abc import Callable
from dataclasses import replace

from jobcast.advice import Advice, Change, ChangeKind, Kept, KeptReason
from jobcast.systems.hooks.base import Expressed

_LINE = 1000
"""Characters of a line for whoever submits."""
_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")

Said = tuple[Change, dict[str, str]]
"""A change with the amount that the batch system will read, and what to set."""


def one_line(text: str, longest: int = _LINE) -> str:
    """Return a text in which no line can begin, and no sign can change how a terminal shows the others."""
    return "".join(sign if sign.isprintable() else " " for sign in text[:longest])


def id_of(advice: Advice) -> str | None:
    """Return the advice's name where it can stand in any description or comment; None for any other."""
    return advice.id if _ID.fullmatch(advice.id) else None


def lowers_nothing(change: Change, amount: float) -> bool:
    """Tell whether a request that is to be lowered would not be, because amounts are rounded up."""
    return change.kind is ChangeKind.LOWER and change.before is not None and amount >= change.before


def expressed(advice: Advice, word: Callable[[Change], Said | None]) -> Expressed:
    """Say each change that is made; those of which `word` makes None are kept as ``not_expressible``."""
    changes: list[Change] = []
    kept, settings = list(advice.kept), dict[str, str]()
    for change in advice.changes:
        said = word(change) if change.made else (change, dict[str, str]())
        if said is None:
            kept.append(Kept(subject=change.subject, reason=KeptReason.NOT_EXPRESSIBLE))
        else:
            changes.append(said[0])
            settings |= said[1]
    return Expressed(
        advice=replace(advice, changes=tuple(changes), kept=tuple(kept)), settings=tuple(settings.items())
    )
