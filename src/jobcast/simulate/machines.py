"""Machines told in a few words: ``32x8:64GB`` is 32 machines of 8 processors and 64 GB each."""

import re

from jobcast.errors import InputError
from jobcast.language import say
from jobcast.machine import CPUS, GPUS, MEMORY, Cluster, Machine
from jobcast.units import parse_memory

_GROUP = re.compile(r"(?:(\d{1,6})x)?(\d{1,6})(?::([^:]+))?(?::(\d{1,4})gpus?)?", re.IGNORECASE)
MOST = 100_000
"""Machines in a cluster at most."""


def parse_machines(text: str) -> Cluster:
    """Read ``[COUNTx]PROCESSORS[:MEMORY][:Ngpu]``, and more such groups behind commas.

    Machines are named ``m1`` and so on, with as many digits as it takes. A group without memory has no limit
    of it: jobs there ask for none. Raises InputError for any other text.
    """
    kinds: list[dict[str, int]] = []
    for part in text.split(","):
        match = _GROUP.fullmatch(part.strip())
        if match is None:
            raise _misread(part)
        count, cpus = int(match[1] or 1), int(match[2])
        if not count or not cpus or count + len(kinds) > MOST:
            raise _misread(part)
        kinds += [{CPUS: cpus, **_memory(match[3], part), **_gpus(match[4])}] * count
    digits = len(str(len(kinds)))
    return Cluster(
        machines=tuple(
            Machine(name=f"m{number:0{digits}}", resources=resources)
            for number, resources in enumerate(kinds, 1)
        )
    )


def processors_of(cluster: Cluster) -> int:
    """Return how many processors all machines have together."""
    return sum(machine.resources.get(CPUS, 0) for machine in cluster.machines)


def _memory(text: str | None, part: str) -> dict[str, int]:
    if text is None:
        return {}
    try:
        amount = parse_memory(text)
    except ValueError as error:
        raise _misread(part) from error
    if not amount:
        raise _misread(part)
    return {MEMORY: amount}


def _gpus(text: str | None) -> dict[str, int]:
    return {GPUS: int(text)} if text and int(text) else {}


def _misread(part: str) -> InputError:
    return InputError(
        say("simulate.no_machines", text=part.strip()),
        hint=say("simulate.no_machines_cure", most=f"{MOST:,}"),
    )
