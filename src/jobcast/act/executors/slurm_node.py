"""What Slurm runs of an attempt, as its owner, on its first machine: this file itself is the batch script.

It also runs the site's prolog and epilog beside the manager. Nothing here imports anything else of jobcast, which
machines needn't have; Python 3.9 of theirs is enough.
"""

from __future__ import annotations

import base64
import ctypes
import json
import os
import resource
import signal
import sys
import tempfile
import zlib
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path
from typing import IO, Any, NoReturn

Json = dict[str, Any]

_NOT_RUN = 127
_MOST = 300
"""Bytes of what a program printed, or of a name, that are told."""
_PR_SET_CHILD_SUBREAPER = 36
_RESET = (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGTERM, signal.SIGALRM, signal.SIGTSTP)
"""Ignored by Python, or heard by us: not by those that we run."""
_UNTOLD = ("SLURM_EXPORT_ENV", "SLURM_GET_USER_ENV")
"""They would keep the environment of the program from steps that it starts."""
_CODES = {"user_prolog": "LOADL_USER_PROLOG_EXIT_CODE", "job": "LOADL_JOB_STEP_EXIT_CODE"}
_NOTHING: Json = {"directory": "/", "append": False, "nice": 0, "limits": {}, "umask": 0o022}


class Why(Exception):  # noqa: N818 - no error of ours
    """Something can't be run: ``what`` is one of a few fixed words."""

    def __init__(self, what: str, which: str = "", error: str = "") -> None:
        super().__init__(what)
        self.told = {"what": what, "which": which[:_MOST], "error": error[:_MOST]}


class Runner:
    """Runs one program after the other, and leaves nothing of them behind."""

    def __init__(self, grace: float) -> None:
        """Take the seconds between the polite end of a program and the other one."""
        self.killed = self.slow = False
        self._grace, self._child, self._ends_child, self._is_ending = grace, 0, True, False
        # What leaves its parents comes to us.
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        signal.signal(signal.SIGTERM, self._asked)
        signal.signal(signal.SIGALRM, self._alarmed)
        signal.signal(signal.SIGTSTP, _stop)

    def run(self, arguments: list[str], files: list[str | int], place: Json, environment: Json) -> int:
        """Start a program in a process group of its own. Raises Why where it can't be run."""
        told, tell = os.pipe()
        pid = os.fork()
        if pid == 0:
            _become(arguments, files, place, environment, tell)
        with suppress(OSError):
            os.setpgid(pid, pid)
        self._child, self._is_ending = pid, False
        os.close(tell)
        with os.fdopen(told, "rb") as pipe:
            wrong = pipe.read()
        if wrong:
            self.wait()
            raise Why(**json.loads(wrong))
        if self.killed and self._ends_child:
            self._end()
        return pid

    def wait(self) -> int:
        """Wait for the end of what was started, and end what it left behind; return its wait status."""
        status = 0
        pid = 0
        while pid != self._child:
            pid, status = os.wait()
        self._child = 0
        signal.setitimer(signal.ITIMER_REAL, 0)
        while children := _below(os.getpid()):
            for each in children:
                with suppress(OSError):
                    os.kill(each, signal.SIGKILL)
            with suppress(OSError):
                os.wait()
        return status

    def exit(self, arguments: list[str], place: Json, environment: Json, longest: float) -> tuple[int, str]:
        """Run a program of the site's, no longer than it may; return its exit code and the last that it printed."""
        self.slow = False
        with tempfile.TemporaryFile() as printed:
            number = printed.fileno()
            self.run(arguments, [os.devnull, number, number], {**_NOTHING, **place}, environment)
            if not self._is_ending:
                signal.setitimer(signal.ITIMER_REAL, longest)
            status = self.wait()
            return shell_code(status), _read(printed)

    def spare(self) -> None:
        """Let what is started from now on live, though the end is asked for."""
        self._ends_child = False

    def _asked(self, _number: int, _frame: object) -> None:
        self.killed = True
        if self._child and self._ends_child:
            self._end()

    def _alarmed(self, _number: int, _frame: object) -> None:
        if not self._is_ending:
            self.slow = True
            self._end()
            return
        for each in _below(os.getpid()):
            with suppress(OSError):
                os.kill(each, signal.SIGKILL)
        signal.setitimer(signal.ITIMER_REAL, self._grace)

    def _end(self) -> None:
        self._is_ending = True
        for each in _below(os.getpid()):
            with suppress(OSError):
                os.kill(each, signal.SIGTERM)
        signal.setitimer(signal.ITIMER_REAL, self._grace)


def _stop(_number: int, _frame: object) -> None:
    """Stop all that runs: Slurm does so only two seconds after it has said so, and sends everybody SIGCONT then."""
    stopped: set[int] = set()
    while more := set(_below(os.getpid())) - stopped:
        for each in more:
            with suppress(OSError):
                os.kill(each, signal.SIGSTOP)
        stopped |= more


def _below(top: int) -> list[int]:
    """Return all processes that descend from one."""
    parents: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, ValueError):
            state, parent = (folder / "stat").read_bytes().rpartition(b")")[2].split()[:2]
            if state not in {b"Z", b"X"}:
                parents.setdefault(int(parent), []).append(int(folder.name))
    found, next_ = [], [top]
    while next_:
        children = parents.pop(next_.pop(), [])
        found += children
        next_ += children
    return found


def _become(
    arguments: list[str], files: list[str | int], place: Json, environment: Json, tell: int
) -> NoReturn:
    wrong = Why("unexpected")
    try:
        os.setpgid(0, 0)
        for one in _RESET:
            signal.signal(one, signal.SIG_DFL)
        os.umask(place["umask"])
        _step("directory", place["directory"], lambda: os.chdir(place["directory"]))
        for number, file in enumerate(files):
            name = ("input", "output", "error")[number]
            _step(name, str(file), lambda n=number, f=file: _take(n, f, place["append"]))
        if place["nice"]:
            _step("nice", str(place["nice"]), lambda: os.nice(place["nice"]))
        for name, (soft, hard) in place["limits"].items():
            _step("limit", name, lambda n=name, s=soft, h=hard: _limit(n, s, h))
        program = arguments[0] if arguments else ""
        _step("executable", program, lambda: _execute(program, arguments, environment))
    except Why as why:
        wrong = why
    except Exception as error:  # noqa: BLE001 - what it was is told to the owner
        wrong = Why("unexpected", repr(error))
    finally:
        with suppress(OSError):
            os.write(tell, json.dumps(wrong.told).encode())
        os._exit(_NOT_RUN)


def _step(what: str, which: str, action: Any) -> None:
    try:
        action()
    except OSError as error:
        raise Why(what, which, os.strerror(error.errno or 0)) from error
    except (ValueError, TypeError) as error:
        raise Why(what, which, str(error)) from error


def _take(number: int, file: str | int, append: bool) -> None:
    if isinstance(file, int):
        os.dup2(file, number)
        return
    how = os.O_WRONLY | os.O_CREAT | (os.O_APPEND if append else os.O_TRUNC)
    opened = os.open(file, how if number else os.O_RDONLY, 0o666)
    os.dup2(opened, number)
    if opened != number:
        os.close(opened)


def _limit(name: str, soft: int | None, hard: int | None) -> None:
    number: int | None = getattr(resource, f"RLIMIT_{name.upper()}", None)
    if number is None:
        raise ValueError(name)
    top = resource.RLIM_INFINITY if hard is None else hard
    resource.setrlimit(number, (top if soft is None else soft, top))


def _execute(program: str, arguments: list[str], environment: Json) -> None:
    try:
        os.execve(program, arguments, environment)
    except OSError as error:
        if error.strerror != "Exec format error":
            raise
    # A script that doesn't say what runs it: as execvp(3) does.
    os.execve("/bin/sh", ["/bin/sh", *arguments], environment)


class Node:
    """One attempt, while it runs here."""

    def __init__(self, wanted: Json) -> None:
        self.wanted, self.program = wanted, wanted["program"]
        self.runner = Runner(wanted["grace"])
        self.report: Json = {}
        """What Slurm can't know: see `jobcast.act.executors.slurm_answers.Report`."""
        slurms = {name: text for name, text in os.environ.items() if name.startswith("SLURM")}
        kept = {name: text for name, text in slurms.items() if name not in _UNTOLD}
        self.environment = {**kept, **self.program["environment"], **wanted["told"]}

    def run(self) -> int:
        """Run all of it; return the program's wait status."""
        status = _NOT_RUN << 8
        try:
            self._prolog()
            if not self.runner.killed:
                status = self._job()
                self.environment[_CODES["job"]] = str(shell_code(status))
        except Why as why:
            self.report["why"] = why.told
        told = dict(self.report)
        if self.runner.killed:
            self.report.update(killed=True, code=shell_code(status))
        self._epilog()
        if self.report != told or "why" in told or "exits" in told:
            self._tell()
        return status

    def _prolog(self) -> None:
        if not self.wanted["user_prolog"]:
            return
        code, text = self._exit("user_prolog")
        self.environment.update({**variables(text), _CODES["user_prolog"]: str(code)})
        if code and not self.runner.killed:
            what = "exit_slow" if self.runner.slow else "exit_failed"
            raise Why(what, "user_prolog", text.strip().rpartition("\n")[2])

    def _job(self) -> int:
        out, err = self.program["output"], self.program["error"]
        path = self._write_script()
        try:
            files = [self.program["input"], out, 1 if err == out else err]
            self.runner.run(self._arguments(path), files, self.program, self.environment)
            self.report["began"] = datetime.now(timezone.utc).timestamp()  # noqa: UP017 - Python 3.9 has no UTC
            self._tell()
            return self.runner.wait()
        finally:
            if path:
                Path(path).unlink()

    def _write_script(self) -> str:
        """Write the script to a file of its owner's; return its path, empty where there is none."""
        if not self.program["script"]:
            return ""
        number, path = tempfile.mkstemp(prefix="jobcast-")
        with os.fdopen(number, "wb") as file:
            file.write(self.program["script"].encode("utf-8", "surrogateescape"))
        Path(path).chmod(0o700)
        return path

    def _arguments(self, path: str) -> list[str]:
        first, arguments = self.program["script"].partition("\n")[0], self.program["arguments"]
        if not path:
            return list(arguments)
        interpreter = first[2:].strip().split(None, 1) if first.startswith("#!") else [self.program["shell"]]
        return [*interpreter, path, *arguments]

    def _epilog(self) -> None:
        self.runner.spare()
        if self.wanted["user_epilog"]:
            with suppress(Why):
                self._exit("user_epilog")

    def _exit(self, name: str) -> tuple[int, str]:
        exits = self.report.setdefault("exits", {})
        exits[name] = _NOT_RUN
        place = {"directory": self.program["directory"], "limits": self.program["limits"]}
        code, text = self.runner.exit(self.wanted[name], place, self.environment, self.wanted["longest"])
        exits[name] = code
        return code, text

    def _tell(self) -> None:
        """Leave what is known in the job's comment, where Slurm keeps it."""
        text = base64.urlsafe_b64encode(json.dumps(self.report).encode()).decode()
        comment = f"Comment={self.wanted['mark']} {text}"
        pid = os.fork()
        if pid == 0:
            try:
                null = os.open(os.devnull, os.O_RDWR)
                for number in range(3):
                    os.dup2(null, number)
                job = f"JobId={os.environ.get('SLURM_JOB_ID', '')}"
                surroundings = {**os.environ, "PATH": self.wanted["path"]}
                os.execvpe("scontrol", ["scontrol", "update", job, comment], surroundings)
            finally:
                os._exit(_NOT_RUN)
        with suppress(ChildProcessError):  # ended together with the program
            os.waitpid(pid, 0)


def _read(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read(1 << 20).decode("utf-8", "replace")


def shell_code(status: int) -> int:
    """Return what a shell says of a wait status: 128 + signal where one ended it."""
    return 128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def variables(text: str) -> dict[str, str]:
    """Return what the lines ``env NAME=value`` of a user prolog say."""
    found = {}
    for line in text.splitlines():
        word, _, rest = line.partition(" ")
        name, equals, value = rest.partition("=")
        if word == "env" and equals and name:
            found[name] = value
    return found


def main(packed: str) -> NoReturn:
    """Run the attempt that is told, and end as its program did, so that Slurm knows."""
    status = Node(json.loads(zlib.decompress(base64.b64decode(packed)))).run()
    if os.WIFSIGNALED(status):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        with suppress(OSError):
            signal.signal(os.WTERMSIG(status), signal.SIG_DFL)
        os.kill(os.getpid(), os.WTERMSIG(status))
    sys.exit(shell_code(status))


def run_exit(wanted: Json) -> Json:
    """Run a program of the site's beside the manager; return its ``code``, what it printed ``last``, and ``slow``."""
    runner = Runner(wanted["grace"])
    Path(wanted["pid_file"]).write_text(str(os.getpid()))
    try:
        code, text = runner.exit(wanted["arguments"], {}, wanted["environment"], wanted["longest"])
    except Why as why:
        return {"code": _NOT_RUN, "last": why.told["error"], "slow": False}
    return {"code": code, "last": text.strip().rpartition("\n")[2][:_MOST], "slow": runner.slow}


if __name__ == "__main__" and sys.argv[1:] == ["exit"]:
    print(json.dumps(run_exit(json.loads(sys.stdin.read()))))
