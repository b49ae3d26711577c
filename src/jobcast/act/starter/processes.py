"""Processes as /proc tells them: who descends from whom, what they take, and how signals reach all of them."""

import os
import signal
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_STOPPED = "Tt"
DEAD = "ZX"
"""States of those that are over."""
_PARENTS_TELL = os.path.exists(f"/proc/self/task/{os.getpid()}/children")  # noqa: PTH110 - not worth an import
"""Whether the kernel was built to (CONFIG_PROC_CHILDREN)."""
_ROUNDS = 20
"""Processes that fork while they are looked for are looked for again, so often."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Process:
    """One process, as it was when it was looked at."""

    pid: int
    parent: int
    session: int
    state: str
    """One letter, see proc(5)."""
    user: float
    """Seconds of CPU time, those of children that it waited for included."""
    system: float
    """Likewise."""
    start: int
    """Clock ticks after the machine came up; with `pid` it tells a process from all others."""
    resident: int
    """Bytes."""
    virtual: int
    """Bytes."""


def look(pid: int) -> Process | None:
    """Return a process; None where there is none of that number."""
    try:
        with open(f"/proc/{pid}/stat", "rb", buffering=0) as file:  # noqa: PTH123 - a thousand times a second
            return parse(pid, file.read(4096))
    except (FileNotFoundError, ProcessLookupError):
        return None


def parse(pid: int, stat: bytes) -> Process:
    """Return what a line of /proc/PID/stat says; a program's name in it may hold blanks and brackets."""
    told = stat[stat.rindex(b")") + 2 :].split()
    return Process(
        pid=pid,
        state=told[0].decode(),
        parent=int(told[1]),
        session=int(told[3]),
        user=(int(told[11]) + int(told[13])) / _TICKS,
        system=(int(told[12]) + int(told[14])) / _TICKS,
        start=int(told[19]),
        virtual=int(told[20]),
        resident=int(told[21]) * _PAGE,
    )


def children(pid: int, proc: str = "/proc") -> list[int]:
    """Return the children of a process, as each of its threads started them; see proc(5), ``children``."""
    found = []
    for thread in _listed(f"{proc}/{pid}/task"):
        try:
            with open(f"{proc}/{pid}/task/{thread}/children", "rb") as file:  # noqa: PTH123 - likewise
                found += [int(child) for child in file.read().split()]
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


def _listed(folder: str) -> list[str]:
    try:
        return os.listdir(folder)  # noqa: PTH208 - likewise
    except (FileNotFoundError, ProcessLookupError):
        return []


def everybody() -> Iterator[Process]:
    """Yield all processes of the machine."""
    for name in os.listdir("/proc"):  # noqa: PTH208 - a thousand times a second
        if name.isdigit() and (found := look(int(name))):
            yield found


def descendants(pid: int) -> list[Process]:
    """Return the processes below one, dead ones that nobody waited for left out."""
    below = _told_by_parents(pid) if _PARENTS_TELL else _told_by_children(pid)
    return [each for each in below if each.state not in DEAD]


def _told_by_parents(pid: int) -> list[Process]:
    """Ask only those whom it concerns."""
    found, line = [], [pid]
    while line:
        for child in children(line.pop()):
            line.append(child)
            if process := look(child):
                found.append(process)
    return found


def _told_by_children(pid: int) -> list[Process]:
    """Ask all processes of the machine for their parents, where the kernel wasn't built to tell children."""
    children_of: dict[int, list[Process]] = {}
    for process in everybody():
        children_of.setdefault(process.parent, []).append(process)
    found, line = [], [pid]
    while line:
        below = children_of.get(line.pop(), [])
        found += below
        line += [each.pid for each in below]
    return found


def stop(pid: int) -> None:
    """Stop all processes below one, also those that are started meanwhile."""
    for _ in range(_ROUNDS):
        going = [each.pid for each in descendants(pid) if each.state not in _STOPPED]
        if not going:
            return
        send(going, signal.SIGSTOP)


def go_on(pid: int) -> None:
    """Let all processes below one go on."""
    send([each.pid for each in descendants(pid)], signal.SIGCONT)


def end(pid: int, *, politely: bool) -> None:
    """Ask all processes below one to end, or end them."""
    below = [each.pid for each in descendants(pid)]
    if politely:
        send(below, signal.SIGTERM)
        send(below, signal.SIGCONT)
    else:
        send(below, signal.SIGKILL)


def send(pids: Iterable[int], number: signal.Signals) -> None:
    """Send a signal to each that is still there and may be sent one."""
    for pid in pids:
        try:
            os.kill(pid, number)
        except (ProcessLookupError, PermissionError):
            continue


def renice(pids: Iterable[int], nice: int) -> None:
    """Set the priority of each; who isn't root can only make it lower, never higher again."""
    for pid in pids:
        try:
            os.setpriority(os.PRIO_PROCESS, pid, nice)
        except (ProcessLookupError, PermissionError):
            continue


def memory_share(pid: int) -> tuple[int, int]:
    """Return bytes of memory and of swap that a process has, its part of what it shares with others.

    Nothing of one that is gone; where that is hidden, all that is resident.
    """
    try:
        with open(f"/proc/{pid}/smaps_rollup", "rb") as file:  # noqa: PTH123 - many times a second
            return parse_shares(file.read())
    except (FileNotFoundError, ProcessLookupError):
        return 0, 0
    except PermissionError:
        found = look(pid)
        return (found.resident if found else 0), 0


def parse_shares(rollup: bytes) -> tuple[int, int]:
    """Return what /proc/PID/smaps_rollup says of a process's part of memory and of swap."""
    found = {b"Pss:": 0, b"SwapPss:": 0}
    for line in rollup.splitlines()[1:]:
        name, amount, *_ = line.split()
        if name in found:
            found[name] = int(amount) * 1024
    return found[b"Pss:"], found[b"SwapPss:"]
