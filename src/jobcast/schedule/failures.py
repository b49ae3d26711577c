"""What is known within one walk of the shapes of jobs for which a place was looked for in vain."""

from collections.abc import Callable, Iterable

import numpy as np

from jobcast.schedule.grid import Amounts, Rows
from jobcast.schedule.kinds import kind_of
from jobcast.schedule.moments import FOREVER, NEVER
from jobcast.schedule.policy import Policy
from jobcast.schedule.shapes import Each, Numbers
from jobcast.schedule.state import Entry, State


class Failures:
    """Shapes of which nobody fits; jobs in an advance reservation are none of them."""

    def __init__(self, state: State, policy: Policy, most: Callable[[str], Amounts]) -> None:
        """`most`: [resources] that would be free on all machines together if all went whom a queue may preempt."""
        self._state, self._most = state, most
        self.now, self.hopeless = (Each(state.shapes.count, NEVER) for _ in range(2))
        """Of each shape the seconds for which, and for more, nobody fits; and not even if others went."""
        self._preempting = {rule.queue for rule in policy.preemption}
        self._lost: dict[str, Each] = {}

    def may_preempt(self, entry: Entry) -> bool:
        """Tell whether others may have to go for a job."""
        return entry.queue.name in self._preempting and not entry.job.booking

    def vain_from(self, entry: Entry) -> int:
        """Return the seconds for which, and for more, jobs of this kind don't fit now; `FOREVER` + 1 for never."""
        shape = kind_of(entry, self._state).shape
        seconds = NEVER if entry.job.booking else self.now[shape]
        if self.is_lost(entry):
            return 0
        if entry.queue.name in self._preempting:
            seconds = max(seconds, self.hopeless[shape])
        return seconds

    def vain_by_shape(self, queues: Iterable[str]) -> Numbers:
        """Return [shapes and one more]: likewise of each shape of some queues."""
        shapes = self._state.shapes
        self.now.reach(shapes.count)
        self.hopeless.reach(shapes.count)
        vain = self.now.values.copy()
        wanted = self._preempting.intersection(queues)
        for sort in shapes.sorts():
            if sort.queue.name in wanted:
                numbers, lost = sort.numbers, self._lost_of(sort.queue.name)
                lost.reach(shapes.count)
                seconds = np.maximum(vain[numbers], self.hopeless.values[numbers])
                vain[numbers] = np.where(lost.values[numbers], 0, seconds)
        return vain

    def is_vain(self, entry: Entry) -> bool:
        """Tell whether a job needn't be tried, because one of its kind was in vain."""
        kind = entry.kind
        if kind is None or not kind.plain or entry.held is not None:
            return False
        reckoned = kind.reckoned
        return self.vain_from(entry) <= (FOREVER if reckoned is None else reckoned)

    def is_lost(self, entry: Entry) -> bool:
        """Tell whether a job that may preempt others would find too little in all, even if all of these went."""
        if not self.may_preempt(entry):
            return False
        return bool(self._lost_of(entry.queue.name)[kind_of(entry, self._state).shape])

    def without_preemption(self, shapes: Rows, queue: str) -> Rows:
        """Return those shapes, all of a queue, that wouldn't find room either where those go whom it may preempt."""
        if queue not in self._preempting:
            return shapes
        (lost := self._lost_of(queue)).reach(self._state.shapes.count)
        return shapes[lost.values[shapes] > 0]

    def _lost_of(self, queue: str) -> Each:
        """Tell of each shape whether it takes more than would be free if all went whom a queue may preempt."""
        lost = self._lost.get(queue)
        if lost is None:
            lost = self._lost[queue] = Each(self._state.shapes.count, 0)
            lost.values[self._state.shapes.lacking(self._most(queue))] = 1
        return lost

    def started(self) -> None:
        """Somebody has started or gone on: less is free, and those who may be preempted are others."""
        self._lost.clear()

    def forget(self) -> None:
        """Somebody has given back what he held: what didn't fit may fit now."""
        self.now.clear()
        self.forget_hopeless()

    def forget_hopeless(self) -> None:
        """More can be had by preemption than before: of one who has gone on, or where another one holds now."""
        self.hopeless.clear()
        self._lost.clear()
