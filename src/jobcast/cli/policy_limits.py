"""The limits of a policy: a table for people, and the same for programs."""

from collections.abc import Collection, Sequence
from typing import Any

from jobcast.cli.screen import tell
from jobcast.cli.table import Column, print_table
from jobcast.language import say
from jobcast.machine import MEMORY
from jobcast.schedule.policy import Limit
from jobcast.units import format_memory

_SHOWN = 20
"""Limits that are shown unless all are wanted."""
_NAMED = 6
"""Names of one cell that are shown unless all are wanted."""


def show_limits(limits: Sequence[Limit], *, everything: bool) -> None:
    """Print what may run at once; of many limits and names the first, unless `everything` is wanted."""
    shown = limits if everything else limits[:_SHOWN]
    cells = {
        "limit": [limit.name for limit in shown],
        "most": [_most(limit) for limit in shown],
        "each": [", ".join(_by(by) for by in limit.per) for limit in shown],
        "whose": [_whose(limit, everything=everything) for limit in shown],
    }
    print_table(
        [
            Column(
                heading=say(f"limit_column.{title}"),
                cells=texts,
                right=title == "most",
                elastic=title in {"limit", "whose"},
                wraps=title in {"limit", "whose"},
            )
            for title, texts in cells.items()
        ]
    )
    if len(limits) > len(shown):
        tell(say("dialect.more_limits", more=len(limits) - len(shown)))


def _most(limit: Limit) -> str:
    if limit.counts == MEMORY:
        return format_memory(limit.amount)
    return (
        say("dialect.jobs", jobs=limit.amount) if limit.counts == "jobs" else f"{limit.amount} {limit.counts}"
    )


def _by(by: str) -> str:
    return say(f"limit_by.{by}")


def _whose(limit: Limit, *, everything: bool) -> str:
    return "; ".join(
        say(f"limit_of.{side}", by=_by(by), names=_few(names, everything=everything))
        for side, of in (("only", limit.only), ("but", limit.but))
        for by, names in of.items()
    )


def _few(names: Collection[str], *, everything: bool) -> str:
    told = sorted(names)
    if everything or len(told) <= _NAMED:
        return ", ".join(told)
    return say("dialect.and_more", names=", ".join(told[:_NAMED]), more=len(told) - _NAMED)


def limits_as_dicts(limits: Sequence[Limit]) -> list[dict[str, Any]]:
    """Return limits for JSON."""
    return [
        {
            "name": limit.name,
            "amount": limit.amount,
            "counts": limit.counts,
            "per": list(limit.per),
            "only": {by: sorted(of) for by, of in limit.only.items()},
            "but": {by: sorted(of) for by, of in limit.but.items()},
            "lent_are_free": limit.lent_are_free,
        }
        for limit in limits
    ]
