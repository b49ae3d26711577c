"""How many processors are free from when on, by estimates and promises."""

from bisect import bisect_right

FOREVER = 1 << 62


class Profile:
    """Steps over time: from each time on so many processors are free, until the next; the last one for ever."""

    def __init__(self, now: int, free: int) -> None:
        self._times = [now]
        self._free = [free]

    def release(self, time: int, width: int) -> None:
        """Free so many more from `time` on, which is no earlier than any step there is."""
        if self._times[-1] == time:
            self._free[-1] += width
        else:
            self._times.append(time)
            self._free.append(self._free[-1] + width)

    def forget(self, now: int) -> None:
        """Drop what is past."""
        past = bisect_right(self._times, now) - 1
        if past > 0:
            del self._times[:past], self._free[:past]

    def until(self, width: int) -> int:
        """Return from when on so many processors are no longer free; the first time where they aren't now."""
        for time, free in zip(self._times, self._free, strict=True):
            if free < width:
                return time
        return FOREVER

    def earliest(self, width: int, lasts: int, since: int) -> int:
        """Return the first time, `since` or later, from which on so many processors are free for as long."""
        begin = since
        for place in range(bisect_right(self._times, since) - 1, len(self._free)):
            if self._free[place] < width:
                begin = FOREVER
            elif begin == FOREVER:
                begin = self._times[place]
            after = self._times[place + 1] if place + 1 < len(self._times) else FOREVER
            if begin + lasts <= after:
                break
        return begin

    def take(self, begin: int, lasts: int, width: int) -> None:
        """Take so many processors from `begin` on for as long."""
        first, end = self._step(begin), self._step(begin + lasts)
        for place in range(first, end):
            self._free[place] -= width

    def _step(self, time: int) -> int:
        """Return the place of the step at `time`, made where there is none."""
        place = bisect_right(self._times, time)
        if self._times[place - 1] == time:
            return place - 1
        self._times.insert(place, time)
        self._free.insert(place, self._free[place - 1])
        return place
