"""The options of one submission, read as counts, amounts and names."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from jobcast.errors import ConfigError
from jobcast.language import say
from jobcast.systems.slurm.policy.amounts import count, generic
from jobcast.systems.slurm.policy.partitions import Partition
from jobcast.systems.slurm.policy.site import Site
from jobcast.units import Bytes, parse_memory

T = TypeVar("T")
_NODES = re.compile(r"([1-9][0-9]{0,6})(?:-([1-9][0-9]{0,6}))?")


def refusal(name: str, value: str) -> ConfigError:
    """Return the error about an option with a wrong value."""
    return ConfigError(say("slurm_submission.bad_value", option=name, value=value))


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """The options of a submission, and by what they are measured."""

    options: Mapping[str, str]
    """Long option to value."""
    partition: Partition
    """Where it goes."""
    site: Site
    """Where the partition is."""

    def value(self, name: str, read: Callable[[str], T]) -> T | None:
        """Return what an option says, None where it isn't given. Raises ConfigError where it can't be read."""
        if name not in self.options:
            return None
        try:
            return read(self.options[name])
        except ValueError:
            raise refusal(name, self.options[name]) from None

    def number(self, name: str) -> int | None:
        """Return the count that an option names, above 0; None where it isn't given."""
        return self.value(name, _above_0)

    def memory(self, name: str) -> Bytes | None:
        """Return the memory that an option names, bare numbers in MiB; None where it isn't given."""
        return self.value(name, lambda text: parse_memory(text, unit="M"))

    def gpus(self, name: str) -> dict[str, int]:
        """Return the GPUs that an option names, ``2`` or ``a100:2``."""
        return self.value(name, lambda text: generic(f"gpu:{text}")) or {}

    def generic(self) -> dict[str, int]:
        """Return the generic resources that ``--gres`` names for each node."""
        return self.value("gres", lambda text: generic(text.replace("gres/", ""))) or {}

    def nodes(self) -> tuple[int, int | None]:
        """Return on how many nodes at least and at most; without a word 1 and any number."""
        fewest = max(1, self.partition.nodes_min)
        least, most = self.value("nodes", _span) or (fewest, None)
        return max(least, fewest), None if most is None else max(most, fewest)


def _above_0(text: str) -> int:
    number = count(text)
    if not number:
        raise ValueError(text)
    return number


def _span(text: str) -> tuple[int, int | None]:
    match = _NODES.fullmatch(text)
    if match is None or int(match[2] or match[1]) < int(match[1]):
        raise ValueError(text)
    return int(match[1]), int(match[2] or match[1])
