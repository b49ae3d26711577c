"""Notices go out beside a real manager, and what takes them harms nobody."""

import http.server
import json
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.batch.running import Batch
from tests.cluster.waiting import until

SENDMAIL = """import pathlib, sys
assert sys.argv[1:] == ["-t", "-i"]
with pathlib.Path({file!r}).open("ab") as mails:
    mails.write(sys.stdin.buffer.read() + b"\\n--\\n")
"""
ENDS = "#@ job_name = fc\n#@ notification = always\n#@ notify_user = ada@met.cn\n#@ queue\nsleep 1; exit {code}\n"


class Hook:
    """A webhook that fails the first time."""

    def __init__(self) -> None:
        told = self.told = list[dict[str, object]]()
        failures = self.failures = [500]

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = failures.pop() if failures else 200
                if status == 200:
                    told.append(json.loads(body))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/hook?site=met"


@pytest.fixture
def hook() -> Iterator[Hook]:
    hook = Hook()
    yield hook
    hook.server.shutdown()
    hook.server.server_close()


@pytest.fixture
def batch(tmp_path: Path, hook: Hook) -> Iterator[Batch]:
    (tmp_path / "sendmail.py").write_text(SENDMAIL.format(file=str(tmp_path / "mails")))
    settings = {
        "JOBCAST_BATCH_SENDMAIL": f"{sys.executable} '{tmp_path}/sendmail.py' -t -i",
        "JOBCAST_BATCH_WEBHOOK": hook.url,
    }
    batch = Batch(folder=tmp_path, settings=settings)
    batch.start()
    yield batch
    batch.end()


def test_mail_and_webhook_tell_of_start_and_end(batch: Batch, hook: Hook) -> None:
    (good,) = batch.submit(ENDS.format(code=0)).outcomes
    (bad,) = batch.submit(ENDS.format(code=3)).outcomes
    mails = batch.folder / "mails"
    until(lambda: mails.exists() and mails.read_text().count("\n--\n") == 4, 30, "four mails")
    subjects = {line for line in mails.read_text().splitlines() if line.startswith("Subject")}
    assert subjects == {
        f"Subject: [default] {name} (fc) has {what}"
        for name, what in (
            (good.name, "started"),
            (bad.name, "started"),
            (good.name, "ended"),
            (bad.name, "failed"),
        )
    }
    until(lambda: len(hook.told) == 4, 30, "four posts, of which one was tried twice")
    assert hook.failures == []
    assert {(each["step"], each["event"], each["exit_code"]) for each in hook.told} == {
        (good.name, "started", None),
        (good.name, "ended", 0),
        (bad.name, "started", None),
        (bad.name, "failed", 3),
    }


@pytest.mark.parametrize("kill", [True, False])
def test_what_could_not_be_sent_is_sent_after_a_restart(batch: Batch, hook: Hook, kill: bool) -> None:
    hook.failures[:] = [500] * 100
    (step,) = batch.submit(ENDS.format(code=0)).outcomes
    batch.all_over()
    log = batch.folder / "log"
    until(lambda: log.read_text().count("a notice could not be sent") >= 2, 20, "a line for each notice")
    assert batch.process is not None
    if kill:
        batch.kill()
    else:
        batch.process.terminate()
        batch.process.wait(20)
    assert hook.told == []
    hook.failures.clear()
    batch.start()
    until(lambda: len(hook.told) >= 2, 30, "both")
    assert {(each["step"], each["event"]) for each in hook.told} == {
        (step.name, "started"),
        (step.name, "ended"),
    }


def test_a_sendmail_that_is_not_there_harms_no_job(tmp_path: Path) -> None:
    batch = Batch(folder=tmp_path, settings={"JOBCAST_BATCH_SENDMAIL": "/nowhere/sendmail -t"})
    batch.start()
    try:
        batch.submit(ENDS.format(code=0))
        (step,) = batch.all_over()
        assert step.exit_code == 0
        until(lambda: "a notice could not be sent" in (tmp_path / "log").read_text(), 20, "a line of the log")
        assert batch.answers()
    finally:
        batch.end()
