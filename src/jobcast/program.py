"""What a job runs: a program, its surroundings, and what is done around it.

Everything here comes from users. It is handed to the operating system as it stands, and never to a shell of ours.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

NOWHERE = "/dev/null"

Limits = Mapping[str, tuple[int | None, int | None]]
"""Name of a limit of setrlimit(2) in small letters, e.g. ``nofile``, to soft and hard limit; None for unlimited.

In bytes, seconds, or numbers, as setrlimit(2) counts.
"""


class Unit(StrEnum):
    """What a task is bound to."""

    CORE = "core"
    """Physical cores, with all threads of theirs."""
    CPU = "cpu"
    """Logical CPUs."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Affinity:
    """Each task gets CPUs of its own, all of one NUMA node where one has so many (``task_affinity``)."""

    unit: Unit
    """What is counted."""
    per_task: int = 1
    """How many for each task."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Program:
    """What a job runs, as its owner."""

    arguments: tuple[str, ...]
    """Path of an executable, absolute or seen from `directory`, and its arguments. With a `script`, arguments only."""
    script: str = ""
    """Text that is run: by what its first line names behind ``#!``, else by `shell`. Empty to run an executable."""
    shell: str = "/bin/sh"
    """What runs a script that doesn't say."""
    directory: str
    """Absolute; where it begins."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """All of it; the executor adds what tells a job about itself."""
    input: str = NOWHERE
    """Absolute, or seen from `directory`."""
    output: str = NOWHERE
    """Likewise."""
    error: str = NOWHERE
    """Likewise; the same as `output` where both are to go there."""
    append: bool = False
    """Whether output is added to what these files hold, instead of written over it."""
    umask: int = 0o022
    """Rights that files which it makes, these too, do not get."""
    limits: Limits = field(default_factory=dict)
    """Of each process."""
    job_cpu_limit: tuple[int | None, int | None] = (None, None)
    """Seconds of CPU time of all its processes together, soft and hard; None for no limit."""
    nice: int = 0
    """Added to the priority of its processes, as nice(1) does."""
    affinity: Affinity | None = None
    """None where any CPU will do."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Exits:
    """Programs of the site, run around each job in this order: prolog, user prolog, the job, user epilog, epilog.

    The first and the last run as the batch system itself, the inner two as the job's owner in its surroundings.
    """

    prolog: tuple[str, ...] = ()
    """Program with its arguments; empty for none."""
    user_prolog: tuple[str, ...] = ()
    """Lines ``env NAME=value`` that it prints are added to the job's environment."""
    user_epilog: tuple[str, ...] = ()
    epilog: tuple[str, ...] = ()
    longest: int = 60
    """Seconds after which each of them is killed; a job whose prolog was killed, or failed, doesn't begin."""


class Enforce(StrEnum):
    """How a resource is enforced (``ENFORCE_RESOURCE_POLICY``)."""

    SHARES = "shares"
    """By weight: more where others leave some."""
    SOFT = "soft"
    """Beyond its part only while nobody else wants it."""
    HARD = "hard"
    """Never beyond."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Enforcement:
    """What a job's processes may take of its machine; over virtual memory it is killed, over others it is slowed."""

    policy: Enforce = Enforce.HARD
    cpus: int | None = None
    """None where CPUs aren't enforced."""
    memory: int | None = None
    """Bytes of resident memory; None likewise."""
    virtual_memory: int | None = None
    """Bytes of memory and swap together; None likewise."""
    kill_over_memory: bool = False
    """Whether more resident memory than `memory` kills it, as LSF's ``-M`` does."""
