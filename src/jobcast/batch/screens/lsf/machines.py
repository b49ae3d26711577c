"""``bhosts`` and ``bslots``: machines, what jobs take of them, and what backfill may take."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from jobcast.batch.screens.lsf.job_at_length import THRESHOLDS
from jobcast.batch.screens.lsf.slots import Slots, by_machine, most
from jobcast.batch.screens.lsf.words import padded, shortened
from jobcast.batch.snapshot import Backfill, MachineStanding, Snapshot
from jobcast.machine import CPUS, MEMORY, Fact
from jobcast.printable import printable
from jobcast.schedule.expression import Expression, compiled
from jobcast.units import GIB, MIB

_NAME = 18


def listing(machines: Sequence[MachineStanding], snapshot: Snapshot, *, wide: bool = False) -> Iterator[str]:
    """Yield the lines of ``bhosts``; `wide` tells why a machine is closed, and shortens no names."""
    yield "HOST_NAME          STATUS       JL/U    MAX  NJOBS    RUN  SSUSP  USUSP    RSV "
    taken = by_machine(snapshot)
    for each in machines:
        slots = taken.get(each.machine.name, Slots())
        name, word = printable(each.machine.name), status(each, slots)
        if not wide:
            name, word = shortened(name, _NAME), word.partition("_")[0]
        yield f"{padded(name, _NAME)} {padded(word, 12)}{_per_user(each, snapshot):>5}{_counts(each, slots)}"


def status(each: MachineStanding, slots: Slots) -> str:
    """Return ``ok``, ``closed_Adm``, ``closed_Full`` or ``unavail``."""
    if not each.up:
        return "unavail"
    if each.draining:
        return "closed_Adm"
    size = each.machine.resources.get(CPUS)
    return "closed_Full" if size is not None and slots.run + slots.rsv >= size else "ok"


def _per_user(each: MachineStanding, snapshot: Snapshot) -> str:
    return most(snapshot, ("user", "machine"), {"machine": each.machine.name})


def _counts(each: MachineStanding, slots: Slots) -> str:
    size = each.machine.resources.get(CPUS)
    jobs = slots.run + slots.ssusp + slots.ususp + slots.rsv
    figures = ("-" if size is None else str(size), jobs, slots.run, slots.ssusp, slots.ususp, slots.rsv)
    return "".join(f"{figure:>7}" for figure in figures)


def at_length(machines: Sequence[MachineStanding], snapshot: Snapshot) -> Iterator[str]:
    """Yield the lines of ``bhosts -l``."""
    taken = by_machine(snapshot)
    for each in machines:
        slots = taken.get(each.machine.name, Slots())
        yield f"HOST  {printable(each.machine.name)}"
        yield "STATUS           CPUF  JL/U    MAX  NJOBS    RUN  SSUSP  USUSP    RSV DISPATCH_WINDOW"
        speed = each.machine.facts.get("speed", 1.0)
        factor = f"{speed:.2f}" if isinstance(speed, int | float) else "-"
        yield (
            f"{padded(status(each, slots), 16)}{factor:>5}{_per_user(each, snapshot):>6}{_counts(each, slots)}      -"
        )
        yield ""
        yield from _load(each)
        yield ""
        yield " LOAD THRESHOLD USED FOR SCHEDULING:"
        yield from THRESHOLDS
        yield ""


def _load(each: MachineStanding) -> Iterator[str]:
    """Yield what is free, and what jobs have reserved; of load indices only the load of one minute is known."""
    told = each.facts.get("load")
    load = f"{told:.1f}" if isinstance(told, int | float) else "-"
    reserved = each.used.get(MEMORY, 0) + each.held.get(MEMORY, 0)
    size = each.machine.resources.get(MEMORY)
    cpus = each.machine.resources.get(CPUS)
    free = "-" if cpus is None else str(max(cpus - each.used.get(CPUS, 0) - each.held.get(CPUS, 0), 0))
    rows = {
        "Total": (load, "-" if size is None else _short(max(size - reserved, 0)), free),
        "Reserved": ("0.0", _short(reserved), "-"),
    }
    yield " CURRENT LOAD USED FOR SCHEDULING:"
    yield "              r15s   r1m  r15m    ut    pg    io   ls    it   tmp   swp   mem  slots"
    for title, (one_minute, memory, slots) in rows.items():
        cells = "".join(f"{cell:>6}" for cell in ("-", one_minute, "-", "-", "-", "-"))
        yield (f" {title:<11}{cells}{'-':>5}{'-':>6}{'-':>6}{'-':>6}{memory:>6}{slots:>7}")


def _short(amount: int) -> str:
    return f"{amount / GIB:.1f}".removesuffix(".0") + "G" if amount >= GIB else f"{round(amount / MIB)}M"


def shared(snapshot: Snapshot) -> Iterator[str]:
    """Yield the lines of ``bhosts -s``: resources of the whole cluster, what is left of them and what jobs hold."""
    yield "RESOURCE                 TOTAL       RESERVED       LOCATION"
    where = " ".join(printable(each.machine.name) for each in snapshot.machines)
    for name, amount in snapshot.floating.items():
        used = snapshot.floating_used.get(name, 0)
        yield f"{padded(printable(name), 20)}{max(amount - used, 0):10.1f}{used:15.1f}       {where}".rstrip()


def only_on(gaps: Sequence[Backfill], needs: Expression | None, snapshot: Snapshot) -> list[Backfill]:
    """Return gaps with what of them lies on machines that fulfil a selection; None is fulfilled by all."""
    if needs is None:
        return list(gaps)
    fulfils = compiled(needs)
    able = {each.machine.name for each in snapshot.machines if fulfils(_facts(each))}
    found = []
    for gap in gaps:
        places = {name: slots for name, slots in gap.by_machine.items() if name in able}
        if places:
            found.append(replace(gap, slots=sum(places.values()), by_machine=places))
    return found


def _facts(each: MachineStanding) -> dict[str, Fact]:
    """Return what a selection may ask of a machine."""
    resources = each.machine.resources
    free = {
        f"free_{name}": amount - each.used.get(name, 0) - each.held.get(name, 0)
        for name, amount in resources.items()
    }
    return {
        "machine": each.machine.name,
        "speed": 1.0,
        **resources,
        **free,
        **each.machine.facts,
        **each.facts,
    }


NO_WINDOW = "No backfill window exists at this time"


def backfill(gaps: Sequence[Backfill], *, with_hosts: bool = False) -> Iterator[str]:
    """Yield the lines of ``bslots``; `with_hosts` also tells where."""
    if not gaps:
        yield NO_WINDOW
        return
    yield "SLOTS          BACKFILL WINDOW"
    for gap in gaps:
        yield f"{gap.slots:<15}{_window(gap.seconds)}"
        if with_hosts and gap.by_machine:
            places = " ".join(f"{slots}*{printable(name)}" for name, slots in gap.by_machine.items())
            yield f"HOSTS: {places}"


def _window(seconds: int | None) -> str:
    if seconds is None:
        return "UNLIMITED"
    hours, rest = divmod(seconds, 3600)
    parts = [(hours, "hour"), (rest // 60, "minute"), (rest % 60, "second")]
    told = [f"{number} {unit}{'' if number == 1 else 's'}" for number, unit in parts if number]
    return " ".join(told) or "0 seconds"
