"""How a process leaves whoever started it, and tells that it is ready."""

import os
import resource
import sys
import traceback
from collections.abc import Callable

BUSY = 3
"""Exit code of a starter that finds another one at work."""


class Busy(Exception):  # noqa: N818 - no error, but how a race ends
    """Another starter has this spool."""


def detached(work: Callable[[Callable[[], None]], None]) -> int:
    """Run `work` in a session of its own that no terminal and no parent can end; return once it says it's ready.

    `work` is handed the function by which it says so. Returns 0 then, `BUSY`, or 1 after a reason on standard error.
    """
    told, tell = os.pipe()
    if os.fork() == 0:
        os.close(told)
        os.setsid()
        if os.fork() == 0:
            _work(work, tell)
        os._exit(0)
    os.close(tell)
    with os.fdopen(told, "rb") as news:
        word = news.read()
    if word not in {b"ready", b"busy"}:
        sys.stderr.write(word.decode("utf-8", "replace") or "the starter died\n")
    return {b"ready": 0, b"busy": BUSY}.get(word, 1)


def _work(work: Callable[[Callable[[], None]], None], tell: int) -> None:
    """Never returns."""
    code = 1
    try:
        _leave_behind()
        work(lambda: _say(tell, b"ready"))
    except Busy:
        _say(tell, b"busy")
        code = BUSY
    except Exception:  # noqa: BLE001 - whatever it is, whoever started it shall read it
        _say(tell, traceback.format_exc().encode())
    finally:
        os._exit(code)


def _leave_behind() -> None:
    os.umask(0o022)
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in range(3):
        os.dup2(nothing, number)
    os.close(nothing)
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _say(tell: int, word: bytes) -> None:
    try:
        os.write(tell, word)
        os.close(tell)
    except OSError:
        traceback.print_exc()  # it has said so already: then it goes into the log
