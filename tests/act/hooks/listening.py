"""A service as stubs see it: it answers each call with the same bytes, and remembers what it was sent."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field


@dataclass(kw_only=True)
class Asked:
    """One call."""

    head: str
    """The request line and the headers."""
    body: bytes

    def header(self, name: str) -> str | None:
        """Return a header; None where there is none."""
        lines = [line.partition(": ") for line in self.head.split("\r\n")[1:]]
        return next((value for key, _, value in lines if key.lower() == name.lower()), None)


@dataclass(kw_only=True)
class Service:
    """What listens."""

    asked: list[Asked] = field(default_factory=list)
    done: threading.Event = field(default_factory=threading.Event)
    """Set when the test is over: whoever hangs stops then."""


Answer = Callable[[socket.socket, Service], None]


def says(body: bytes, status: str = "200 OK", *, length: int | None = None) -> Answer:
    """Answer with a body; with another `length` than its own the answer breaks off, or goes on too long."""

    def answer(plug: socket.socket, _service: Service) -> None:
        head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body) if length is None else length}\r\n\r\n"
        plug.sendall(head.encode() + body)

    return answer


def hangs(_plug: socket.socket, service: Service) -> None:
    """Take the call, and never answer."""
    service.done.wait()


def drips(plug: socket.socket, service: Service) -> None:
    """Answer one byte after the other, for longer than anybody waits."""
    plug.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while not service.done.wait(0.02):
        plug.sendall(b"s")


@contextlib.contextmanager
def listening(plug: socket.socket, answer: Answer) -> Iterator[Service]:
    """Answer every call that comes to a bound socket."""
    service = Service()
    plug.listen()
    thread = threading.Thread(target=_accept, args=(plug, answer, service), daemon=True)
    thread.start()
    try:
        yield service
    finally:
        service.done.set()
        plug.shutdown(socket.SHUT_RDWR)
        thread.join()
        plug.close()


def _accept(plug: socket.socket, answer: Answer, service: Service) -> None:
    calls = []
    while not service.done.is_set():
        try:
            call, _ = plug.accept()
        except OSError:
            break
        calls.append(threading.Thread(target=_serve, args=(call, answer, service), daemon=True))
        calls[-1].start()
    for one in calls:
        one.join()


def _serve(call: socket.socket, answer: Answer, service: Service) -> None:
    with call, contextlib.suppress(OSError):  # of callers that have gone
        read = b""
        while b"\r\n\r\n" not in read:
            read += call.recv(65536) or b"\r\n\r\n"
        head, _, body = read.partition(b"\r\n\r\n")
        asked = Asked(head=head.decode("latin-1"), body=body)
        while len(asked.body) < int(asked.header("Content-Length") or 0):
            asked.body += call.recv(65536)
        service.asked.append(asked)
        answer(call, service)
