"""Snapshots as JSON, made a little at a time: the manager decides meanwhile, and never waits for who looks.

What changes from one moment to the next is taken at one moment; what is large is written before, as far as it is
known by then, and sent after.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

import msgspec

from jobcast.batch import picture
from jobcast.batch.ledger import Ledger
from jobcast.batch.picture import Frame
from jobcast.batch.plain import to_json
from jobcast.batch.service import Past, Wanted
from jobcast.batch.shown import Shown
from jobcast.batch.snapshot import Snapshot, Waits

_AT_ONCE = 200
"""Steps that are written before others get their turn."""
_SENT_AT_ONCE = 2_000
"""Steps that are sent in one piece."""
_ROUNDS = 5
"""How often it is seen whether steps have changed while others were written."""
_OVER_SHOWN_SECONDS = 3600
"""How long steps are listed that are over, as LSF's CLEAN_PERIOD has it."""
_EPOCH = secrets.token_hex(4)
"""Of this process: its versions are no other's."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Taken:
    """What is known at one moment."""

    snapshot: Snapshot
    steps: list[bytes]
    """Those that are alive."""
    living: Collection[str]
    """Their ids."""


def tag(ledger: Ledger, wanted: Wanted, at: int) -> str:
    """Return what stays the same for as long as a snapshot does, but for its own second."""
    return f'W/"{_EPOCH}-{ledger.version}-{_since(wanted, at) // 60}-{hash(wanted):x}"'


def tag_of(ledger: Ledger, wanted: str) -> str:
    """Return what stays the same for as long as nothing changes, for whoever wants the same."""
    return f'W/"{_EPOCH}-{ledger.version}-{hash(wanted):x}"'


async def as_json(
    ledger: Ledger, wanted: Wanted, frame: Frame, shown: Shown, at: int
) -> AsyncIterator[bytes]:
    """Yield a snapshot, piece by piece, of the moment at which the first piece is asked for, or shortly after."""
    await _write_ahead(ledger, wanted, shown)
    await asyncio.sleep(0)
    taken = _take(ledger, wanted, frame, shown, at)
    await asyncio.sleep(0)
    yield to_json(picture.without_steps(taken.snapshot))[:-1] + b',"waits":{'
    async for piece in _in_pieces(_reasons(taken.snapshot.waits)):
        yield piece
    yield b'},"steps":['
    async for piece in _in_pieces(taken.steps):
        yield piece
    begun = bool(taken.steps)
    for past in _over(wanted, at):
        await asyncio.sleep(0)
        for page in ledger.journal.past_pages(past):
            await asyncio.sleep(0)
            if steps := [step for name, step in page.items() if name not in taken.living]:
                yield (b"," if begun else b"") + b",".join(steps)
                begun = True
    yield b"]}"


async def _in_pieces(values: Iterable[bytes]) -> AsyncIterator[bytes]:
    """Yield values with commas between them, many at a time."""
    left, comma = iter(values), b""
    while some := list(islice(left, _SENT_AT_ONCE)):
        yield comma + b",".join(some)
        comma = b","
        await asyncio.sleep(0)


def _reasons(waits: Mapping[str, Waits]) -> Iterator[bytes]:
    """Yield the fields of an object; what many wait for alike is written once."""
    written: dict[int, bytes] = {}
    for name, each in waits.items():
        if (known := written.get(id(each))) is None:
            known = written[id(each)] = to_json(each)
        yield msgspec.json.encode(name) + b":" + known


async def _write_ahead(ledger: Ledger, wanted: Wanted, shown: Shown) -> None:
    """Write the steps that are wanted and aren't written yet, some at a time, until few are left."""
    for _ in range(_ROUNDS):
        unwritten = [step for step in picture.chosen(ledger, wanted).values() if not shown.has(step)]
        for start in range(0, len(unwritten), _AT_ONCE):
            await asyncio.sleep(0)
            for step in unwritten[start : start + _AT_ONCE]:
                if step.id in ledger.steps:
                    shown.of(step)
        if len(unwritten) <= _AT_ONCE:
            return


def _take(ledger: Ledger, wanted: Wanted, frame: Frame, shown: Shown, at: int) -> _Taken:
    steps = picture.chosen(ledger, wanted)
    return _Taken(
        snapshot=picture.take(ledger, wanted, frame, at),
        steps=shown.all_of(steps),
        living=steps.keys(),
    )


def _over(wanted: Wanted, at: int) -> list[Past]:
    """Return which steps are over and still listed."""
    if wanted.steps:
        return [Past(job=name) for name in wanted.steps]
    return [Past(ended_from=_since(wanted, at))]


def _since(wanted: Wanted, at: int) -> int:
    return at - _OVER_SHOWN_SECONDS if wanted.over_since is None else wanted.over_since
