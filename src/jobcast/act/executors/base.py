"""The contract of an executor: it runs what the scheduler has decided, and tells the truth about it.

An attempt is one run of one job. Its id is used once for ever: whatever is asked twice happens once, so that a caller
who isn't sure whether it had asked, asks again.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from jobcast.machine import Allocation, Fact
from jobcast.program import Enforcement, Exits, Program


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """One run of a job, all that an executor needs to know."""

    id: str
    """``JOB@N``: N counts the runs of the job from 1."""
    job: str
    """Whose run."""
    user: str
    """Login name that it runs as."""
    program: Program
    """What."""
    allocation: Allocation
    """Where; its first machine runs the program."""
    cpus: Mapping[str, int] = field(default_factory=dict)
    """Machine to the CPUs that it takes there."""
    memory: Mapping[str, int] = field(default_factory=dict)
    """Machine to the bytes of memory that it takes there; without those it asked no memory of."""
    run_limit: int | None = None
    """Seconds; the scheduler kills it then. For executors that must name a limit when they start it."""
    soft_run_limit: int | None = None
    """Seconds after its program began, those left out in which it stands still; what runs it sends SIGXCPU to all its
    processes then. None for never."""
    exits: Exits = field(default_factory=Exits)
    """What is run around it."""
    enforcement: Enforcement = field(default_factory=Enforcement)
    """What its processes may take."""
    told: Mapping[str, str] = field(default_factory=dict)
    """Environment that tells the job and the exits about it, e.g. ``LOADL_STEP_ID``."""


class Phase(StrEnum):
    """How far an attempt has come."""

    PROLOG = "prolog"
    RUNNING = "running"
    SUSPENDED = "suspended"
    EPILOG = "epilog"


class End(StrEnum):
    """How an attempt ended."""

    EXITED = "exited"
    """By itself, with `Ended.exit_code`."""
    SIGNALLED = "signalled"
    """By a signal that no one here sent."""
    KILLED = "killed"
    """Because `Executor.kill` was asked."""
    OVER_MEMORY = "over_memory"
    """It took more memory than it may."""
    OVER_CPU_TIME = "over_cpu_time"
    """All its processes together took more CPU time than they may."""
    NOT_BEGUN = "not_begun"
    """Its program can't be run, a file of it can't be opened, its user isn't known, or a prolog failed."""
    LOST = "lost"
    """Nobody saw it end: its machine went down, or what watched it died."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Consumed:
    """What the processes of an attempt have taken so far; None where nobody measured it."""

    user_cpu: float | None = None
    """Seconds."""
    system_cpu: float | None = None
    """Seconds."""
    memory_peak: int | None = None
    """Bytes of resident memory, the most that all processes together held."""
    memory_mean: int | None = None
    """Bytes, average over the run."""
    virtual_peak: int | None = None
    """Bytes of address space, the most that all together held."""
    starter_cpu: float | None = None
    """Seconds that what started and watched it took for it, exits included."""
    processes_peak: int | None = None
    """The most processes at once."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Began:
    """The program of an attempt runs; its prologs are over."""

    attempt: str
    at: float
    """Second of the epoch."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """What an attempt has taken until now."""

    attempt: str
    consumed: Consumed


@dataclass(frozen=True, kw_only=True, slots=True)
class Paused:
    """An attempt was suspended or goes on, as asked, or by other hands."""

    attempt: str
    at: float
    suspended: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Ended:
    """An attempt is over, its epilogs too."""

    attempt: str
    began: float | None
    """Second of the epoch at which its program began; None where it never did."""
    at: float
    """Second of the epoch at which it was over."""
    how: End
    exit_code: int
    """Of the program, as a shell counts: 128 + signal where one ended it; 0 where it never began."""
    detail: str = ""
    """What went wrong, in words for the owner; empty where nothing did."""
    exits: Mapping[str, int] = field(default_factory=dict)
    """``prolog``, ``user_prolog``, ``user_epilog``, ``epilog`` to exit code, of those that were run."""
    consumed: Consumed = field(default_factory=Consumed)


@dataclass(frozen=True, kw_only=True, slots=True)
class MachineNews:
    """A machine has come, gone, or tells new facts of itself."""

    machine: str
    up: bool
    facts: Mapping[str, Fact] = field(default_factory=dict)
    """E.g. ``load`` (one minute), ``idle`` (seconds since somebody last touched its keyboard)."""


News = Began | Measured | Paused | Ended | MachineNews


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """An attempt that the executor knows and that isn't over."""

    attempt: str
    phase: Phase
    began: float | None
    """Second of the epoch at which its program began; None for not yet."""


class ExecutorError(Exception):
    """An executor can't do what it was asked, for now; nothing has happened, and asking again may help."""


class Executor(Protocol):
    """What runs attempts. All calls but `known` return when the wish is on its way, not when it has come true.

    They raise ExecutorError where the executor can't be reached.
    """

    name: str
    """``local``, ``slurm``."""

    async def open(self) -> None:
        """Reach what runs the jobs, and start it where it isn't there."""

    async def close(self) -> None:
        """Let go of it; running attempts go on."""

    async def start(self, attempt: Attempt) -> None:
        """Run an attempt, unless its id was ever started before."""

    async def suspend(self, attempt: str) -> None:
        """Stop all its processes; nothing for one that is stopped, or over."""

    async def resume(self, attempt: str) -> None:
        """Let them go on."""

    async def kill(self, attempt: str, *, at_once: bool = False) -> None:
        """End all its processes: first as is polite, after a while by force. Its epilogs run.

        `at_once` spares what is polite, or what is left of the while.
        """

    async def limit(self, attempt: str, *, run_limit: int | None, soft_run_limit: int | None) -> None:
        """Let other limits hold for it from now on, see `Attempt`; the soft one where it wasn't warned yet.

        At a soft one that it has passed it is warned at once. Nothing for one that is over.
        """

    async def known(self) -> tuple[Known, ...]:
        """Return the attempts that have been started and aren't over, also those of callers before this one."""

    def news(self) -> AsyncIterator[News]:
        """Yield what happens. An `Ended` comes again after each `open` until it is forgotten."""

    async def forget(self, attempt: str) -> None:
        """Drop what is kept of an attempt that is over, once its end is written down for good."""
