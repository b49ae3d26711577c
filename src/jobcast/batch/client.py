"""Asks the manager of this host: the typed API that commands, pages and the site's own programs use.

>>> manager = Client(Path("/run/jobcast/batch.sock"))          # doctest: +SKIP
>>> manager.do(Hold(steps=("n01.12.0",)))                      # doctest: +SKIP
"""

import http.client
import json
import os
import socket
import stat
import struct
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlencode

from jobcast.batch.foreseen import spelled_out
from jobcast.batch.order import Answer, Order
from jobcast.batch.plain import from_json, to_json
from jobcast.batch.record import Step, StepState
from jobcast.batch.service import MOST_ORDER_BYTES, Past, Wanted
from jobcast.batch.snapshot import Snapshot, Waits
from jobcast.decision import Cause, Reason
from jobcast.errors import BatchSystemError, InputError
from jobcast.language import current, say
from jobcast.schedule.sentence import sentence

_PATIENCE_SECONDS = 120.0
"""Longer than any filter of a site runs."""
_OK = 200
_UNAVAILABLE = "unavailable"
"""The fixed word of what the manager itself can't do, such as writing to a full disk."""
_ROOT = 0
_CREDENTIALS = struct.Struct("iII")
"""What SO_PEERCRED of unix(7) tells: process, user, group."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Happened:
    """What the manager tells of while it happens."""

    turn: int
    """Number of the turn of the core."""
    at: int
    """Second of the epoch."""
    steps: Mapping[str, StepState]
    """Id to state of those that changed."""


class _Connection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: Path, seconds: float | None) -> None:
        super().__init__("localhost", timeout=seconds)
        self._path = path

    def connect(self) -> None:
        """Knock at the socket."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))
        if self._path.absolute().parent.stat().st_mode & stat.S_IWOTH:
            see_answerer(self.sock, self._path)


def see_answerer(plug: socket.socket, path: Path) -> None:
    """Raise BatchSystemError where neither root nor whoever asks answers: anybody can listen in an open folder."""
    credentials = plug.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    user = _CREDENTIALS.unpack(credentials)[1]
    if user not in {_ROOT, os.geteuid()}:
        raise BatchSystemError(say("batch.stranger", path=path, user=user), hint=say("batch.stranger_cure"))


def too_large(what: str) -> InputError:
    """Return what is raised where something, such as a file, is more than the manager takes in one order."""
    said = say("batch.too_large", what=what, most=MOST_ORDER_BYTES >> 20)
    return InputError(said, hint=say("batch.too_large_cure"))


class Client:
    """A `jobcast.batch.service.Manager` at the other end of a Unix socket; the kernel tells it who asks."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def do(self, order: Order) -> Answer:
        """Carry out an order; what it changes is written down for good when this returns.

        Raises InputError for one that is larger than any that the manager takes.
        """
        body = to_json(order)
        if len(body) > MOST_ORDER_BYTES:
            raise too_large(getattr(order, "file", "") or say("batch.given"))
        with closing(self._connection()) as connection:
            return from_json(self._asked(connection, "POST", "/v1/batch/orders", body), Answer)

    def snapshot(self, wanted: Wanted) -> Snapshot:
        """Return what is known now."""
        asked = {name: text for name, text in _texts(wanted).items() if text}
        with closing(self._connection()) as connection:
            body = self._asked(connection, "GET", f"/v1/batch/snapshot?{urlencode(asked)}")
        return told(from_json(body, Snapshot))

    def past(self, past: Past) -> Iterator[Step]:
        """Yield steps that are over, oldest end first."""
        with closing(self._connection()) as connection:
            answer = self._answer(connection, "GET", f"/v1/batch/past?{urlencode(_texts(past))}")
            for line in self._lines(answer):
                yield from_json(line, Step)

    def events(self) -> Iterator[Happened]:
        """Yield what happens from now on, for ever; the first one, of no step, comes at once."""
        with closing(self._connection(seconds=None)) as connection:
            for line in self._lines(self._answer(connection, "GET", "/v1/batch/events")):
                if line.startswith(b"data: "):
                    yield from_json(line[6:], Happened)

    def _lines(self, answer: http.client.HTTPResponse) -> Iterator[bytes]:
        while True:
            with self._reaching():
                line = answer.readline()
            if not line:
                return
            yield line

    def _connection(self, seconds: float | None = _PATIENCE_SECONDS) -> _Connection:
        return _Connection(self._path, seconds)

    def _asked(self, connection: _Connection, method: str, path: str, body: bytes = b"") -> bytes:
        answer = self._answer(connection, method, path, body)
        with self._reaching():
            return answer.read()

    def _answer(
        self, connection: _Connection, method: str, path: str, body: bytes = b""
    ) -> http.client.HTTPResponse:
        headers = {"Content-Type": "application/json", "Accept-Language": current()}
        with self._reaching():
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            problem = b"" if answer.status == _OK else answer.read()
        if answer.status != _OK:
            raise _problem(problem)
        return answer

    @contextmanager
    def _reaching(self) -> Iterator[None]:
        """Turn what goes wrong on the way into BatchSystemError: nobody is there, or he went in the middle."""
        try:
            yield
        except (OSError, http.client.HTTPException) as error:
            raise BatchSystemError(
                say("batch.nobody", path=self._path, why=error), hint=say("batch.nobody_cure")
            ) from error


def _texts(value: Wanted | Past) -> dict[str, str]:
    found: dict[str, str] = {}
    for each in fields(value):
        said = getattr(value, each.name)
        if said is None or said is False or said == ():
            continue
        found[each.name] = (
            ",".join(said) if isinstance(said, tuple) else str(int(said) if said is True else said)
        )
    return found


def _problem(body: bytes) -> BatchSystemError:
    """Return what a problem tells; where the manager itself can't go on, its second line is what cures it."""
    try:
        problem = cast("dict[str, Any]", json.loads(body))
        said = str(problem.get("message") or problem["error"])
    except (ValueError, KeyError, TypeError):
        return BatchSystemError(body[:200].decode("utf-8", "replace"))
    if problem.get("error") != _UNAVAILABLE:
        return BatchSystemError(said)
    message, _, cure = said.partition("\n")
    return BatchSystemError(message, hint=cure)


_WAITING = {
    Cause.DEPENDENCY: StepState.NOT_QUEUED,
    Cause.BEGIN: StepState.DEFERRED,
    Cause.PAUSE: StepState.DEFERRED,
}


_AWAY = ("drained", "halted", "closed", "down")
"""How machines may be that take no steps."""


def told(snapshot: Snapshot) -> Snapshot:
    """Return a snapshot with reasons in the language spoken here, and with idle steps told apart by them."""
    waits = {name: in_words(each) for name, each in snapshot.waits.items()}
    steps = tuple(told_apart(step, waits.get(step.id)) for step in snapshot.steps)
    return replace(snapshot, waits=waits, steps=steps)


def in_words(waits: Waits) -> Waits:
    """Return a reason with its sentence, in the language spoken here."""
    if waits.cause == Cause.RESOURCES and not waits.values:
        return replace(waits, sentence=say("batch.too_little"))
    if waits.cause == Cause.AWAY:
        kinds = [how for how in _AWAY if how in waits.values]
        machines = "; ".join(say(f"batch_away.{how}", machines=waits.values[how]) for how in kinds)
        reason = Reason(cause=Cause.AWAY, values={"count": waits.values["count"], "machines": machines})
        return replace(waits, sentence=sentence(reason))
    reason = Reason(cause=Cause(waits.cause), values=waits.values)
    if reason.cause is Cause.UNCONFIRMED:
        reason = spelled_out(reason)
    return replace(waits, sentence=sentence(reason))


def told_apart(step: Step, waits: Waits | None) -> Step:
    """Return a step whose state tells why it is idle, where that is a state of its own."""
    if waits is None or step.state is not StepState.IDLE:
        return step
    return replace(step, state=_WAITING.get(Cause(waits.cause), StepState.IDLE))
