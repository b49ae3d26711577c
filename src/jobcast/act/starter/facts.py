"""What the machine tells of itself."""

import os
import time
from pathlib import Path
from typing import Any


def facts() -> dict[str, Any]:
    """Return the JSON of a `jobcast.act.executors.base.MachineNews` of this machine, which doesn't know its name."""
    system = os.uname()
    found: dict[str, Any] = {
        "load": round(os.getloadavg()[0], 2),
        "arch": system.machine,
        "opsys": system.sysname,
    }
    if (idle := idle_seconds(time.time())) is not None:
        found["idle"] = idle
    if (free := free_memory(Path("/proc/meminfo").read_text())) is not None:
        found["free_memory"] = free
    return {"kind": "MachineNews", "machine": "", "up": True, "facts": found}


def idle_seconds(now: float) -> int | None:
    """Return how long ago somebody last typed at a terminal; None where there is none."""
    touched = [
        each.stat().st_atime
        for folder, pattern in (("/dev/pts", "[0-9]*"), ("/dev", "tty[0-9]*"))
        for each in Path(folder).glob(pattern)
    ]
    return max(0, int(now - max(touched))) if touched else None


def free_memory(meminfo: str) -> int | None:
    """Return the bytes that a program could still have, as /proc/meminfo tells them."""
    for line in meminfo.splitlines():
        name, _, rest = line.partition(":")
        if name == "MemAvailable":
            return int(rest.split()[0]) * 1024
    return None
