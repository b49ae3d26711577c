"""What the processes of an attempt have taken: peaks and means from looks at them, and what the kernel counted."""

import resource
from collections.abc import Sequence
from dataclasses import dataclass

from jobcast.act.starter.processes import Process


@dataclass(kw_only=True, slots=True)
class Usage:
    """Grows with each look, and with each process that is over."""

    user_cpu: float = 0.0
    """Seconds, of processes that are over."""
    system_cpu: float = 0.0
    """Likewise."""
    live_user: float = 0.0
    """Seconds, of those that ran at the last look."""
    live_system: float = 0.0
    """Likewise."""
    resident: int = 0
    """Bytes at the last look."""
    memory_peak: int = 0
    virtual_peak: int = 0
    processes_peak: int = 0
    _byte_seconds: float = 0.0
    _seconds: float = 0.0

    def see(self, processes: Sequence[Process], seconds: float) -> None:
        """Note what there is now; `seconds` have gone by since the last look."""
        self.resident = sum(each.resident for each in processes)
        self.live_user = sum(each.user for each in processes)
        self.live_system = sum(each.system for each in processes)
        self.memory_peak = max(self.memory_peak, self.resident)
        self.virtual_peak = max(self.virtual_peak, sum(each.virtual for each in processes))
        self.processes_peak = max(self.processes_peak, len(processes))
        self._byte_seconds += self.resident * seconds
        self._seconds += seconds

    def bury(self, used: resource.struct_rusage) -> None:
        """Add what a process took that is over."""
        self.user_cpu += used.ru_utime
        self.system_cpu += used.ru_stime

    @property
    def cpu(self) -> float:
        """Return seconds of CPU time, at the last look."""
        return self.user_cpu + self.system_cpu + self.live_user + self.live_system

    def told(self, starter_cpu: float | None) -> dict[str, float | int]:
        """Return it as the JSON of a `jobcast.act.executors.base.Consumed`, without what nobody saw.

        `starter_cpu` are the seconds that watching it took, None while that isn't known.
        """
        found: dict[str, float | int] = {
            "user_cpu": round(self.user_cpu + self.live_user, 6),
            "system_cpu": round(self.system_cpu + self.live_system, 6),
        }
        if starter_cpu is not None:
            found["starter_cpu"] = round(starter_cpu, 6)
        if self.processes_peak:
            found |= {
                "memory_peak": self.memory_peak,
                "memory_mean": round(self._byte_seconds / self._seconds) if self._seconds else self.resident,
                "virtual_peak": self.virtual_peak,
                "processes_peak": self.processes_peak,
            }
        return found
