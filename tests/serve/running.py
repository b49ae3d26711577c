"""A service as it runs at a site: `jobcast serve` in a process of its own, asked over its Unix socket."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PATIENCE_SECONDS = 30.0


class Unix(http.client.HTTPConnection):
    """A connection to a Unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=PATIENCE_SECONDS)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


@dataclass(frozen=True, kw_only=True, slots=True)
class Running:
    """A service that runs."""

    process: subprocess.Popen[bytes]
    socket: Path
    log: Path

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        connection = Unix(self.socket)
        try:
            connection.request(method, path, None if body is None else json.dumps(body))
            reply = connection.getresponse()
            content = reply.read()
        finally:
            connection.close()
        is_json = reply.headers.get("content-type") == "application/json"
        return reply.status, json.loads(content) if is_json else content

    def workers(self) -> list[int]:
        """Return the numbers of the processes that answer."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return list(map(int, children.read_text().split()))


def until(true: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> None:
    """Wait until something is true; fail when it does not become so."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not become true"
        time.sleep(0.02)


@contextmanager
def running(store: Path, folder: Path, *flags: str, ready: int = 200) -> Iterator[Running]:
    """Start a service on `store`, wait until it answers as ready as it will be, and end it."""
    path, log = folder / "s.sock", folder / "serve.log"
    command = [
        sys.executable,
        "-m",
        "jobcast",
        "--store",
        str(store),
        "serve",
        "--socket",
        str(path),
        "--port",
        "0",
    ]
    with log.open("wb") as stream:
        process = subprocess.Popen([*command, *flags], stdout=stream, stderr=stream, env=dict(os.environ))
    service = Running(process=process, socket=path, log=log)
    try:
        until(lambda: process.poll() is not None or _answers(service, ready))
        assert process.poll() is None, log.read_text()
        yield service
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(PATIENCE_SECONDS)
        finally:
            process.kill()


def _answers(service: Running, ready: int) -> bool:
    try:
        return service.ask("GET", "/readyz")[0] == ready
    except OSError:
        return False


def answers(path: Path) -> bool:
    """Tell whether a service answers at a socket, ready or not."""
    connection = Unix(path)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
