"""Lets submissions through the site's filter: in threads of their own, and each user's in a line of its own."""

import asyncio
import threading
from collections import Counter, defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

T = TypeVar("T")

_OF_A_USER = 2
"""Filters that run for one user at once; further ones wait in line."""
_ALL = 32
"""That run at once for all users together."""


class Filters:
    """What may take long for one user, and keeps nobody else waiting."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_ALL, thread_name_prefix="filters")
        self._turns: dict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(_OF_A_USER))
        self._there: Counter[str] = Counter()
        self.stop = threading.Event()
        """Set when the manager ends: what still runs then is killed."""

    async def run(self, user: str, work: Callable[[], T]) -> T:
        """Return what some work for a user comes to, once it is that user's turn; raises what it raises."""
        self._there[user] += 1
        try:
            async with self._turns[user]:
                loop = asyncio.get_running_loop()
                return await loop.run_in_executor(self._threads, copy_context().run, work)
        finally:
            self._there[user] -= 1
            if not self._there[user]:
                del self._there[user], self._turns[user]
