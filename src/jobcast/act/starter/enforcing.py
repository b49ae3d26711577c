"""What is done about a job that takes more than it may: decided here, from what was seen."""

from dataclasses import dataclass

from jobcast.act.starter.wanted import Json

_TOLERANCE = 1.05
"""CPU time is counted in hundredths of seconds: so much more than its CPUs isn't more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """What all processes of an attempt take at one moment."""

    cpu_seconds: float
    """Since they began."""
    cpus: float
    """CPU seconds per second, since the last look."""
    resident: int
    """Bytes."""
    with_swap: int
    """Bytes, resident or swapped out."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What is to be done."""

    end: str = ""
    """`jobcast.act.executors.base.End` by which it is killed; empty to let it live."""
    warn: bool = False
    """Whether it is over its soft limit of CPU time."""
    slow: bool = False
    """Whether it runs at lower priority, until it is below what it may take."""


def judge(seen: Seen, enforcement: Json, cpu_seconds: tuple[int | None, int | None]) -> Verdict:
    """Decide by the JSON of a `jobcast.program.Enforcement`, and by soft and hard seconds of CPU time."""
    soft, hard = cpu_seconds
    memory, virtual = enforcement.get("memory"), enforcement.get("virtual_memory")
    cpus = enforcement.get("cpus")
    over_memory = memory is not None and seen.resident > memory
    if (virtual is not None and seen.with_swap > virtual) or (
        over_memory and enforcement.get("kill_over_memory", False)
    ):
        return Verdict(end="over_memory")
    if hard is not None and seen.cpu_seconds >= hard:
        return Verdict(end="over_cpu_time")
    return Verdict(
        warn=soft is not None and seen.cpu_seconds >= soft,
        slow=over_memory or (cpus is not None and seen.cpus > cpus * _TOLERANCE),
    )


def enforces(enforcement: Json, cpu_seconds: tuple[int | None, int | None]) -> bool:
    """Tell whether there is anything to judge by."""
    limits = (*cpu_seconds, *(enforcement.get(name) for name in ("cpus", "memory", "virtual_memory")))
    return any(limit is not None for limit in limits)
