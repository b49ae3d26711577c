"""Resources that lsf.cluster places (ResourceMap), and how they are asked for (ReservationUsage of lsb.resources)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from jobcast.language import say
from jobcast.machine import Machine
from jobcast.systems.lsf.policy.book import Book
from jobcast.systems.lsf.resources import Per

_PLACE = re.compile(r"(?:([0-9]{1,15})@)?\[([^\[\]]*)\]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Shared:
    """Resources of the site's own."""

    floating: Mapping[str, int] = field(default_factory=dict)
    """Those of the whole cluster, such as licences, and how many there are."""
    on_hosts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Resource to host to amount."""


def read_shared(book: Book) -> Shared:
    """Read where resources are, and how many; those that some hosts share, but not all, are refused."""
    floating: dict[str, int] = {}
    on_hosts: dict[str, Mapping[str, int]] = {}
    for form in book.forms("lsf.cluster", "ResourceMap"):
        name, location = form.text("RESOURCENAME"), form.text("LOCATION")
        if name is None or location is None:
            continue
        form.title = name
        places = [(match[1], match[2].split()) for match in _PLACE.finditer(location)]
        if _PLACE.sub("", location).strip() or any(amount is None for amount, _ in places):
            form.refuse(say("lsf_policy.no_amount"), "LOCATION")
        elif len(places) == 1 and places[0][1] == ["all"]:
            floating[name] = int(places[0][0])
        elif all(len(hosts) == 1 and hosts != ["default"] for _, hosts in places):
            on_hosts[name] = {hosts[0]: int(amount) for amount, hosts in places}
        else:
            form.refuse(say("lsf_policy.partly_shared"), "LOCATION")
    return Shared(floating=floating, on_hosts=on_hosts)


def placed(machines: Sequence[Machine], shared: Shared) -> tuple[Machine, ...]:
    """Return the machines with the resources that are on them."""
    return tuple(
        replace(
            machine,
            resources={
                **machine.resources,
                **{
                    name: hosts[machine.name]
                    for name, hosts in shared.on_hosts.items()
                    if machine.name in hosts
                },
            },
        )
        for machine in machines
    )


def read_methods(book: Book) -> dict[str, Per]:
    """Return for which resources it is settled whether they are asked for per job, host or task."""
    methods = {"PER_JOB": Per.JOB, "PER_HOST": Per.HOST, "PER_TASK": Per.TASK, "PER_SLOT": Per.TASK}
    found: dict[str, Per] = {}
    for form in book.forms("lsb.resources", "ReservationUsage"):
        method = (form.text("METHOD") or "").upper()
        if not method:
            continue
        if method not in methods:
            form.refuse(say("lsf_policy.no_word", words=method, known=" ".join(methods)), "METHOD")
            continue
        for name in (form.text("RESOURCE") or "").split():
            found[name] = methods[method]
    return found
