"""What ran where in the past hours, and what is planned, as the chart of a simulated run takes it."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from jobcast.batch.ledger import Ledger
from jobcast.batch.plain import from_json
from jobcast.batch.record import Step
from jobcast.language import say, speaking
from jobcast.machine import CPUS, Allocation
from jobcast.report.formats.figures import harmless
from jobcast.serve.batch.pauses import Pause, Pauses
from jobcast.simulate.page.words import WORDS

MOST_BARS = 1_500
"""Steps that are drawn; more would hide each other, and keep a browser busy."""
MOST_MACHINES = 100
_AT_ONCE = 50
"""Steps that are read or laid out before others get their turn."""
_AHEAD = 0.5
"""How much of the future is drawn at least, as a share of the past."""
_TWICE = 2.0
"""And at most."""


@dataclass(kw_only=True, slots=True)
class _Lanes:
    """The processors of one machine; who comes first takes the lowest that are free, or those with the fewest."""

    first: int
    size: int
    busy: list[list[Pause]] = field(default_factory=list)
    """Of each processor, when it is taken."""

    def take(self, wanted: int, spans: Sequence[Pause]) -> Iterator[tuple[int, int]]:
        """Yield blocks of neighbours, first and the one after the last, counted over all machines.

        Whoever stands still between `spans` lets others in. Spans are asked for in the order of their begins.
        """
        begin = spans[0][0]
        self.busy = [[one for one in lane if one[1] > begin] for lane in self.busy or [[]] * self.size]
        met = [sum(_meet(one, span) for one in lane for span in spans) for lane in self.busy]
        ranked = sorted(range(self.size), key=met.__getitem__)
        lanes = sorted(ranked[: min(wanted, self.size)])
        for lane in lanes:
            self.busy[lane] += spans
        yield from ((self.first + low, self.first + high) for low, high in _neighbours(lanes))


def _meet(one: Pause, other: Pause) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _neighbours(lanes: Iterable[int]) -> Iterator[tuple[int, int]]:
    low = high = -1
    for lane in lanes:
        if lane == high:
            high += 1
            continue
        if high > low:
            yield low, high
        low, high = lane, lane + 1
    if high > low:
        yield low, high


@dataclass(frozen=True, kw_only=True, slots=True)
class _Bar:
    """A step while it had machines."""

    step: Step
    begin: float
    end: float
    rests: list[Pause]
    """When it stood still, in their order."""

    def runs(self) -> list[Pause]:
        """Return when it didn't; all of its time where it always did."""
        begins = [self.begin, *(end for _, end in self.rests)]
        ends = [*(begin for begin, _ in self.rests), self.end]
        found = [(begin, end) for begin, end in zip(begins, ends, strict=True) if end > begin]
        return found or [(self.begin, self.end)]


@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """What is drawn of a plan, and how."""

    now: int
    """Second of the epoch."""
    hours: int
    """Of the past."""
    zone: tzinfo
    """In which times are told."""
    language: str


async def plan(ledger: Ledger, frame: Frame, pauses: Pauses) -> dict[str, Any]:
    """Return the chart of the past hours and of what is promised; others get their turn meanwhile."""
    now, hours = frame.now, frame.hours
    ahead = datetime.fromtimestamp(now, UTC).astimezone(frame.zone).utcoffset() or timedelta()
    begin = now - 3600 * hours
    bars = (await _bars(ledger, pauses, begin, now))[-MOST_BARS:]
    machines = _machines(ledger)
    queues = _ranked(bar.step.submitted.job.queue for bar in bars)
    users = _ranked(bar.step.submitted.job.user for bar in bars)
    blocks: list[list[int]] = []
    for row, bar in enumerate(bars):
        if row % _AT_ONCE == 0:
            await asyncio.sleep(0)
        blocks += [[row, *piece] for piece in _laid(bar.step.allocation, bar.step, machines, bar.runs())]
    promises = list(_promises(ledger, machines, begin, now))
    last = max([now + _AHEAD * (now - begin), *(one[2] + begin for one in promises)])
    with speaking(frame.language):
        title, words = say("batch_page.plan"), {name: each.say() for name, each in WORDS.items()}
    return {
        "kind": "gantt",
        "renderer": "canvas",
        "title": title,
        "clock": {"origin": begin + int(ahead.total_seconds()), "elapsed": False},
        "span": [0, min(last, now + _TWICE * (now - begin)) - begin],
        "now": now - begin,
        "rows": [[harmless(name), lanes.first, lanes.size] for name, lanes in machines.items()],
        "by": ["queue", "user"],
        "groups": {"queue": [*map(harmless, queues)], "user": [*map(harmless, users)]},
        "jobs": [_job(bar, begin, queues, users) for bar in bars],
        "blocks": blocks,
        "pale": [
            [row, since - begin, until - begin] for row, bar in enumerate(bars) for since, until in bar.rests
        ],
        "promises": promises,
        "promised": len(ledger.state.reservations),
        "words": words,
    }


async def _bars(ledger: Ledger, pauses: Pauses, begin: int, now: int) -> list[_Bar]:
    """Return what had machines since `begin`, in the order of starts."""
    written, found = ledger.journal.newest(MOST_BARS, begin), list[_Bar]()
    for first in range(0, len(written), _AT_ONCE):
        await asyncio.sleep(0)
        for step in (from_json(one, Step) for one in written[first : first + _AT_ONCE]):
            if step.dispatched is not None and step.ended is not None:
                found.append(
                    _Bar(step=step, begin=step.dispatched, end=step.ended, rests=_within(step, pauses))
                )
    for name in (*ledger.state.running, *ledger.state.suspended):
        living = ledger.steps.get(name)
        if living is not None and living.dispatched is not None:
            stands = [] if living.stopped is None else [(living.stopped, float(now))]
            rests = [*_within(living, pauses), *stands]
            found.append(_Bar(step=living, begin=living.dispatched, end=now, rests=rests))
    return sorted(found, key=lambda one: one.begin)


def _within(step: Step, pauses: Pauses) -> list[Pause]:
    """Return the pauses of a step's last attempt."""
    return [one for one in pauses.of(step.id) if step.dispatched is not None and one[0] >= step.dispatched]


def _machines(ledger: Ledger) -> Mapping[str, _Lanes]:
    found, first = dict[str, _Lanes](), 0
    for machine in ledger.state.cluster.machines[:MOST_MACHINES]:
        size = max(machine.resources.get(CPUS, 1), 1)
        found[machine.name] = _Lanes(first=first, size=size)
        first += size
    return found


def _laid(
    allocation: Allocation, step: Step, machines: Mapping[str, _Lanes], spans: Sequence[Pause]
) -> Iterator[tuple[int, int]]:
    each = max(step.submitted.job.demand.per_task.get(CPUS, 1), 1)
    for share in allocation:
        if share.machine in machines:
            yield from machines[share.machine].take(share.tasks * each, spans)


def _promises(ledger: Ledger, machines: Mapping[str, _Lanes], begin: int, now: int) -> Iterator[list[Any]]:
    """Yield where waiting steps are promised to run: from their start for as long as they may."""
    promised = sorted(ledger.state.reservations.items(), key=lambda one: one[1].start or 0)
    for name, promise in promised:
        step = ledger.steps.get(name)
        if step is None or promise.start is None:
            continue
        job = step.submitted.job
        start = max(promise.start, now)
        end = start + (job.estimate or job.run_limit or 3600)
        for low, high in _laid(promise.allocation, step, machines, [(start, end)]):
            yield [harmless(name), start - begin, end - begin, promise.start - begin, low, high, 0]


def _job(bar: _Bar, begin: int, queues: list[str], users: list[str]) -> list[Any]:
    step, job = bar.step, bar.step.submitted.job
    cores = job.demand.tasks * job.demand.per_task.get(CPUS, 1)
    return [
        harmless(step.id),
        int(step.at) - begin,
        bar.begin - begin,
        bar.end - begin,
        cores,
        queues.index(job.queue),
        users.index(job.user),
        2 * int(bool(step.killed_for) and step.state.is_over),
        len(step.runs),
    ]


def _ranked(names: Iterable[str]) -> list[str]:
    counted: dict[str, int] = {}
    for name in names:
        counted[name] = counted.get(name, 0) + 1
    return sorted(counted, key=lambda name: (-counted[name], name))
