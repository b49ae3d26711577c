"""The contract between the manager and whoever asks it: commands, pages, and programs of the site."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from jobcast.batch.order import Answer, Order
from jobcast.batch.record import Step
from jobcast.batch.snapshot import Snapshot

MOST_ORDER_BYTES = 4 << 20
"""Of an order as JSON: a job command file, or a script, with the environment that goes along."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What of a snapshot is wanted beside what is alive."""

    steps: tuple[str, ...] = ()
    """Only these steps, jobs or arrays, with who is before them unless many of them wait; empty for all."""
    over_since: int | None = None
    """Also those that were over at or after that second; None for the last ones that the manager still shows."""
    backfill: bool = False
    """Also the gaps that backfill may use."""
    bare: bool = False
    """Not why steps wait: for those who name steps in order to do something to them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Past:
    """Which steps that are over are wanted; what is None doesn't matter."""

    user: str | None = None
    queue: str | None = None
    group: str | None = None
    unix_group: str | None = None
    job: str | None = None
    """Id of a step, a job or an array."""
    submitted_from: int | None = None
    """Second of the epoch."""
    submitted_before: int | None = None
    """Second of the epoch."""
    ended_from: int | None = None
    """Second of the epoch."""
    ended_before: int | None = None
    """Second of the epoch."""


class Manager(Protocol):
    """What a client sees of the manager. All calls raise `jobcast.errors.JobcastError` where nobody answers."""

    def do(self, order: Order) -> Answer:
        """Carry out an order of whoever asks; what it changes is written down for good when this returns."""

    def snapshot(self, wanted: Wanted) -> Snapshot:
        """Return what is known now."""

    def past(self, past: Past) -> Iterator[Step]:
        """Yield steps that are over, oldest end first."""
