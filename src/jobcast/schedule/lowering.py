"""Lets jobs that will probably fail stand behind the others of their queue (rule 14 of "How the core decides")."""

from collections.abc import Iterator

from jobcast.schedule.failing import Failing
from jobcast.schedule.keys import main_key
from jobcast.schedule.line import Key
from jobcast.schedule.state import Entry, State


class Lowering:
    """Knows who is lowered now, and finds them their places; asked in every pass, once all others have their keys."""

    def __init__(self, rule: Failing) -> None:
        self._rule = rule
        self._lowered: set[str] = set()

    def place(self, state: State) -> None:
        """Give those who are lowered the place behind the last of their queue who isn't, and others their own."""
        if self._rule.lower_at is None:
            return
        before = self._lowered
        self._lowered = {entry.job.id for entry in self._due(state)}
        for name in before - self._lowered:
            if (entry := state.alive(name)) is not None:
                entry.lowered = False
                _stand(entry, main_key(entry), state)
        lowered = [state.waiting[name] for name in self._lowered]
        for entry in lowered:
            entry.lowered = True
        last = {queue: _last(queue, state) for queue in {entry.queue.name for entry in lowered}}
        for entry in lowered:
            own = main_key(entry)
            _stand(entry, max((*last[entry.queue.name], *own), own), state)

    def _due(self, state: State) -> Iterator[Entry]:
        for name in self._lowered | state.moved:
            entry = state.waiting.get(name)
            if entry is not None and self._is_due(entry, state.now):
                yield entry

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
        if entry.job.id not in state.moved and _counts(entry, queue) and entry.job.id in state.waiting:
            keys.append(entry.key)
            break
    return max(keys, default=())


def _counts(entry: Entry, queue: str) -> bool:
    return entry.queue.name == queue and not entry.lowered and not entry.rank


def _stand(entry: Entry, key: Key, state: State) -> None:
    if key != entry.key:
        entry.key = key
        state.moved.add(entry.job.id)
