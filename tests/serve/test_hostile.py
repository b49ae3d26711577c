"""What nobody should send: a service takes it, answers or hangs up, and goes on."""

import gzip
import json
import shutil
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from jobcast.predict.shelf import Shelf
from tests.serve.running import PATIENCE_SECONDS, Running, running

CLOSE = "Connection: close"
MIB = 1 << 20


@pytest.fixture(scope="module")
def service(model_folder, tmp_path_factory) -> Iterator[Running]:
    """Have one worker that answers all that these tests send."""
    folder = tmp_path_factory.mktemp("hostile")
    shutil.copytree(model_folder, folder / "store" / "models" / model_folder.name)
    Shelf(folder / "store" / "models").activate(model_folder.name)
    with running(folder / "store", folder, "--workers", "1") as started:
        before = started.workers()
        yield started
        assert started.ask("GET", "/healthz") == (200, b"ok\n")
        assert started.workers() == before


def _post(body: bytes, *headers: str, path: str = "/v1/forecast", length: int | None = None) -> bytes:
    length = len(body) if length is None else length
    lines = (f"POST {path} HTTP/1.1", "Host: here", f"Content-Length: {length}", *headers, "", "")
    return "\r\n".join(lines).encode("latin-1") + body


def _sent(service: Running, data: bytes, *, end: bool = False) -> bytes:
    """Send bytes, with `end` no more after them, and return all that comes back until the service hangs up."""
    with socket.socket(socket.AF_UNIX) as plug:
        plug.settimeout(PATIENCE_SECONDS)
        plug.connect(str(service.socket))
        back = b""
        try:
            plug.sendall(data)
            if end:
                plug.shutdown(socket.SHUT_WR)
        except BrokenPipeError:
            pass
        try:
            while got := plug.recv(MIB):
                back += got
        except ConnectionResetError:
            pass
    return back


def _statuses(back: bytes) -> list[int]:
    return [int(part[:3]) for part in back.split(b"HTTP/1.1 ")[1:]]


def _problem(back: bytes) -> tuple[int, str]:
    (status,) = _statuses(back)
    head, _, body = back.partition(b"\r\n\r\n")
    assert b"content-type: application/json" in head.lower()
    return status, json.loads(body)["error"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xef\xbb\xbf{}",
        b'{"user": "\\ud800"}',
        b'{"\\udfff": 1}',
        b'{"user": "\xff\xfe"}',
        b'{"user": "\xed\xa0\x80"}',
        b'{"cores": NaN}',
        b'{"cores": -Infinity}',
        b'{"run_limit_s": 1e400}',
        b'{"memory_mb": 1' + b"0" * 5000 + b"}",
        b'{"jobs":' * 200_000,
        b"[" * MIB,
        b'{"jobs": [{"user": ' + b"[" * MIB,
        b'{"x": ' + b'{"x": ' * 100_000 + b"1" + b"}" * 100_001,
        b'{"' + b"k" * MIB + b'": 1}',
        b"\x00" * 1000,
    ],
    ids=lambda body: repr(body[:24]),
)
@pytest.mark.parametrize("path", ["/v1/forecast", "/v1/feedback"])
def test_what_is_no_body_is_a_bad_request_in_few_words(service: Running, path: str, body: bytes) -> None:
    back = _sent(service, _post(body, CLOSE, path=path))
    assert _problem(back) == (400, "bad_request")
    assert len(back) < 1000


@pytest.mark.parametrize(
    "body",
    [
        b'{"user": "root", "user": "anna"}',
        b'{"user": "a\\u0000b", "command": "$(reboot) `id` \\n\\u202e"}',
        b'{"command": "' + b'\\"$(x)\\n' * (MIB // 8) + b'"}',
        b'{"user": "' + "\U0001f4a5".encode() * (MIB // 4) + b'", "queue": "' + b"q" * MIB + b'"}',
        b'{"run_limit_s": 1e-400, "cores": 2147483647, "memory_mb": 8589934592}',
        b" " * MIB + b"{}",
    ],
    ids=lambda body: repr(body[:24]),
)
def test_odd_names_and_amounts_are_answered(service: Running, body: bytes) -> None:
    assert _statuses(_sent(service, _post(body, CLOSE))) == [200]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (("Content-Type: image/png; charset=utf-16",), 200),
        (("Content-Encoding: identity",), 200),
        (tuple(f"X-Header-{number}: {number}" for number in range(100)), 200),
        (("Authorization: Bearer \xff\xfe",), 401),
        (("Authorization: Bearer",), 200),
        (("Authorization: Basic cm9vdDo=",), 200),
        (("Expect: 100-continue",), 100),
    ],
)
def test_odd_headers_are_borne(service: Running, headers: tuple[str, ...], status: int) -> None:
    assert _statuses(_sent(service, _post(b"{}", *headers, CLOSE)))[0] == status


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "gzip, gzip", "br", "x"])
@pytest.mark.parametrize("path", ["/v1/forecast", "/v1/feedback", "/memPrediction", "/v1/hook/lsf"])
def test_a_packed_body_is_refused_unopened(service: Running, path: str, encoding: str) -> None:
    bomb = gzip.compress(b" " * (16 * MIB))
    back = _sent(service, _post(bomb, f"Content-Encoding: {encoding}", CLOSE, path=path))
    assert _problem(back) == (415, "packed")


def test_a_body_beyond_the_limit_is_refused_and_the_caller_hung_up_on(service: Running) -> None:
    assert _problem(_sent(service, _post(b" " * (5 * MIB), CLOSE))) == (413, "too_large")


def test_a_body_shorter_than_its_length_gets_no_answer(service: Running) -> None:
    assert _sent(service, _post(b"{}", length=100), end=True) == b""


@pytest.mark.parametrize(
    "data",
    [
        _post(b"{}more\r\n\r\n", length=2),
        _post(b"{}", "Content-Length: 5"),
        _post(b"2\r\n{}\r\n0\r\n\r\n", "Transfer-Encoding: chunked"),
        _post(b"{}", length=-2),
        b"POST /v1/forecast HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n",
        b"GET /\xff HTTP/1.1\r\n\r\n",
        b"GET /v1/advice/" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n",
        b"CONNECT there:80 HTTP/1.1\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
    ids=lambda data: repr(data[:24]),
)
def test_what_is_no_http_is_told_so_and_hung_up_on(service: Running, data: bytes) -> None:
    back = _sent(service, data)
    assert _statuses(back)[-1] == 400
    assert back.endswith(b"Invalid HTTP request received.")


@pytest.mark.parametrize(
    "data",
    [
        b"GET /healthz HTTP/1.1\r\n" + b"".join(b"X-%d: %s\r\n" % (one, b"v" * 50_000) for one in range(20)),
        b"GET /healthz?" + b"q" * MIB,
        _post(b"0\r\n" + b"X: 1\r\n" * 200_000, "Transfer-Encoding: chunked").replace(
            b"Content-Length", b"Other"
        ),
    ],
    ids=["headers", "address", "trailers"],
)
def test_a_head_without_end_is_hung_up_on(service: Running, data: bytes) -> None:
    assert 200 not in _statuses(_sent(service, data))


def test_whoever_connects_and_does_not_ask_or_owes_a_body_is_hung_up_on(service: Running) -> None:
    healthy = b"GET /healthz HTTP/1.1\r\n\r\n"
    owed = (_post(b"", length=10), _post(b"{", length=10), _post(b"", path="/v1/feedback", length=10))
    slow = (b"", b"GET /healthz HTTP/1.1\r\nX-Slow: ", healthy + healthy + b"GET /hea", *owed)
    with ThreadPoolExecutor() as pool:
        backs = list(pool.map(partial(_sent, service), slow))
    assert list(map(_statuses, backs)) == [[], [], [200, 200], [408], [408], [408]]


def test_a_body_in_chunks_is_read(service: Running) -> None:
    head = f"POST /v1/forecast HTTP/1.1\r\n{CLOSE}\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    assert _statuses(_sent(service, head + b"1\r\n{\r\n1;name=value\r\n}\r\n0\r\nTrailer: x\r\n\r\n")) == [
        200
    ]
    chunks = b"".join(b"100000\r\n" + b" " * MIB + b"\r\n" for _ in range(5))
    assert _problem(_sent(service, head + chunks + b"0\r\n\r\n")) == (413, "too_large")


def test_many_requests_at_once_on_one_connection_are_answered_in_their_order(service: Running) -> None:
    paths = [b"/healthz", b"/v1/models", b"/nowhere", b"/readyz"] * 25
    asked = b"".join(b"GET " + path + b" HTTP/1.1\r\n\r\n" for path in paths)
    last = b"GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n"
    assert _statuses(_sent(service, asked + last)) == [200, 200, 404, 200] * 25 + [200]


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"user=" + b"%ff" * 300_000, "no_forecast"),
        (b"user=%ed%a0%80&strated_time=", "no_forecast"),
        (b"a=b&" * 100, "bad_form"),
        (b"rusage_mem=1e400", "bad_form"),
        (b"cores=NaN&started_time=9999-12-31T23:59:59-14:00", "bad_form"),
        (b"rusage_mem=" + b"9" * 10_000, "bad_form"),
    ],
    ids=lambda one: repr(one[:24]),
)
def test_a_form_that_says_nothing_is_never_answered_with_a_number(
    service: Running, data: bytes, word: str
) -> None:
    assert _problem(_sent(service, _post(data, CLOSE, path="/memPrediction"))) == (503, word)
