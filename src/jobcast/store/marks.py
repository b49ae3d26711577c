"""How far each batch system was sampled."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from jobcast.errors import StoreError
from jobcast.language import say
from jobcast.store.durable import refusals_explained

CLOCK_SLACK = timedelta(hours=1)
"""Clocks of hosts that sample into one store may be apart by this much."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """Where sampling of one cluster stands."""

    asked_at: datetime | None = None
    """When the batch system was last asked, with or without success."""
    reached: datetime | None = None
    """Sampling goes on from here; None before the first success.

    What finished before is in the store so far as the batch system still remembered it when it was asked:
    the mark moves on past a gap, which is told when it is met and noted nowhere.
    """

    def believed(self, now: datetime) -> "Mark":
        """Return the mark without moments that lie more than `CLOCK_SLACK` after `now`: a wrong clock made them."""
        latest = now + CLOCK_SLACK
        asked_at, reached = (
            moment if moment is None or moment <= latest else None for moment in (self.asked_at, self.reached)
        )
        return Mark(asked_at=asked_at, reached=reached)


Marks = dict[tuple[str, str], Mark]
"""System and cluster to mark."""


def read_marks(path: Path) -> Marks:
    """Read the marks from `path`; none when there is no such file.

    Raises StoreError when the file is damaged.
    """
    try:
        with refusals_explained(path):
            entries = json.loads(path.read_text("utf-8")) if path.exists() else []
        return {
            (entry["system"], entry["cluster"]): Mark(
                asked_at=_moment(entry["asked_at"]), reached=_moment(entry["reached"])
            )
            for entry in entries
        }
    except (ValueError, KeyError, TypeError) as error:
        raise StoreError(
            say("store.damaged", path=path, what=error), hint=say("store.damaged_marks_cure")
        ) from error


def marks_as_json(marks: Marks) -> bytes:
    """Return the content of the file that `read_marks` reads."""
    entries = [
        {
            "system": system,
            "cluster": cluster,
            "asked_at": mark.asked_at and mark.asked_at.isoformat(),
            "reached": mark.reached and mark.reached.isoformat(),
        }
        for (system, cluster), mark in sorted(marks.items())
    ]
    return json.dumps(entries, indent=1, ensure_ascii=False).encode()


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
