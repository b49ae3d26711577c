"""What is to be run, read from the JSON of a `jobcast.act.executors.base.Attempt`."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Json = Mapping[str, Any]

NOWHERE = "/dev/null"


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """One attempt. What it means is told by `jobcast.program.Program`, `Exits` and `Enforcement`."""

    id: str
    user: str
    arguments: tuple[str, ...]
    script: str
    shell: str
    directory: str
    environment: Mapping[str, str]
    input: str
    output: str
    error: str
    append: bool
    umask: int
    limits: Mapping[str, tuple[int | None, int | None]]
    cpu_seconds: tuple[int | None, int | None]
    """Soft and hard, of all its processes together."""
    nice: int
    affinity: Json | None
    """``unit``, ``per_task``."""
    hosts: tuple[str, ...]
    """Machine of each task."""
    exits: Mapping[str, tuple[str, ...]]
    """``prolog``, ``user_prolog``, ``user_epilog``, ``epilog`` to program, where there is one."""
    longest: int
    """Seconds that each of these may take."""
    enforcement: Json
    told: Mapping[str, str]
    soft_run_limit: float
    """Seconds after which its processes are warned; without end for never."""

    def binding(self) -> Json | None:
        """Return what each task is bound to: as it asks, or to as many CPUs as it may never take more of."""
        cpus = self.enforcement.get("cpus")
        if self.affinity is None and cpus is not None and self.enforcement.get("policy", "hard") == "hard":
            return {"unit": "cpu", "per_task": -(-int(cpus) // max(1, len(self.hosts)))}
        return self.affinity


def wanted(attempt: Json) -> Wanted:
    """Return what an attempt's JSON says. Raises KeyError, TypeError or ValueError where it can't be."""
    program, exits = attempt["program"], attempt.get("exits", {})
    soft, hard = program.get("job_cpu_limit", (None, None))
    warned_after = attempt.get("soft_run_limit")
    return Wanted(
        id=str(attempt["id"]),
        user=str(attempt["user"]),
        arguments=tuple(map(str, program["arguments"])),
        script=str(program.get("script", "")),
        shell=str(program.get("shell", "/bin/sh")),
        directory=str(program["directory"]),
        environment=dict(program.get("environment", {})),
        input=str(program.get("input", NOWHERE)),
        output=str(program.get("output", NOWHERE)),
        error=str(program.get("error", NOWHERE)),
        append=bool(program.get("append", False)),
        umask=int(program.get("umask", 0o022)) & 0o777,
        limits={name: (low, high) for name, (low, high) in program.get("limits", {}).items()},
        cpu_seconds=(soft, hard),
        nice=int(program.get("nice", 0)),
        affinity=program.get("affinity"),
        hosts=tuple(share["machine"] for share in attempt["allocation"] for _ in range(share["tasks"])),
        exits={name: tuple(exits[name]) for name in _EXITS if exits.get(name)},
        longest=int(exits.get("longest", 60)),
        enforcement=attempt.get("enforcement", {}),
        told=dict(attempt.get("told", {})),
        soft_run_limit=math.inf if warned_after is None else float(warned_after),
    )


_EXITS = ("prolog", "user_prolog", "user_epilog", "epilog")
