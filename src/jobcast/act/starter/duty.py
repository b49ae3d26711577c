"""The life of a shepherd's process: made ready once, it tends one attempt, or one after the other."""

import contextlib
import ctypes
import json
import os
import resource
import socket
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from jobcast.act.starter.post import Post
from jobcast.act.starter.progress import TENDER, note
from jobcast.act.starter.shepherd import Shepherd
from jobcast.act.starter.wanted import Wanted, wanted

_PR_SET_CHILD_SUBREAPER = 36
_LONGEST = 1 << 16
"""Bytes of what says which attempt is next."""

NOFILE = resource.getrlimit(resource.RLIMIT_NOFILE)
"""Open files that jobs may have, as it was before the starter took more for itself."""
LIBC = ctypes.CDLL(None, use_errno=True)
"""Loaded before anything is forked."""


def tend(asked: Wanted, post: Post) -> NoReturn:
    """Run an attempt to its end, in a process of its own; never returns."""
    _live({post.news, post.orders, post.lock}, lambda: _tend(asked, post))


def tend_all(plug: socket.socket, news: int, grace: float) -> NoReturn:
    """Run the attempts that come in at `plug`, one after the other, until nobody is at its other end."""
    _live({plug.fileno(), news}, lambda: _tend_all(plug, news, grace))


def _live(files: set[int], work: Callable[[], None]) -> NoReturn:
    code = 70
    try:
        os.setsid()
        _keep_only({0, 1, 2, *files})
        LIBC.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        resource.setrlimit(resource.RLIMIT_NOFILE, NOFILE)
        work()
        code = 0
    except BaseException:  # noqa: BLE001 - the starter tells its attempt as lost, the log why
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


def _tend(asked: Wanted, post: Post) -> None:
    mine = {"pid": os.getpid(), "cpus": sorted(post.cpus), "group": str(post.group or "")}
    note(post.folder, TENDER, mine)
    post.leave(Shepherd(asked, post).run())


def _tend_all(plug: socket.socket, news: int, grace: float) -> None:
    while (received := _next(plug)) is not None:
        told, (lock, orders) = received
        post = Post(
            folder=Path(told["folder"]),
            news=news,
            orders=orders,
            lock=lock,
            grace=grace,
            cpus=frozenset(told["cpus"]),
            group=Path(told["group"]) if told["group"] else None,
        )
        _tend(wanted(json.loads(os.pread(lock, os.fstat(lock).st_size, 0))), post)
        os.close(orders)
        os.close(lock)
        with contextlib.suppress(OSError):  # the starter is gone: then nothing comes next
            plug.send(b"over")


def _next(plug: socket.socket) -> tuple[dict[str, Any], list[int]] | None:
    """Return what is said of the next attempt, its lock and its orders; None where there won't be any."""
    try:
        said, files, _, _ = socket.recv_fds(plug, _LONGEST, 2)
    except ConnectionError:
        return None
    return (json.loads(said), files) if said else None
