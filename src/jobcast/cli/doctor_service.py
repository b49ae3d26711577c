"""What ``jobcast doctor`` finds of the forecast service: whether it answers, its model, its clock, rights of files."""

import http.client
import socket
import ssl
import stat
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from jobcast import clock, config
from jobcast.act.hooks.base import Address
from jobcast.cli.finding import FAIL, OK, WARN, Finding
from jobcast.errors import ModelError
from jobcast.language import say
from jobcast.predict.card import read_card
from jobcast.predict.shelf import Shelf
from jobcast.store.advice import AdviceJournal
from jobcast.units import format_duration

_TOKENS = "tokens.json"
_PATIENCE_SECONDS = 1.0
_OLD_MODEL = timedelta(days=2)
_OTHER_CLOCK = timedelta(seconds=5)
"""The header that tells the service's time has whole seconds, and the answer takes a moment."""


def about_service(settings: config.Config, asked: Sequence[Address]) -> Iterator[Finding]:
    """Look at the service where hooks ask, and at that of this host; where nothing speaks of one say nothing."""
    store, path = settings[config.STORE], settings[config.SERVE_SOCKET].absolute()
    journal = AdviceJournal(store).lines
    for address in {one.url or one.socket: one for one in asked}.values():
        yield from _about_answer(address, hooked=True)
    local = any(one.socket for one in asked)
    if _exists(path) or journal.days() or (store / _TOKENS).exists():
        if path not in {one.socket for one in asked}:
            yield from _about_answer(Address(socket=path), hooked=False)
        local = True
    if local:
        yield _about_model(Shelf(store / "models"))
        yield from _about_rights(store, path, journal.folder)


class _Health(msgspec.Struct, frozen=True, kw_only=True):
    """The answer of /readyz."""

    model: str | None = None
    """Which answers; None where none does."""
    trouble: dict[str, str] = {}
    """What of the site can't be used, and why."""


class _Connection(http.client.HTTPConnection):
    """A connection to a Unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=_PATIENCE_SECONDS)
        self._path = path

    def connect(self) -> None:
        """Knock at the socket."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


def _connection(address: Address) -> http.client.HTTPConnection:
    """Return a connection as the hook makes it. Raises OSError, and ValueError where nobody can be asked there."""
    if address.socket is not None:
        return _Connection(address.socket)
    parts = urlsplit(address.url or "")
    if parts.scheme != "https":
        return http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=_PATIENCE_SECONDS)
    known = address.authority.decode("ascii") if address.authority else None
    context = ssl.create_default_context(cafile=address.certificate, cadata=known)
    return http.client.HTTPSConnection(
        parts.hostname or "", parts.port, timeout=_PATIENCE_SECONDS, context=context
    )


def _ask(address: Address) -> tuple[_Health, datetime | None]:
    """Ask the service whether it is ready; also returns its time, None where it doesn't tell.

    Raises OSError, HTTPException, and ValueError where something else answers.
    """
    connection = _connection(address)
    try:
        connection.request("GET", "/readyz")
        reply = connection.getresponse()
        health = msgspec.json.decode(reply.read(), type=_Health)
    finally:
        connection.close()
    told = reply.headers.get("date")
    return health, parsedate_to_datetime(told).replace(tzinfo=UTC) if told else None


def _about_answer(address: Address, *, hooked: bool) -> Iterator[Finding]:
    path = address.url or address.socket
    facts: dict[str, object] = {"url" if address.url else "socket": path}
    try:
        health, at = _ask(address)
    except (OSError, ValueError, http.client.HTTPException) as error:
        why = getattr(error, "strerror", None) or str(error) or type(error).__name__
        text = say("doctor_service.silent", socket=path, why=why)
        yield Finding("service", FAIL if hooked else WARN, text, say("doctor_service.silent_cure"), facts)
        return
    facts |= {"model": health.model, "trouble": health.trouble}
    if health.model is None:
        yield Finding("service", WARN, say("doctor_service.no_model", socket=path), "jobcast train", facts)
    else:
        text = say("doctor_service.answers", socket=path, model=health.model)
        yield Finding("service", OK, text, facts=facts)
    for what, why in health.trouble.items():
        text = say("doctor_service.trouble", what=what, why=why)
        yield Finding("service", WARN, text, say("doctor_service.trouble_cure"))
    if at is not None:
        yield _about_clock(at)


def _about_clock(at: datetime) -> Finding:
    apart = abs(clock.now() - at)
    facts = {"seconds": apart.total_seconds()}
    if apart <= _OTHER_CLOCK:
        return Finding("clock", OK, say("doctor_service.clock"), facts=facts)
    text = say("doctor_service.other_clock", time=format_duration(apart.total_seconds()))
    return Finding("clock", WARN, text, say("doctor_service.other_clock_cure"), facts)


def _about_model(shelf: Shelf) -> Finding:
    try:
        folder = shelf.folder()
        made = datetime.fromisoformat(read_card(folder).made)
    except ModelError as error:
        return Finding("model", WARN, error.message, error.hint)
    except ValueError as error:
        return Finding("model", WARN, str(error), "jobcast train")
    age = clock.now() - (made if made.tzinfo else made.replace(tzinfo=UTC))
    facts = {"model": folder.name, "made": made}
    text = say("doctor_service.model", name=folder.name, age=format_duration(max(age.total_seconds(), 0)))
    if age > _OLD_MODEL:
        return Finding("model", WARN, text, say("doctor_service.old_model_cure"), facts)
    return Finding("model", OK, text, facts=facts)


def _about_rights(store: Path, path: Path, journal: Path) -> Iterator[Finding]:
    """Tell of what others may change or read that they should not, and of a socket at which not all may knock."""
    wrong = [
        *(place for place in (store, store / "models", journal) if _mode(place) & stat.S_IWOTH),
        *(file for file in sorted(journal.glob("*.jsonl")) if _mode(file) & stat.S_IWOTH),
    ]
    for place in wrong:
        text = say("doctor_service.writable", path=place)
        yield Finding("rights", FAIL, text, say("doctor_service.writable_cure", path=place))
    tokens = store / _TOKENS
    if _mode(tokens) & (stat.S_IRWXG | stat.S_IRWXO):
        text = say("doctor_service.readable", path=tokens)
        yield Finding("rights", FAIL, text, say("doctor_service.readable_cure", path=tokens))
    shut = _exists(path) and not _mode(path) & stat.S_IWOTH
    if shut:
        yield Finding("rights", WARN, say("doctor_service.shut", path=path), f"chmod 666 {path}")
    if not wrong and not shut and not _mode(tokens) & (stat.S_IRWXG | stat.S_IRWXO):
        yield Finding("rights", OK, say("doctor_service.rights"))


def _mode(path: Path) -> int:
    """Return the permissions; none where there is nothing, or nobody may look."""
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except OSError:
        return 0


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False
