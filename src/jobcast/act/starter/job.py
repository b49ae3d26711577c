"""The job itself while it runs: orders that it obeys, what it takes, and what it may not."""

import os
import signal
import time
from dataclasses import dataclass, field
from pathlib import Path

from jobcast.act.starter import processes
from jobcast.act.starter.alarm import Alarm
from jobcast.act.starter.body import Body, Descendants
from jobcast.act.starter.enforcing import Seen, enforces, judge
from jobcast.act.starter.launch import Launch
from jobcast.act.starter.post import Post
from jobcast.act.starter.processes import Process
from jobcast.act.starter.progress import BEGAN
from jobcast.act.starter.tending import KILL_AT_ONCE, KILLS, Ears, Order, Over, Tended, warns_at
from jobcast.act.starter.usage import Usage
from jobcast.act.starter.wanted import Wanted

BOOT = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
"""What tells this run of the machine from others."""

_TELL_FROM, _TELL_UP_TO = 1.0, 30.0
"""Seconds between two measurements that are told: fewer the longer it runs."""
_SLOWER = 10
"""Added to the priority of a job that takes more than it may."""


@dataclass(kw_only=True, slots=True)
class Job:
    """What is known of it."""

    wanted: Wanted
    post: Post
    wants_pause: bool
    """Whether it is to stand still as soon as it has begun."""
    body: Body = field(default_factory=Descendants)
    """All its processes."""
    usage: Usage = field(default_factory=Usage)
    pid: int = 0
    began: float | None = None
    """Second of the epoch."""
    killed: str = ""
    """`jobcast.act.executors.base.End` of one that we kill."""
    _alarm: Alarm = field(init=False)
    """Rings at its soft run limit."""
    _paused: bool = False
    _warned: bool = False
    _slowed: bool = False
    _nice: int = 0
    _last: tuple[float, float] = (0.0, 0.0)
    """Seconds of the clock and of the CPU, at the last look."""
    _tell_at: float = 0.0
    _tell_between: float = _TELL_FROM

    def __post_init__(self) -> None:
        """Set the alarm to the soft run limit with which it was asked for."""
        self._alarm = Alarm(after=self.wanted.soft_run_limit)

    def run(self, wish: Launch, ears: Ears) -> Over:
        """Run it until nothing of it is left."""
        self._nice = os.getpriority(os.PRIO_PROCESS, 0) + self.wanted.nice
        self._last = (time.monotonic(), 0.0)
        tended = Tended(
            ears=ears,
            usage=self.usage,
            body=self.body,
            grace=self.post.grace,
            obey=self._obey,
            begun=self._begun,
            stopped=self._stopped,
            looked=self._looked,
            alarm=self._alarm,
            rung=self._warn,
        )
        return tended.run(wish)

    def _begun(self, pid: int) -> None:
        self.pid, self.began = pid, time.time()
        process = processes.look(pid)
        start = process.start if process else 0
        self.post.note(BEGAN, {"pid": pid, "start": start, "boot": BOOT, "at": self.began})
        self.post.phase = "running"
        self.post.tell({"kind": "Began", "attempt": self.wanted.id, "at": self.began})
        self._alarm.go_on(time.monotonic())
        if self.wants_pause:
            self.body.stop()
            self._stopped(self.wants_pause)

    def hear_limit(self, order: Order) -> None:
        """Set the alarm anew where an order says so; nothing for another order."""
        if (seconds := warns_at(order)) is not None:
            self._alarm.after = seconds

    def _obey(self, tended: Tended, order: Order) -> None:
        self.hear_limit(order)
        if order in KILLS:
            self._kill(tended, "killed", at_once=order == KILL_AT_ONCE)
        elif order in {"suspend", "resume"} and not self.killed:
            self.wants_pause = order == "suspend"
            if tended.runs:
                (self.body.stop if self.wants_pause else self.body.go_on)()
                self._stopped(self.wants_pause)

    def _kill(self, tended: Tended, how: str, *, at_once: bool = False) -> None:
        self.killed = self.killed or how
        tended.end(at_once=at_once)

    def _stopped(self, stopped: bool) -> None:
        if stopped == self._paused or self.killed:
            return
        self._paused = stopped
        (self._alarm.hold if stopped else self._alarm.go_on)(time.monotonic())
        self.post.enter("suspended" if stopped else "running")
        self.post.tell({"kind": "Paused", "attempt": self.wanted.id, "at": time.time(), "suspended": stopped})

    def _warn(self, _tended: Tended) -> None:
        if not self.killed:
            processes.send([each.pid for each in self.body.look()], signal.SIGXCPU)

    def _looked(self, tended: Tended, below: list[Process]) -> None:
        if enforces(self.wanted.enforcement, self.wanted.cpu_seconds) and not self.killed:
            self._enforce(tended, below)
        now = time.monotonic()
        if now >= self._tell_at:
            self._tell_at = now + self._tell_between
            self._tell_between = min(2 * self._tell_between, _TELL_UP_TO)
            self.post.tell({"kind": "Measured", "attempt": self.wanted.id, "consumed": self.usage.told(None)})

    def _enforce(self, tended: Tended, below: list[Process]) -> None:
        pids = [each.pid for each in below]
        verdict = judge(self._seen(pids), self.wanted.enforcement, self.wanted.cpu_seconds)
        if verdict.end:
            self._kill(tended, verdict.end)
        if verdict.warn and not self._warned:
            self._warned = True
            processes.send(pids, signal.SIGXCPU)
        if verdict.slow or self._slowed:
            processes.renice(pids, self._nice + (_SLOWER if verdict.slow else 0))
        self._slowed = verdict.slow

    def _seen(self, pids: list[int]) -> Seen:
        """Return what there is; memory that processes share is counted once where a limit seems to be passed."""
        now, cpu = time.monotonic(), self.usage.cpu
        (before, spent), self._last = self._last, (now, cpu)
        resident = with_swap = self.usage.resident
        limits = [
            limit
            for name in ("memory", "virtual_memory")
            if (limit := self.wanted.enforcement.get(name)) is not None
        ]
        if limits and ("virtual_memory" in self.wanted.enforcement or resident > min(limits)):
            shares = [processes.memory_share(pid) for pid in pids]
            resident, with_swap = sum(each[0] for each in shares), sum(map(sum, shares))
        return Seen(
            cpu_seconds=cpu,
            cpus=max(0.0, cpu - spent) / max(now - before, 1e-6),
            resident=resident,
            with_swap=with_swap,
        )
