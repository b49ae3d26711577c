"""The process beside each attempt: it runs what is to be run, tends it, and writes down how it ended.

It needs nobody: what it has to tell is in the attempt's folder, should the starter be gone.
"""

import ctypes
import json
import os
import resource
import sys
import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from jobcast.act.starter import processes
from jobcast.act.starter.launch import Launch, Owner, Refused, Why, find_owner
from jobcast.act.starter.spool import BEGAN, ENDED, PHASE, PID, SCRIPT, write
from jobcast.act.starter.tending import Ears, Over, Tended, read_all
from jobcast.act.starter.usage import Usage
from jobcast.act.starter.wanted import Wanted

_PR_SET_CHILD_SUBREAPER = 36
_TELL_FROM, _TELL_UP_TO = 1.0, 30.0
"""Seconds between two measurements that are told: fewer the longer it runs."""
_RETRY_S = 1.0
_KEPT = 100
"""Pieces of news that are kept for a starter which doesn't listen."""

NOFILE = resource.getrlimit(resource.RLIMIT_NOFILE)
"""Open files that jobs may have, as it was before the starter took more for itself."""
LIBC = ctypes.CDLL(None, use_errno=True)
"""Loaded before anything is forked."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Post:
    """Where a shepherd works."""

    folder: Path
    """Of its attempt."""
    news: int
    """Pipe to the starter."""
    orders: int
    """Pipe from it."""
    lock: int
    """Held as long as it lives."""
    grace: float
    """Seconds between the polite end of a process and the other one."""


def tend(wanted: Wanted, post: Post) -> NoReturn:
    """Run an attempt to its end, in a process of its own; never returns."""
    code = 70
    try:
        os.setsid()
        _keep_only({0, 1, 2, post.news, post.orders, post.lock})
        (post.folder / PID).write_text(str(os.getpid()))
        LIBC.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        resource.setrlimit(resource.RLIMIT_NOFILE, NOFILE)
        _write_surely(post.folder / ENDED, Shepherd(wanted, post).run())
        code = 0
    except BaseException:  # noqa: BLE001 - the starter tells it as lost, the log why
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def _keep_only(files: set[int]) -> None:
    low = 0
    for number in sorted(files):
        if low < number:  # Python 3.11 takes an empty range for all there are
            os.closerange(low, number)
        low = number + 1
    os.closerange(low, os.sysconf("SC_OPEN_MAX"))


def _write_surely(path: Path, value: dict[str, Any]) -> None:
    """Write it, however long the disk is full."""
    while True:
        try:
            return write(path, value)
        except OSError:
            time.sleep(_RETRY_S)


@dataclass(slots=True)
class Shepherd:
    """What is known of an attempt while it runs."""

    wanted: Wanted
    post: Post
    usage: Usage = field(default_factory=Usage)
    own: Usage = field(default_factory=Usage)
    """What the exits took."""
    exits: dict[str, int] = field(default_factory=dict)
    extra: dict[str, str] = field(default_factory=dict)
    """Environment: what the user prolog printed."""
    phase: str = "prolog"
    pid: int = 0
    began: float | None = None
    killed: str = ""
    """How an attempt that is being killed will have ended."""
    wants_pause: bool = False
    is_paused: bool = False
    ears: Ears = field(init=False)
    _unsent: list[bytes] = field(default_factory=list)
    _tell_at: float = 0.0
    _tell_between: float = _TELL_FROM

    def run(self) -> dict[str, Any]:
        """Run all of it; return the JSON of a `jobcast.act.executors.base.Ended`, its `detail` as ``why``."""
        self.ears = Ears(self.post.orders)
        try:
            owner = find_owner(self.wanted.user)
            self._write_script(owner)
        except Refused as refused:
            return self._ended(None, refused.why)
        why = self._exit("prolog", None) or self._exit("user_prolog", owner)
        over = None
        if why is None and not self.killed:
            over = self._job(owner)
            why = over.why_not
        self._enter("epilog")
        if "prolog" not in self.exits or self.exits["prolog"] == 0:
            self._exit("user_epilog", owner)
        self._exit("epilog", None)
        return self._ended(over, why)

    def _write_script(self, owner: Owner) -> None:
        if not self.wanted.script:
            return
        path = self.post.folder / SCRIPT
        try:
            path.write_bytes(self.wanted.script.encode("utf-8", "surrogateescape"))
            path.chmod(0o700)
            os.chown(path, owner.uid, owner.gid)
        except OSError as error:
            raise Refused("script", str(path), error) from error

    def _exit(self, name: str, owner: Owner | None) -> Why | None:
        """Run a program of the site's, where there is one; return what is wrong with it."""
        arguments = self.wanted.exits.get(name)
        if not arguments or (self.killed and "epilog" not in name):
            return None
        printed, write_end = os.pipe()
        os.set_blocking(printed, False)
        tended = Tended(
            ears=self.ears,
            usage=self.own,
            grace=self.post.grace,
            obey=self._obey_in_exit,
            longest=self.wanted.longest,
        )
        over = tended.run(self._launch_exit(arguments, owner, write_end))
        os.close(write_end)
        text = read_all(printed).decode("utf-8", "replace")
        os.close(printed)
        self.exits[name] = 127 if over.why_not else over.exit_code
        if name == "user_prolog":
            self.extra |= variables(text)
        if over.why_not:
            return {**over.why_not, "exit": name}
        if self.exits[name] and not self.killed:
            last = text.strip().rpartition("\n")[2]
            what = "exit_slow" if over.slow else "exit_failed"
            return {"what": what, "exit": name, "which": str(self.exits[name]), "error": last[:200]}
        return None

    def _launch_exit(self, arguments: tuple[str, ...], owner: Owner | None, output: int) -> Launch:
        surroundings = {"PATH": os.defpath} if owner is None else self.wanted.environment
        return Launch(
            arguments=arguments,
            environment={**surroundings, **self._told()},
            directory="/" if owner is None else self.wanted.directory,
            output=output,
            error=output,
            owner=owner,
            limits=self.wanted.limits if owner else {},
        )

    def _told(self) -> dict[str, str]:
        """Return what programs of an attempt are told in their environment."""
        found = {
            "JOBCAST_ATTEMPT": self.post.folder.name,
            "LOADL_PROCESSOR_LIST": " ".join(self.wanted.hosts),
            **self.wanted.told,
            **self.extra,
        }
        if self.pid:
            found["LOADL_PID"] = str(self.pid)
        named = {"job": "LOADL_JOB_STEP_EXIT_CODE"} | {
            name: f"LOADL_{name.upper()}_EXIT_CODE" for name in ("prolog", "user_prolog", "user_epilog")
        }
        return found | {named[name]: str(code) for name, code in self.exits.items() if name in named}

    def _job(self, owner: Owner) -> Over:
        wanted = self.wanted
        script = str(self.post.folder / SCRIPT)
        arguments: tuple[str, ...] = wanted.arguments
        if wanted.script:
            by_itself = wanted.script.startswith("#!")
            arguments = (script, *arguments) if by_itself else (wanted.shell, script, *arguments)
        tended = Tended(
            ears=self.ears,
            usage=self.usage,
            grace=self.post.grace,
            obey=self._obey,
            begun=self._begun,
            stopped=self._stopped,
            looked=self._looked,
        )
        over = tended.run(
            Launch(
                arguments=arguments,
                environment={**wanted.environment, **self._told()},
                directory=wanted.directory,
                input=wanted.input,
                output=wanted.output,
                error=wanted.error,
                append=wanted.append,
                owner=owner,
                limits=wanted.limits,
                nice=wanted.nice,
            )
        )
        if over.why_not is None:
            self.exits["job"] = over.exit_code
        return over

    def _begun(self, pid: int) -> None:
        self.pid, self.began = pid, time.time()
        process = processes.look(pid)
        start = process.start if process else 0
        self._note(BEGAN, {"pid": pid, "start": start, "boot": boot_id(), "at": self.began})
        self.phase = "running"
        self._tell({"kind": "Began", "attempt": self.wanted.id, "at": self.began})
        if self.wants_pause:
            processes.stop(os.getpid())

    def _obey_in_exit(self, tended: Tended, order: str) -> None:
        if order == "kill" and self.phase == "prolog":
            self.killed = "killed"
            tended.end()
        elif order in {"suspend", "resume"}:
            self.wants_pause = order == "suspend"

    def _obey(self, tended: Tended, order: str) -> None:
        if order == "kill":
            self.killed = self.killed or "killed"
            tended.end()
        elif order in {"suspend", "resume"} and not self.killed:
            self.wants_pause = order == "suspend"
            if tended.runs:
                (processes.stop if self.wants_pause else processes.go_on)(os.getpid())
                self._stopped(self.wants_pause)

    def _stopped(self, stopped: bool) -> None:
        if stopped == self.is_paused or self.killed:
            return
        self.is_paused = stopped
        self._enter("suspended" if stopped else "running")
        self._tell({"kind": "Paused", "attempt": self.wanted.id, "at": time.time(), "suspended": stopped})

    def _looked(self, _tended: Tended, _below: list[processes.Process]) -> None:
        now = time.monotonic()
        if now >= self._tell_at:
            self._tell_at = now + self._tell_between
            self._tell_between = min(2 * self._tell_between, _TELL_UP_TO)
            self._tell({"kind": "Measured", "attempt": self.wanted.id, "consumed": self._consumed()})

    def _consumed(self) -> dict[str, float | int]:
        self_used = resource.getrusage(resource.RUSAGE_SELF)
        return self.usage.told(self_used.ru_utime + self_used.ru_stime + self.own.cpu)

    def _enter(self, phase: str) -> None:
        self.phase = phase
        self._note(PHASE, {"phase": phase})

    def _note(self, name: str, value: dict[str, Any]) -> None:
        """Write it for a starter that comes later, as well as it goes: on a full disk the job goes on."""
        try:
            write(self.post.folder / name, value)
        except OSError:
            traceback.print_exc()

    def _tell(self, news: Mapping[str, Any]) -> None:
        """Tell the starter, or keep it until there is one that listens."""
        self._unsent.append(json.dumps({"phase": self.phase, "news": news}).encode() + b"\n")
        try:
            while self._unsent:
                os.write(self.post.news, self._unsent[0])
                self._unsent.pop(0)
        except BlockingIOError:
            del self._unsent[:-_KEPT]

    def _ended(self, over: Over | None, why: Why | None) -> dict[str, Any]:
        began = over is not None and over.why_not is None
        if self.killed:
            how = self.killed
        elif not began or over is None:
            how = "not_begun"
        else:
            how = "signalled" if os.WIFSIGNALED(over.status) else "exited"
        return {
            "kind": "Ended",
            "attempt": self.wanted.id,
            "began": self.began,
            "at": time.time(),
            "how": how,
            "exit_code": over.exit_code if over and began else 0,
            "why": why or {},
            "exits": {name: code for name, code in self.exits.items() if name != "job"},
            "consumed": self._consumed() if began else {},
        }


def variables(text: str) -> dict[str, str]:
    """Return what the lines ``env NAME=value`` of a user prolog say."""
    found = {}
    for line in text.splitlines():
        word, _, rest = line.partition(" ")
        name, equals, value = rest.partition("=")
        if word == "env" and equals and name:
            found[name] = value
    return found


def boot_id() -> str:
    """Return what tells this run of the machine from others."""
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
