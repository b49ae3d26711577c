"""jobcast doctor, of the service and of hooks."""

import json
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest

from jobcast import clock
from jobcast.act.hooks.base import Address
from jobcast.act.hooks.lsf import LsfStub
from jobcast.cli import doctor_hooks
from jobcast.cli.doctor_hooks import Hook, about_hooks
from jobcast.cli.finding import Finding
from jobcast.predict.card import read_card
from jobcast.store.advice import AdviceJournal, Entry
from tests.serve.running import running

NOW = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)
"""An hour after the model of the tests was made."""


@pytest.fixture(autouse=True)
def place(monkeypatch, made_up_systems, store, tmp_path) -> Path:
    """Have a service's socket in a folder of its own, where nobody listens."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    for name in ("LSF_SERVERDIR", "SLURM_CONF"):
        monkeypatch.setenv(name, str(tmp_path / "nowhere" / "conf"))
    path = tmp_path / "s.sock"
    monkeypatch.setenv("JOBCAST_SERVE_SOCKET", str(path))
    store.path.mkdir()
    return path


def lines(jobcast, *names: str) -> list[str]:
    """Return what the doctor says of these things, and below each the cure."""
    said = jobcast("doctor").stdout.splitlines()
    kept = []
    for number, line in enumerate(said):
        if line[6:].split(" ")[0] in names:
            kept += [
                line,
                *(said[number + 1 : number + 2] if "→" in said[min(number + 1, len(said) - 1)] else []),
            ]
    return [" ".join(line.split()) for line in kept]


OF_SERVICE = ("service", "clock", "model", "rights", "lsf-hook", "slurm-hook")


@pytest.fixture
def answering(place: Path) -> Iterator[list[bytes]]:
    """Listen at the socket, and answer each caller with the bytes in the list."""
    replies: list[bytes] = []
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(place))
        place.chmod(0o666)
        listener.listen()

        def answer() -> None:
            while True:
                try:
                    caller, _ = listener.accept()
                except OSError:
                    return
                with caller:
                    caller.recv(4096)
                    caller.sendall(replies[0])

        thread = Thread(target=answer)
        thread.start()
        yield replies
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


def reply(body: object, date: datetime = NOW) -> bytes:
    content = json.dumps(body).encode()
    head = (
        f"HTTP/1.1 200 OK\r\ndate: {date:%a, %d %b %Y %H:%M:%S} GMT\r\ncontent-length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


def test_where_nothing_speaks_of_a_service_nothing_is_said(jobcast):
    assert lines(jobcast, *OF_SERVICE) == []


def test_a_service_that_answers_is_told_with_its_model(jobcast, trained, answering, place):
    answering.append(reply({"ready": True, "model": "m-1", "trouble": {}}))
    assert lines(jobcast, *OF_SERVICE) == [
        f"ok service answers at {place} with model m-1",
        "ok clock service and host have the same time",
        f"ok model {trained}, brought up to the present 00:59:53 ago",
        "ok rights nobody else may write to store and journal, everybody may ask",
    ]


def test_a_real_service_says_what_the_doctor_reads(jobcast, trained, store, tmp_path, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC))
    with running(store.path, tmp_path) as service:
        monkeypatch.setenv("JOBCAST_SERVE_SOCKET", str(service.socket))
        said = lines(jobcast, "service", "clock", "rights")
    assert said == [
        f"ok service answers at {service.socket} with model {trained}",
        "ok clock service and host have the same time",
        "ok rights nobody else may write to store and journal, everybody may ask",
    ]


def test_trouble_and_another_clock_are_warned_of(jobcast, answering, place):
    health = {"ready": False, "model": None, "trouble": {"rules": "no such file"}}
    answering.append(reply(health, NOW - timedelta(minutes=2)))
    assert lines(jobcast, "service", "clock") == [
        f"warn service answers at {place}, and has no model",
        "→ jobcast train",
        "warn service can't use its rules: no such file",
        "→ correct that; the service notices by itself",
        "warn clock the clocks of service and host differ by 00:02:00",
        "→ set both by the same time server (NTP); forecasts rest on what had finished by then",
    ]


@pytest.mark.parametrize(
    "odd", [b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello", b"what\n", reply([1]), b""]
)
def test_something_else_at_the_socket_does_not_break_the_doctor(jobcast, answering, place, odd):
    answering.append(odd)
    (said, cure) = lines(jobcast, "service")
    assert said.startswith(f"warn service does not answer at {place}: ")
    assert cure == "→ jobcast serve, or let it start by itself: jobcast timers install"


def test_a_journal_without_a_service_is_warned_of(jobcast, store, place):
    AdviceJournal(store.path).append([Entry(id="a", at=NOW, system="lsf", mode="shadow")])
    assert lines(jobcast, *OF_SERVICE) == [
        f"warn service does not answer at {place}: No such file or directory",
        "→ jobcast serve, or let it start by itself: jobcast timers install",
        f"warn model no model is active in {store.path}/models",
        "→ jobcast train",
        "ok rights nobody else may write to store and journal, everybody may ask",
    ]


def test_an_old_model_is_warned_of(jobcast, trained, store, monkeypatch):
    AdviceJournal(store.path).append([Entry(id="a", at=NOW, system="lsf", mode="shadow")])
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(days=3))
    assert lines(jobcast, "model")[0] == f"warn model {trained}, brought up to the present 3-00:59:53 ago"
    assert read_card(store.path / "models" / trained).made.startswith("2026-03-01T02:00:07")


def test_files_that_others_may_change_or_read_fail(jobcast, store, place):
    AdviceJournal(store.path).append([Entry(id="a", at=NOW, system="lsf", mode="shadow")])
    day = store.path / "advice/2026-03-01.jsonl"
    day.chmod(0o666)
    store.path.chmod(0o777)
    (store.path / "tokens.json").write_text("[]")
    (store.path / "tokens.json").chmod(0o640)
    assert lines(jobcast, "rights") == [
        f"fail rights everybody may write to {store.path}",
        f"→ chmod o-w {store.path}",
        f"fail rights everybody may write to {day}",
        f"→ chmod o-w {day}",
        f"fail rights others may read {store.path}/tokens.json",
        f"→ chmod 600 {store.path}/tokens.json",
    ]
    assert jobcast("doctor").exit_code == 1


def test_a_socket_at_which_not_all_may_knock_is_warned_of(jobcast, answering, place):
    answering.append(reply({"model": "m", "trouble": {}}))
    place.chmod(0o600)
    assert lines(jobcast, "rights") == [
        f"warn rights not every user can connect to {place}",
        f"→ chmod 666 {place}",
    ]


@pytest.fixture
def hooked(jobcast, tmp_path, monkeypatch) -> Path:
    """Have the hook of LSF installed, and return its file."""
    monkeypatch.setenv("LSF_SERVERDIR", str(tmp_path))
    assert jobcast("hook", "install", "lsf", "--yes").exit_code == 0
    return tmp_path / "esub.jobcast"


def test_a_hook_that_asks_nobody_fails(jobcast, hooked, place, monkeypatch):
    monkeypatch.setattr(doctor_hooks, "is_installed", lambda _program: True)
    assert lines(jobcast, "service", "lsf-hook") == [
        f"ok lsf-hook installed: {hooked}",
        f"fail service does not answer at {place}: No such file or directory",
        "→ jobcast serve, or let it start by itself: jobcast timers install",
    ]


def test_a_hook_of_another_version_and_without_curl_is_told_of(jobcast, hooked, place, monkeypatch):
    monkeypatch.setattr(doctor_hooks, "is_installed", lambda program: program != "curl")
    hooked.write_text(hooked.read_text() + "# of another version\n")
    assert lines(jobcast, "lsf-hook") == [
        f"warn lsf-hook differs from what this version would write: {hooked}",
        f"→ jobcast hook install lsf --socket {place} --deadline 0.2 --dry-run",
        "fail lsf-hook curl is not on the PATH, and the hook asks through it",
        "→ install curl on every host where jobs are submitted",
    ]


FLAGS = {
    "lsf": ("--token-file", "/etc/jobcast/token", "--deadline", "1.5"),
    "slurm": ("--token-file", "/etc/jobcast/token", "--deadline", "1.5"),
}


class _Plug(socket.socket):
    """A Unix socket that takes itself for one of TCP."""

    def setsockopt(self, *_option: object) -> None:
        """Let be what Unix sockets do not know."""


def wired(monkeypatch, to: Path | None) -> list[tuple[str, int]]:
    """Let connections to other hosts end at a Unix socket, or at none; return where they were to go."""
    asked: list[tuple[str, int]] = []

    def connect(address: tuple[str, int], *_more: object) -> socket.socket:
        asked.append(address)
        if to is None:
            raise ConnectionRefusedError(111, "Connection refused")
        plug = _Plug(socket.AF_UNIX, socket.SOCK_STREAM)
        plug.connect(str(to))
        return plug

    monkeypatch.setattr(socket, "create_connection", connect)
    return asked


@pytest.mark.parametrize("system", FLAGS)
def test_a_hook_that_was_installed_with_a_url_is_asked_about_there(
    jobcast, monkeypatch, answering, place, system
):
    folder = place.parent
    answering.append(reply({"model": "m-1"}))
    asked = wired(monkeypatch, place)
    monkeypatch.setenv("JOBCAST_SERVE_SOCKET", str(folder / "none"))
    monkeypatch.setenv("LSF_SERVERDIR", str(folder))
    monkeypatch.setenv("SLURM_CONF", str(folder / "slurm.conf"))
    monkeypatch.setattr(doctor_hooks, "is_installed", lambda _program: True)
    jobcast("hook", "install", system, "--url", "http://10.1.2.3:8470", *FLAGS[system], "--yes")
    said = lines(jobcast, "service", "model", "rights", f"{system}-hook")
    assert said[0].startswith(f"ok {system}-hook installed: {folder}/")
    assert [line for line in said if "-hook" not in line and "LuaSocket" not in line][-1:] == [
        "ok service answers at http://10.1.2.3:8470 with model m-1"
    ]
    assert asked == [("10.1.2.3", 8470)]


def test_a_url_at_which_nobody_answers_fails_and_the_cure_keeps_it(jobcast, hooked, monkeypatch):
    wired(monkeypatch, None)
    monkeypatch.setattr(doctor_hooks, "is_installed", lambda _program: True)
    jobcast("hook", "install", "lsf", "--url", "http://10.1.2.3:9", *FLAGS["lsf"], "--yes")
    hooked.write_text(hooked.read_text() + "# of another version\n")
    assert lines(jobcast, "service", "lsf-hook") == [
        f"warn lsf-hook differs from what this version would write: {hooked}",
        "→ jobcast hook install lsf --url http://10.1.2.3:9 --token-file /etc/jobcast/token --deadline 1.5 --dry-run",
        "fail service does not answer at http://10.1.2.3:9: Connection refused",
        "→ jobcast serve, or let it start by itself: jobcast timers install",
    ]


def test_a_hook_that_does_not_tell_where_it_asks_is_compared_with_the_settings(jobcast, hooked, place):
    hooked.write_text("# jobcast hook install\n")
    assert lines(jobcast, "lsf-hook")[:2] == [
        f"warn lsf-hook differs from what this version would write: {hooked}",
        f"→ jobcast hook install lsf --socket {place} --deadline 0.2 --dry-run",
    ]


def test_rules_that_want_a_limit_whose_unit_nobody_tells_are_told_of(jobcast, hooked, tmp_path, monkeypatch):
    rules = tmp_path / "rules.toml"
    rules.write_text('[[rule]]\nqueue = "syn"\nmemory_limit = true\n')
    monkeypatch.setenv("JOBCAST_HOOK_RULES", str(rules))
    assert lines(jobcast, "rules") == [
        "warn rules the rules say memory_limit, but limit_unit is not set: jobs get no -M",
        "→ set limit_unit to LSF_UNIT_FOR_LIMITS of lsf.conf, or to K where it sets none",
    ]
    monkeypatch.setenv("JOBCAST_LIMIT_UNIT", "K")
    assert lines(jobcast, "rules") == []
    rules.write_text("mode = 5")
    assert lines(jobcast, "rules")[0].startswith("fail rules ")


def test_a_hook_of_somebody_else_is_none_of_ours(jobcast, tmp_path, monkeypatch):
    monkeypatch.setenv("LSF_SERVERDIR", str(tmp_path))
    (tmp_path / "esub.jobcast").write_text("#!/bin/sh\n")
    assert lines(jobcast, *OF_SERVICE) == []


def test_lua_is_looked_for_where_it_looks_itself(tmp_path, hooked):
    address = Address(socket=Path("/run/s"), deadline_s=0.2)
    hook = Hook(address=address, plan=LsfStub().plan(address, hooked.parent))

    def found() -> list[Finding]:
        return [one for one in about_hooks({"slurm": hook}, root=tmp_path) if "LuaSocket" in one.detail]

    assert [one.status for one in found()] == ["fail"]
    core = tmp_path / "usr/lib/x86_64-linux-gnu/lua/5.4/socket/core.so"
    core.parent.mkdir(parents=True)
    core.touch()
    assert found() == []


def test_programs_get_the_facts(jobcast, answering, place):
    answering.append(reply({"model": "m-1", "trouble": {}}))
    checks = {one["name"]: one for one in json.loads(jobcast("doctor", "--json").stdout)["checks"]}
    assert checks["service"]["facts"] == {"socket": str(place), "model": "m-1", "trouble": {}}
    assert checks["clock"]["facts"] == {"seconds": 0.0}
