"""Control groups of version 2, where the host lets us have some: see cgroup-v2.rst of the kernel's documentation.

They find, stop and end all processes of a job at once, and hold it to its memory and CPUs. What it used is still
looked up process by process: ``memory.peak`` counts files in memory, too, which no job asked for.
"""

import contextlib
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from jobcast.act.starter import processes
from jobcast.act.starter.processes import Process
from jobcast.act.starter.wanted import Json

MOUNTS = (Path("/sys/fs/cgroup"), Path("/sys/fs/cgroup/unified"))
"""The second where both versions are in use; there it can stop and end, and hold to nothing."""
_CONTROLLERS = "+cpu +memory"
_STILL_S, _LOOK_S = 1.0, 0.001
_TRIES = 5
_PERIOD = 100_000
"""Microseconds, the kernel's own default."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """Where groups of attempts may be made."""

    tree: Path | None
    """None where none may be."""
    told: str
    """Why not, or what they can do, for the log."""


def find_tree(name: str, own: str, mounts: tuple[Path, ...] = MOUNTS) -> Found:
    """Find out whether groups can be made below our own, which is what /proc/self/cgroup says; leave none."""
    mount = next((each for each in mounts if (each / "cgroup.controllers").exists()), None)
    place = next((line[3:].lstrip("/") for line in own.splitlines() if line.startswith("0::")), None)
    if mount is None or place is None:
        return Found(tree=None, told="polling: no control groups of version 2")
    tree = mount / place / name
    try:
        _plant(tree)
        can = (tree / "cgroup.subtree_control").read_text().split()
        is_ours = os.access(tree / "cgroup.procs", os.W_OK)
        _remove(tree)
    except OSError as error:
        return Found(tree=None, told=f"polling: {tree}: {error.strerror}")
    if not is_ours:
        return Found(tree=None, told=f"polling: {tree} isn't ours")
    return Found(tree=tree, told=f"control groups in {tree}: {' '.join(['freeze', 'kill', *can])}")


def _plant(tree: Path) -> None:
    """Make the group in which those of attempts are, and have the kernel hold these to what they may take."""
    tree.mkdir(exist_ok=True)
    for group in (tree.parent, tree):
        with contextlib.suppress(OSError):  # processes of others are in it: then it can stop and end alone
            (group / "cgroup.subtree_control").write_text(_CONTROLLERS)


def _remove(group: Path) -> None:
    with contextlib.suppress(OSError):  # something is in it
        group.rmdir()


class Group:
    """The group of one attempt; see `jobcast.act.starter.body.Body`."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def entrance(self) -> Path:
        """Return the file by which a process comes in."""
        return self.path / "cgroup.procs"

    def make(self, enforcement: Json) -> None:
        """Make it, and set what its processes may take as far as the host can hold them to it. Raises OSError."""
        for _ in range(_TRIES):
            if enforcement or not self.path.parent.exists():  # else nothing has to be held to anything
                _plant(self.path.parent)
            with contextlib.suppress(
                FileNotFoundError
            ):  # the last of the others has just gone, and took it along
                self.path.mkdir(exist_ok=True)
                break
        for name, value in settings(enforcement).items():
            if (self.path / name).exists():
                (self.path / name).write_text(value)

    def look(self) -> list[Process]:
        """See `Body.look`."""
        found = [processes.look(pid) for pid in self._pids()]
        return [each for each in found if each is not None and each.state not in processes.DEAD]

    def stop(self) -> None:
        """See `Body.stop`."""
        (self.path / "cgroup.freeze").write_text("1")
        until = time.monotonic() + _STILL_S
        while "frozen 1" not in (self.path / "cgroup.events").read_text() and time.monotonic() < until:
            time.sleep(_LOOK_S)

    def go_on(self) -> None:
        """See `Body.go_on`."""
        (self.path / "cgroup.freeze").write_text("0")
        processes.send(self._pids(), signal.SIGCONT)  # it may have been stopped by a signal

    def end(self, *, politely: bool) -> None:
        """See `Body.end`."""
        if politely:
            processes.send(self._pids(), signal.SIGTERM)
            self.go_on()
        elif (self.path / "cgroup.kill").exists():  # since Linux 5.14
            (self.path / "cgroup.kill").write_text("1")
        else:
            processes.send(self._pids(), signal.SIGKILL)

    def was_over_memory(self) -> bool:
        """Tell whether the kernel killed some of it because it took more memory than it may."""
        return number_of("oom_kill", self._read("memory.events")) > 0

    def remove(self) -> None:
        """Remove it, once nothing is in it, and what it is in, once no other is."""
        _remove(self.path)
        _remove(self.path.parent)

    def _pids(self) -> list[int]:
        return [int(line) for line in self._read("cgroup.procs").split() if line != "0"]

    def _read(self, name: str) -> str:
        try:
            return (self.path / name).read_text()
        except OSError:
            return ""


def settings(enforcement: Json) -> dict[str, str]:
    """Return what is written into a group's files for the JSON of a `jobcast.program.Enforcement`."""
    cpus, memory = enforcement.get("cpus"), enforcement.get("memory")
    virtual, policy = enforcement.get("virtual_memory"), enforcement.get("policy", "hard")
    found = {"memory.oom.group": "1"}
    if cpus is not None:
        found["cpu.weight"] = str(min(max(100 * int(cpus), 1), 10_000))
        if policy == "hard":
            found["cpu.max"] = f"{int(cpus) * _PERIOD} {_PERIOD}"
    if memory is not None:
        found["memory.max" if enforcement.get("kill_over_memory") else "memory.high"] = str(memory)
    if virtual is not None:
        found.setdefault("memory.max", str(virtual))
    return found


def number_of(name: str, events: str) -> int:
    """Return a figure of a file of lines ``NAME NUMBER``; 0 where there is none."""
    return next((int(line.split()[1]) for line in events.splitlines() if line.split()[:1] == [name]), 0)
