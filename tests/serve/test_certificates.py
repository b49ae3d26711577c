"""A service with a certificate, as it runs: what it answers with, and what becomes of it on a hang-up signal."""

import json
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from jobcast.errors import ConfigError
from jobcast.serve.certificate import see_certificate
from tests.serve.running import Running, running, until
from tests.trained import a_job

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificates")


def make_certificate(folder: Path, *, locked: bool = False) -> None:
    """Make a certificate of this host that is good for a day, and its key."""
    protection = ["-passout", "pass:secret"] if locked else ["-noenc"]
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-days", "1"]
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    made = ["openssl", "req", "-x509", *kind, *protection, *names, *files]
    subprocess.run(made, check=True, capture_output=True)


ASK = """
import http.client, json, ssl, sys
port, times, body = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
context = ssl._create_unverified_context()
found = []
for _ in range(times):
    connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=30, context=context)
    connection.connect()
    shown = ssl.DER_cert_to_PEM_cert(connection.sock.getpeercert(binary_form=True))
    connection.request("POST", "/v1/forecast", body)
    found.append([connection.getresponse().status, shown])
    connection.close()
print(json.dumps(found))
"""
PLAIN = """
import socket, sys
with socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=30) as plain:
    plain.sendall(b"GET /healthz HTTP/1.1\\r\\nhost: localhost\\r\\n\\r\\n")
    sys.stdout.buffer.write(plain.recv(100))
"""


def apart(program: str, *arguments: object) -> bytes:
    """Run a program in a process of its own, which may reach a port of this host, as tests may not."""
    command = [sys.executable, "-c", program, *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, timeout=60).stdout


@dataclass(frozen=True, kw_only=True)
class Secure:
    """A service that answers at a port with TLS."""

    running: Running
    folder: Path
    port: int

    def ask(self, times: int = 1) -> set[tuple[int, str]]:
        """Ask for a forecast; return the statuses, each with the certificate that was shown."""
        return set(map(tuple, json.loads(apart(ASK, self.port, times, json.dumps(a_job())))))

    def certificate(self) -> str:
        return (self.folder / "cert.pem").read_text()


@pytest.fixture
def secure(store, trained, tmp_path) -> Iterator[Secure]:
    make_certificate(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    flags = ["--certificate", str(tmp_path / "cert.pem"), "--key", str(tmp_path / "key.pem")]
    with running(store, tmp_path, "--workers", "2", "--port", str(port), *flags) as one:
        yield Secure(running=one, folder=tmp_path, port=port)


def test_the_port_answers_with_the_certificate_and_the_socket_of_this_host_without(secure):
    assert secure.ask() == {(200, secure.certificate())}
    assert secure.running.ask("POST", "/v1/forecast", a_job())[0] == 200
    assert not apart(PLAIN, secure.port).startswith(b"HTTP/")


def test_a_hang_up_signal_brings_the_new_certificate_and_drops_no_request(secure):
    old = secure.certificate()
    make_certificate(secure.folder)
    secure.running.process.send_signal(signal.SIGHUP)

    def all_new() -> bool:
        answers = secure.ask(10)
        assert answers <= {(200, old), (200, secure.certificate())}
        return answers == {(200, secure.certificate())}

    until(all_new)
    until(lambda: len(secure.running.workers()) == 2)


def test_a_hang_up_signal_with_a_broken_certificate_leaves_all_as_it_is(secure):
    old, workers = secure.certificate(), secure.running.workers()
    (secure.folder / "cert.pem").write_text("broken")
    secure.running.process.send_signal(signal.SIGHUP)
    until(
        lambda: (
            "the workers stay as they are: The certificate can't be used" in secure.running.log.read_text()
        )
    )
    assert secure.ask() == {(200, old)}
    assert secure.running.workers() == workers


def test_a_key_with_a_password_is_refused_and_nobody_is_asked_for_it(tmp_path):
    make_certificate(tmp_path, locked=True)
    with pytest.raises(ConfigError, match="can't be used"):
        see_certificate(tmp_path / "cert.pem", tmp_path / "key.pem")
