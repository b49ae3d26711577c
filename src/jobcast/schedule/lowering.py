"""Lets jobs that will probably fail stand behind the others of their queue (rule 14 of "How the core decides")."""

from jobcast.schedule.failing import Failing
from jobcast.schedule.keys import main_key
from jobcast.schedule.line import Key
from jobcast.schedule.state import Entry, State

_NEVER = 1 << 62


class Lowering:
    """Knows who is lowered now, and finds them their places; asked in every pass, once all others have their keys."""

    def __init__(self, rule: Failing) -> None:
        self._rule = rule
        self._lowered: dict[str, tuple[Entry, Key]] = {}
        """Id to job, and the key that it would have otherwise."""
        self._last: dict[str, Key] = {}
        """Queue to the key of the last one that isn't lowered, as of the last pass."""
        self._over = _NEVER
        """Nobody's time is over before that second."""

    def place(self, state: State) -> None:
        """Give those who are lowered the place behind the last of their queue who isn't, and others their own."""
        if self._rule.lower_at is None:
            return
        new = self._look_at_anew(state)
        before, self._last = self._last, {}
        for name, (entry, own) in self._lowered.items():
            queue = entry.queue.name
            if queue not in self._last:
                self._last[queue] = _last(queue, state)
            last = self._last[queue]
            if name in new or before.get(queue) != last:
                key = max((*last, *own), own)
                if key != entry.key:
                    entry.key = key
                    state.shifted.add(name)

    def _look_at_anew(self, state: State) -> set[str]:
        """Find out who is lowered, of those who have moved or whose time may be over; returns them."""
        new = set(state.moved)
        if state.now >= self._over:
            new |= self._lowered.keys()
            self._over = _NEVER
        for name in new:
            entry = state.waiting.get(name)
            if entry is not None and self._is_due(entry, state.now):
                entry.lowered = True
                self._lowered[name] = entry, main_key(entry)
                self._over = min(self._over, until(entry, self._rule))
            elif (known := self._lowered.pop(name, None)) is not None:
                entry = known[0]
                entry.lowered, entry.key = False, main_key(entry)
                state.moved.add(name)
        return new

    def _is_due(self, entry: Entry, now: int) -> bool:
        return not entry.rank and self._rule.lowers(entry.job) and now < until(entry, self._rule)


def until(entry: Entry, rule: Failing) -> int:
    """Return the second from which a job stands where it would anyway."""
    return entry.submitted + rule.lowered_for


def _last(queue: str, state: State) -> Key:
    """Return the key of the last one of a queue that isn't lowered; empty where there is none.

    Those who haven't moved since the last pass stand in its order.
    """
    moved = (state.waiting.get(name) for name in state.moved)
    keys = [entry.key for entry in moved if entry is not None and _counts(entry, queue)]
    for entry in reversed(state.queued.entries):
        if _counts(entry, queue) and entry.job.id not in state.moved and entry.job.id in state.waiting:
            keys.append(entry.key)
            break
    return max(keys, default=())


def _counts(entry: Entry, queue: str) -> bool:
    return not entry.lowered and entry.queue.name == queue and not entry.rank
