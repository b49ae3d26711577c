"""lsb.hosts, lsf.cluster and what lshosts prints: the machines of a cluster.

How many processors and how much memory a machine has, only ``lshosts`` tells; lsb.hosts tells how many slots it
offers, of which ``!`` means as many as it has processors.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from jobcast.language import say
from jobcast.machine import CPUS, MEMORY, Fact, Machine
from jobcast.schedule.policy import Limit
from jobcast.systems.lsf.policy.book import Book
from jobcast.systems.lsf.policy.form import Form
from jobcast.systems.lsf.policy.names import expanded, members
from jobcast.systems.lsf.policy.values import at_least_one, count, factor
from jobcast.units import parse_memory


@dataclass(frozen=True, kw_only=True, slots=True)
class Hosts:
    """The machines of a cluster, and what of them isn't said by themselves."""

    machines: tuple[Machine, ...]
    """In the order of lsb.hosts, else of lsf.cluster or lshosts."""
    limits: tuple[Limit, ...]
    """JL/U."""
    groups: dict[str, frozenset[str]]
    """Host groups by name, and ``all``."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Host:
    """What lsf.cluster and lshosts tell of a host."""

    name: str
    kind: str = ""
    model: str = ""
    processors: int | None = None
    memory: int | None = None
    speed: float | None = None
    resources: frozenset[str] = frozenset()


class _Known:
    """The hosts that lsf.cluster and lshosts name, and what they have in common."""

    def __init__(self, hosts: Mapping[str, _Host]) -> None:
        self.hosts = hosts
        self.kinds = {kind for host in hosts.values() for kind in (host.kind, host.model)}
        """Types and models."""
        self.features = sorted({name for host in hosts.values() for name in host.resources})
        """What some host has and others lack."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Row:
    """A row of lsb.hosts."""

    form: Form
    names: tuple[str, ...]
    slots: int | str
    """A number, ``!`` for the number of processors, or empty for no limit."""
    per_user: int | None
    """JL/U; None for no limit."""
    used: list[str] = field(default_factory=list)
    """Machines that it gave."""


def read_hosts(book: Book) -> Hosts:
    """Read the machines; without files that tell their processors, those that lsb.hosts gives a number of slots."""
    cluster = _cluster(book)
    known = _Known({host.name: host for host in (*cluster, *_lshosts(book, cluster))})
    rows = [_row(form) for form in book.forms("lsb.hosts", "Host") if form.text("HOST_NAME")]
    has_rows = bool(book.forms("lsb.hosts", "Host"))
    machines = tuple(_machines(rows, known) if has_rows else _all_of(known))
    names = [machine.name for machine in machines]
    groups = members(_groups(book), names)
    return Hosts(
        machines=tuple(
            replace(
                machine, groups=frozenset(name for name, inside in groups.items() if machine.name in inside)
            )
            for machine in machines
        ),
        limits=tuple(_per_user(rows)),
        groups={**groups, "all": frozenset(names)},
    )


def _cluster(book: Book) -> list[_Host]:
    """Return the servers that lsf.cluster names."""
    found = []
    for form in book.forms("lsf.cluster", "Host"):
        name = form.text("HOSTNAME")
        if name and form.text("server") != "0":
            kind, model = form.text("type") or "", form.text("model") or ""
            found.append(
                _Host(name=name, kind=kind.strip("!"), model=model.strip("!"), resources=_booleans(form))
            )
    return found


def _lshosts(book: Book, cluster: Sequence[_Host]) -> Iterator[_Host]:
    """Give the servers that lshosts lists, with what lsf.cluster tells of them."""
    before = {host.name: host for host in cluster}
    for form in book.forms("lshosts", ""):
        name = form.text("HOST_NAME")
        if name is None or (form.text("server") or "Yes").lower() == "no":
            continue
        host = before.get(name, _Host(name=name))
        yield replace(
            host,
            kind=form.text("type") or host.kind,
            model=form.text("model") or host.model,
            processors=form.value(at_least_one, "ncpus"),
            memory=form.value(_memory, "maxmem"),
            speed=form.value(factor, "cpuf"),
            resources=host.resources | _booleans(form),
        )


def _memory(text: str) -> int:
    return int(parse_memory(text, unit="M"))


def _booleans(form: Form) -> frozenset[str]:
    return frozenset(
        word.strip("!") for word in (form.text("RESOURCES") or "").split() if word.isidentifier()
    )


def _row(form: Form) -> _Row:
    name = form.text("HOST_NAME") or ""
    form.title = name
    form.refuse_set(say("lsf_keyword.host_window"), "DISPATCH_WINDOW")
    slots = form.text("MXJ") or ""
    return _Row(
        form=form,
        names=tuple(expanded(name)),
        slots="!" if slots == "!" else "" if not slots else _number(form),
        per_user=form.value(count, "JL/U"),
    )


def _number(form: Form) -> int | str:
    slots = form.value(count, "MXJ")
    return "" if slots is None else slots


def _all_of(known: _Known) -> Iterator[Machine]:
    for host in known.hosts.values():
        if host.processors is not None:
            yield _machine(host, host.processors, known)


def _machines(rows: Sequence[_Row], known: _Known) -> Iterator[Machine]:
    """Give the machines that lsb.hosts names itself, by type or model, or by ``default``."""
    named = {name for row in rows for name in row.names}
    given: set[str] = set()
    for row in rows:
        for host in _hosts_of(row, known, named):
            slots = _slots(row, host)
            if slots is not None and host.name not in given:
                given.add(host.name)
                row.used.append(host.name)
                yield _machine(host, slots, known)


def _hosts_of(row: _Row, known: _Known, named: set[str]) -> Iterator[_Host]:
    """Give the hosts that a row is about."""
    for name in row.names:
        if name in known.hosts:
            yield known.hosts[name]
        elif name.lower() == "default":
            yield from (
                host
                for host in known.hosts.values()
                if host.name not in named and not {host.kind, host.model} & named
            )
        elif name in known.kinds:
            yield from (
                host
                for host in known.hosts.values()
                if host.name not in named and name in {host.kind, host.model}
            )
        elif known.hosts:
            row.form.refuse(say("lsf_policy.no_such_host", host=name), "HOST_NAME")
        else:
            yield _Host(name=name)


def _slots(row: _Row, host: _Host) -> int | None:
    """Return the slots of a host; None where no file tells them."""
    if isinstance(row.slots, int):
        return row.slots
    if host.processors is None:
        row.form.refuse(say("lsf_policy.no_processors"), "MXJ", "HOST_NAME")
    elif row.slots == "":
        row.form.correct(say("lsf_policy.no_slots"), "MXJ")
    return host.processors


def _machine(host: _Host, slots: int, known: _Known) -> Machine:
    facts: dict[str, Fact] = {}
    told = {"type": host.kind, "model": host.model, "ncpus": host.processors, "speed": host.speed}
    facts |= {name: value for name, value in told.items() if value not in {"", None}}
    facts |= {name: name in host.resources for name in known.features}
    memory = {} if host.memory is None else {MEMORY: host.memory}
    return Machine(name=host.name, resources={CPUS: slots, **memory}, facts=facts)


def _per_user(rows: Sequence[_Row]) -> Iterator[Limit]:
    """Give the limits of slots that a user may have on one machine, one for machines of the same limit."""
    by_amount: dict[int, list[str]] = {}
    for row in rows:
        if row.per_user is not None:
            by_amount.setdefault(row.per_user, []).extend(row.used)
    for amount, names in by_amount.items():
        if names:
            yield Limit(
                name=say("lsf_policy.limit_of_host", amount=amount),
                amount=amount,
                counts=CPUS,
                per=("user", "machine"),
                only={"machine": frozenset(names)},
                lent_are_free=True,
            )


def _groups(book: Book) -> dict[str, list[str]]:
    """Return the host groups as they are written."""
    found: dict[str, list[str]] = {}
    for form in book.forms("lsb.hosts", "HostGroup"):
        name, inside = form.text("GROUP_NAME"), form.text("GROUP_MEMBER") or ""
        if name is None:
            continue
        form.title = name
        if "!" in inside.split():
            form.refuse(say("lsf_policy.external_group"), "GROUP_MEMBER")
        found[name] = [word for word in inside.split() if word != "!"]
    return found
