"""What LoadLeveler's control expressions ask of a machine, at one moment."""

from collections.abc import Mapping
from datetime import datetime

from jobcast.batch.ledger import Ledger
from jobcast.machine import Fact
from jobcast.schedule.expression import Expression, evaluate

_FACTS = {"LoadAvg": "load", "KeyboardIdle": "idle", "Arch": "arch", "OpSys": "opsys"}
"""Name in an expression to what the machine tells."""


def is_true(tree: Expression | None, facts: Mapping[str, Fact], *, default: bool) -> bool:
    """Evaluate an expression; what asks for something that nobody tells is not fulfilled."""
    return default if tree is None else bool(evaluate(tree, facts))


def facts_of(machine: str, ledger: Ledger, moment: datetime) -> dict[str, Fact]:
    """Return what a machine last told, and the time; `moment` is in the site's zone."""
    told = ledger.state.told.get(machine, {})
    found: dict[str, Fact] = {name: told[fact] for name, fact in _FACTS.items() if fact in told}
    parts = moment.timetuple()
    return {
        **found,
        "Machine": machine,
        "CurrentTime": int(moment.timestamp()),
        "EnteredCurrentState": int(moment.timestamp()),
        "tm_hour": parts.tm_hour,
        "tm_min": parts.tm_min,
        "tm_sec": parts.tm_sec,
        "tm_mday": parts.tm_mday,
        "tm_mon": parts.tm_mon - 1,
        "tm_year": parts.tm_year - 1900,
        "tm4_year": parts.tm_year,
        "tm_wday": (parts.tm_wday + 1) % 7,  # C counts from Sunday
        "tm_yday": parts.tm_yday - 1,
        "tm_isdst": max(parts.tm_isdst, 0),
    }
