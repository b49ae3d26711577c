"""The policies of the literature, in the words of the core.

Sources: Lifka 1995 (EASY); Mu'alem and Feitelson 2001 (conservative); Tsafrir, Etsion and Feitelson 2007 (shortest
first among those that are backfilled, EASY++).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from jobcast.schedule.expression import Name, Unary
from jobcast.schedule.policy import Blocked, Policy

SHORTEST_FIRST = (Unary("-", Name("estimate")),)
"""An order: who is reckoned to run the shortest time goes first."""


def fcfs() -> Policy:
    """Return strict first come, first served: nobody overtakes."""
    return Policy(name="fcfs", blocked=Blocked.STOP)


def easy() -> Policy:
    """Return EASY: the first that waits has a planned start, and nobody may delay it."""
    return Policy(name="easy", depth=1)


def easy_sjbf() -> Policy:
    """Return EASY whose backfilled jobs come shortest first."""
    return replace(easy(), name="easy-sjbf", backfill_order=SHORTEST_FIRST)


def conservative() -> Policy:
    """Return conservative backfill: everybody has a planned start, made anew whenever something happens."""
    return Policy(name="conservative", depth=None)


def depth(jobs: int) -> Policy:
    """Return backfill around the planned starts of so many jobs: 1 is EASY, 0 is first come, first served."""
    if jobs == 0:
        return replace(fcfs(), name="depth-0")
    return Policy(name=f"depth-{jobs}", depth=jobs)


POLICIES: Mapping[str, Callable[[], Policy]] = {
    "fcfs": fcfs,
    "easy": easy,
    "easy-sjbf": easy_sjbf,
    "easy++": easy_sjbf,
    "conservative": conservative,
}
"""Name to policy; EASY++ differs from ``easy-sjbf`` only in the estimates that it is given."""

_DEPTH = re.compile(r"depth-(\d{1,9})")


def named(name: str) -> Policy | None:
    """Return a policy by its name, or ``depth-N``; None where nobody knows it."""
    match = _DEPTH.fullmatch(name)
    if match is not None:
        return depth(int(match[1]))
    made = POLICIES.get(name)
    return None if made is None else replace(made(), name=name)
