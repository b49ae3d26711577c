"""A reason in words; apart from what finds it out, so that whoever only reads reasons starts quickly."""

from collections.abc import Callable

from jobcast.decision import Reason
from jobcast.language import say
from jobcast.machine import MEMORY
from jobcast.units import format_memory


def in_seconds(second: int) -> str:
    """Write a second of a clock that has no days, such as that of a simulation."""
    return say("schedule.second", second=second)


def sentence(reason: Reason, moment: Callable[[int], str] = in_seconds) -> str:
    """Put a reason into words, in the language spoken now; `moment` writes a second of the caller's clock."""
    values: dict[str, str | int] = dict(reason.values)
    if "until" in values:
        values["until"] = moment(int(values["until"]))
    if values.get("resource") == MEMORY:
        for name in ("needed", "free"):
            values[name] = format_memory(int(values[name]))
    return say(f"schedule_cause.{reason.cause}", **values)
