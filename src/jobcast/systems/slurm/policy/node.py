"""A node as slurm.conf and gres.conf describe it."""

from collections.abc import Mapping
from dataclasses import dataclass

from jobcast.units import Bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Node:
    """One node as the files describe it."""

    name: str
    """Its own."""
    cpus: int
    """As Slurm counts them: threads, unless ``CPUs`` says fewer."""
    threads: int
    """To a core."""
    memory: Bytes
    """That jobs may use; 1 MiB where the files don't tell, as in Slurm."""
    generic: Mapping[str, int]
    """Generic resources and their types, e.g. ``gpus`` and ``gpus:a100``, to how many."""
    features: frozenset[str]
    """By which jobs may ask for it."""
    weight: int
    """Lower goes first."""
    up: bool = True
    """Whether it takes jobs."""
