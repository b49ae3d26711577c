"""Machines for a simulation, from a few words: ``32x8:64GB`` is 32 machines of 8 CPUs and 64 GB."""

import re
import unicodedata

from jobcast.errors import InputError
from jobcast.language import say
from jobcast.machine import CPUS, GPUS, MEMORY, Cluster, Machine
from jobcast.units import parse_memory

MOST_MACHINES = 100_000
"""That one simulation takes."""

_KIND = re.compile(
    r"(?P<count>\d{1,9})x(?P<cpus>\d{1,9})(?::(?P<memory>[^:,]+?))?(?::(?P<gpus>\d{1,9})gpus?)?",
    re.IGNORECASE | re.ASCII,
)


def parse_machines(text: str) -> Cluster:
    """Read ``COUNTxCPUS[:MEMORY][:GPUSgpu]``, several kinds apart by commas; names are m1, m2, ... in order.

    Raises InputError for anything else, and for no machine or too many.
    """
    machines: list[Machine] = []
    for kind in text.split(","):
        match = _KIND.fullmatch(kind.strip())
        if match is None or int(match["count"]) == 0 or int(match["cpus"]) == 0:
            raise _none(kind.strip())
        count = int(match["count"])
        if len(machines) + count > MOST_MACHINES:
            raise InputError(
                say("simulate.many_machines", most=f"{MOST_MACHINES:,}"),
                hint=say("simulate.no_machines_cure"),
            )
        resources = _resources(match)
        machines += [
            Machine(name=f"m{number}", resources=resources)
            for number in range(len(machines) + 1, len(machines) + count + 1)
        ]
    return Cluster(machines=tuple(machines))


def _resources(match: re.Match[str]) -> dict[str, int]:
    resources = {CPUS: int(match["cpus"])}
    if match["memory"]:
        try:
            resources[MEMORY] = parse_memory(match["memory"])
        except ValueError as error:
            raise _none(match[0]) from error
        if resources[MEMORY] == 0:
            without = match[0].replace(f":{match['memory']}", "", 1)
            raise InputError(
                say("simulate.no_memory", text=match[0]), hint=say("simulate.no_memory_cure", text=without)
            )
    if match["gpus"]:
        resources[GPUS] = int(match["gpus"])
    return resources


def _none(text: str) -> InputError:
    """Return the error for what names no machines; what is only written in full width, as in Chinese, is shown anew."""
    half = unicodedata.normalize("NFKC", text)
    only_wide = half != text and _KIND.fullmatch(half) is not None
    cure = say("simulate.full_width", text=half) if only_wide else say("simulate.no_machines_cure")
    return InputError(say("simulate.no_machines", text=text), hint=cure)


def one_machine(processors: int) -> Cluster:
    """Return a cluster that is nothing but so many processors."""
    return Cluster(machines=(Machine(name="all", resources={CPUS: processors}),))
