"""How a program is begun: as its owner, in its place, with its files and limits, in a session of its own."""

import contextlib
import errno
import json
import os
import pwd
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from jobcast.act.starter.limits import set_limit

Why = Mapping[str, str]
"""What went wrong: ``what`` is one of a few fixed words; with it what it went wrong with."""

_SHELL = "/bin/sh"


@dataclass(frozen=True, kw_only=True, slots=True)
class Owner:
    """Whom a program runs as."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Launch:
    """A program, ready to be run."""

    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    directory: str
    input: str = os.devnull
    output: str | int = os.devnull
    """A number is a file that is open."""
    error: str | int = os.devnull
    append: bool = False
    umask: int = 0o022
    owner: Owner | None = None
    """None to run as we do."""
    limits: Mapping[str, tuple[int | None, int | None]]
    nice: int = 0
    cpus: frozenset[int] = frozenset()
    """Empty for any."""
    entrance: Path | None = None
    """File of a control group by which it comes into it; None for ours."""


class Refused(Exception):  # noqa: N818 - no error of ours
    """It can't be run."""

    def __init__(self, what: str, which: str = "", error: OSError | None = None) -> None:
        super().__init__(what)
        self.why: Why = {
            "what": what,
            "which": which,
            "error": os.strerror(error.errno or 0) if error else "",
        }


def find_owner(name: str) -> Owner:
    """Return a user of this machine. Raises Refused for an unknown one, and one whom we may not run programs as."""
    try:
        found = pwd.getpwnam(name)
    except (KeyError, ValueError) as error:
        raise Refused("unknown_user", name) from error
    if os.getuid() not in {0, found.pw_uid}:
        raise Refused("other_user", name)
    return Owner(name=name, uid=found.pw_uid, gid=found.pw_gid)


def know_owners() -> None:
    """Load all that looking up users takes, once, before anything is forked that would each load it again."""
    with contextlib.suppress(KeyError):  # our own number may have no name
        ours = pwd.getpwuid(os.getuid())
        os.getgrouplist(ours.pw_name, ours.pw_gid)


def launch(wish: Launch) -> tuple[int, int]:
    """Start it; return its process, and a pipe that ends without a word once it runs, or tells why it can't."""
    told, tell = os.pipe()
    pid = os.fork()
    if pid == 0:
        _run(wish, tell)
    os.close(tell)
    return pid, told


def _run(wish: Launch, tell: int) -> NoReturn:
    try:
        os.setsid()
        for number in (
            signal.SIGPIPE,
            signal.SIGXFSZ,
        ):  # ignored by Python, which those it runs would inherit
            signal.signal(number, signal.SIG_DFL)
        os.umask(wish.umask)
        _slow(wish)
        _as_effective(wish.owner)
        _step("directory", wish.directory, lambda: os.chdir(wish.directory))
        _take_files(wish)
        _become(wish)
        _execute(wish)
    except Refused as refused:
        _tell(tell, refused.why)
    except Exception as error:  # noqa: BLE001 - what it was is told to the owner
        _tell(tell, {"what": "unexpected", "which": repr(error), "error": ""})
    finally:
        os._exit(127)


def _tell(tell: int, why: Why) -> None:
    with contextlib.suppress(OSError):
        os.write(tell, json.dumps(why).encode()[:4000])


def _step(what: str, which: str, action: Callable[[], object]) -> None:
    try:
        action()
    except OSError as error:
        raise Refused(what, which, error) from error
    except (ValueError, TypeError, KeyError) as error:
        raise Refused(what, which, OSError(errno.EINVAL, "")) from error


def _slow(wish: Launch) -> None:
    if wish.entrance is not None:
        entrance = wish.entrance
        _step("group", str(entrance), lambda: _enter(entrance))
    if wish.nice:
        _step("nice", str(wish.nice), lambda: os.nice(wish.nice))
    if wish.cpus:
        _step("cpus", "", lambda: os.sched_setaffinity(0, wish.cpus))


def _enter(entrance: Path) -> None:
    number = os.open(entrance, os.O_WRONLY)
    os.write(number, b"0")
    os.close(number)


def _as_effective(owner: Owner | None) -> None:
    """See files as the owner does, and keep the way back."""
    if owner and os.getuid() == 0:
        os.initgroups(owner.name, owner.gid)
        os.setegid(owner.gid)
        os.seteuid(owner.uid)


def _become(wish: Launch) -> None:
    """Set limits, then be the owner for good."""
    if os.getuid() == 0:
        os.seteuid(0)
        os.setegid(0)
    for name, limit in wish.limits.items():
        _step("limit", name, lambda name=name, limit=limit: set_limit(name, limit))  # type: ignore[misc]
    if wish.owner and os.getuid() == 0:
        os.setgid(wish.owner.gid)
        os.setuid(wish.owner.uid)


def _take_files(wish: Launch) -> None:
    how = os.O_WRONLY | os.O_CREAT | (os.O_APPEND if wish.append else os.O_TRUNC)
    _take("input", 0, wish.input, os.O_RDONLY)
    _take("output", 1, wish.output, how)
    if wish.error == wish.output:
        os.dup2(1, 2)
    else:
        _take("error", 2, wish.error, how)


def _take(what: str, number: int, file: str | int, how: int) -> None:
    if isinstance(file, int):
        os.dup2(file, number)
        return

    def take() -> None:
        opened = os.open(file, how, 0o666)
        os.dup2(opened, number)
        os.close(opened)

    _step(what, file, take)


def _execute(wish: Launch) -> None:
    program = wish.arguments[0] if wish.arguments else ""
    try:
        os.execve(program, wish.arguments, wish.environment)  # noqa: S606 - no shell is meant
    except OSError as error:
        if error.errno != errno.ENOEXEC:
            raise Refused("executable", program, error) from error
    except ValueError as error:
        raise Refused("environment", str(error)) from error
    # A script that doesn't say what runs it: as execvp(3) does.
    by_shell = [_SHELL, *wish.arguments]
    _step("executable", program, lambda: os.execve(_SHELL, by_shell, wish.environment))  # noqa: S606
