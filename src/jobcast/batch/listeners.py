"""Whoever follows what happens in a manager: pages, programs of the site, notices."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

_MOST = 1000
"""What one who doesn't listen may miss before the oldest of it is dropped."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Happened:
    """What listeners are told: a turn of the core, or a step that came into another state."""

    turn: int
    at: int
    steps: Mapping[str, str]
    """Id to state of those that changed."""


class Listeners:
    """All of them, each with a queue."""

    def __init__(self) -> None:
        self._queues: set[asyncio.Queue[Happened]] = set()

    def add(self) -> "asyncio.Queue[Happened]":
        """Return a queue into which all that happens from now on is put."""
        queue: asyncio.Queue[Happened] = asyncio.Queue(_MOST)
        self._queues.add(queue)
        return queue

    def drop(self, queue: "asyncio.Queue[Happened]") -> None:
        """Put nothing more into a queue."""
        self._queues.discard(queue)

    def tell(self, happened: Happened) -> None:
        """Put something into all queues."""
        for queue in self._queues:
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(happened)
