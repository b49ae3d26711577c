"""The summary of an import or a sample."""

from typing import Any

from jobcast.cli.screen import tell
from jobcast.language import say
from jobcast.printable import cell_width
from jobcast.sample.counts import Counts


def as_dict(counts: Counts) -> dict[str, Any]:
    """Return the counts for programs."""
    return {
        "read": counts.read,
        "new": counts.new,
        "known": counts.known,
        "set_aside": counts.set_aside,
        "not_finished": counts.not_finished,
    }


def show(counts: Counts) -> None:
    """Print the counts for people."""
    reasons = " · ".join(f"{reason} {number:,}" for reason, number in counts.set_aside.items())
    lines = [
        (say("summary.read"), counts.read, ""),
        (say("summary.new"), counts.new, ""),
        (say("summary.known"), counts.known, ""),
        (say("summary.set_aside"), sum(counts.set_aside.values()), reasons),
        (say("summary.not_finished"), counts.not_finished, ""),
    ]
    label = max(cell_width(line[0]) for line in lines)
    for name, number, more in lines:
        pad = " " * (label - cell_width(name))
        tell(f"{name}{pad}  {number:>12,}  {more}".rstrip())
