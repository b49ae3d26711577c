"""How many connections a service has at once, and how many of one caller: nobody can keep all others out."""

import os
import resource
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.types import ASGIApp, Receive, Scope, Send

from jobcast.serve.http import JSON, RefusedError, problem, send_bytes

Caller = int | str
"""A user id at the Unix socket, else an address; empty where neither is known."""

_MOST = 1000
_RESERVE = 256
"""Open files that connections leave for the journal, programs that are run, and whatever else needs one."""
_LEAST = 16
_MOST_OF_A_USER = 64
_TOLD = 64
"""So many connections beyond what is allowed are answered that they are too many; further ones are just closed."""
_ROOT = 0


def most_connections() -> int:
    """Return how many connections this process may have: its limit of open files tells."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return _MOST if soft == resource.RLIM_INFINITY else max(_LEAST, min(_MOST, soft - _RESERVE))


@dataclass(kw_only=True, slots=True)
class Crowd:
    """All who are connected. Not frozen: they come and go."""

    most: int = field(default_factory=most_connections)
    """Of all together, without those that are exempt."""
    exempt: Callable[[int], bool] = lambda _user: False
    """Tells of a user id whether it may have as many as it likes; root and whoever runs this may anyway."""
    _by_caller: Counter[Caller] = field(default_factory=Counter)

    def enter(self, caller: Caller) -> RefusedError | None:
        """Count one in; return why it is to be refused, or None. Raises ConnectionRefusedError, not having counted it.

        That is where there are too many even to be told.
        """
        own, most = self._by_caller[caller], self._most_of(caller)
        over = max(own - most, self._by_caller.total() - self.most)
        if over >= 0 and not self._is_exempt(caller):
            if over >= _TOLD:
                raise ConnectionRefusedError
            refused = _own(most) if own >= most else _all()
        else:
            refused = None
        self._by_caller[caller] += 1
        return refused

    def leave(self, caller: Caller) -> None:
        """Count one out."""
        self._by_caller[caller] -= 1
        if not self._by_caller[caller]:
            del self._by_caller[caller]

    def _most_of(self, caller: Caller) -> int:
        """Return how many one may have: many people may be behind an address, or come from an unknown one."""
        return min(_MOST_OF_A_USER, self.most // 2) if isinstance(caller, int) else self.most // 2

    def _is_exempt(self, caller: Caller) -> bool:
        return isinstance(caller, int) and (caller in {_ROOT, os.geteuid()} or self.exempt(caller))


def _own(most: int) -> RefusedError:
    return RefusedError(
        429, "too_many_connections", f"more than {most} connections are open from here already"
    )


def _all() -> RefusedError:
    return RefusedError(503, "busy", "too many connections are open: ask again in a while")


def refusing(refused: RefusedError) -> ASGIApp:
    """Return an application that answers every request with a problem, and hangs up."""

    async def refuse(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send_bytes(send, problem(refused), JSON, refused.status, [(b"connection", b"close")])

    return refuse
