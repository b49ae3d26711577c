"""The hook in a real slurmctld: it sets what jobs leave open, and never holds one up."""

import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from jobcast.act.hooks.base import Address
from jobcast.act.hooks.slurm import SlurmStub
from jobcast.advice import Advice, Change, ChangeKind, Mode, Subject
from jobcast.job import Request
from jobcast.systems.hooks.base import HookCall, HookSite, Understood
from jobcast.systems.hooks.slurm import SlurmHook
from jobcast.units import MIB, Bytes, Seconds
from tests.cluster.slurm.hooked import installed, request_of
from tests.cluster.slurm.running import USERS, Cluster


class Answers:
    """A service that gives one answer, and keeps what it was asked."""

    def __init__(self, path: Path, answer: bytes | Callable[[bytes], bytes] | None) -> None:
        """Listen at `path`; without an answer, hold whoever asks until the end."""
        self.asked: list[bytes] = []
        self._answer = answer
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(path))
        path.chmod(0o666)
        self._listener.listen(16)
        self._held: list[socket.socket] = []
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while True:
            try:
                caller, _ = self._listener.accept()
            except OSError:
                return
            self.asked.append(_whole(caller))
            self._held.append(caller)
            if self._answer is not None:
                answer = self._answer(self.asked[-1]) if callable(self._answer) else self._answer
                caller.sendall(answer)
                caller.close()

    def close(self) -> None:
        self._listener.close()
        for caller in self._held:
            caller.close()


def _whole(caller: socket.socket) -> bytes:
    """Read a request to the end that its Content-Length tells."""
    request = caller.recv(1 << 20)
    head, _, _ = request.partition(b"\r\n\r\n")
    length = int(re.search(rb"Content-Length: (\d+)", head)[1])
    while len(request) < len(head) + 4 + length:
        request += caller.recv(1 << 20)
    return request


def answer(*lines: str) -> bytes:
    body = "".join(f"{line}\n" for line in (*lines, "end")).encode()
    return b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body)


def submitted(cluster: Cluster, *arguments: str) -> dict[str, str]:
    return request_of(cluster, cluster.submit("-H", *arguments, "--wrap", "true"))


def test_what_the_answer_sets_is_what_the_job_asks_for(cluster, folder):
    service = Answers(
        folder / "s",
        answer(
            "set memory_per_node=80",
            "set time_limit=7",
            "set admin_comment=jobcast: abc memory=80M run_limit=420s",
            "say jobcast: memory set",
        ),
    )
    with installed(cluster, folder / "s"):
        asked = submitted(cluster)
    service.close()
    assert (asked["MinMemoryNode"], asked["TimeLimit"]) == ("80M", "00:07:00")
    assert asked["AdminComment"] == "jobcast:"  # the rest are words of their own
    assert b"wrap" in service.asked[0]


def test_in_the_process_of_whoever_submits_the_answer_sets_the_same(cluster, folder):
    service = Answers(folder / "s", answer("set memory_per_node=80", "set time_limit=7", "say jobcast: set"))
    with installed(cluster, folder / "s", script="cli_filter"):
        asked = submitted(cluster, "--comment", "mine")
        left = request_of(cluster, cluster.submit("-H", "-N1", "--mem=90", "-t", "9", "--wrap", "true"))
    service.close()
    assert (asked["MinMemoryNode"], asked["TimeLimit"], asked["Comment"]) == ("80M", "00:07:00", "mine")
    assert left["MinMemoryNode"] == "80M"
    told = [_understood(one).submission for one in service.asked]
    assert [(one.command, one.cwd, one.request) for one in told] == [
        ("true", str(cluster.work), Request(cores=1, interactive=False)),
        (
            "true",
            str(cluster.work),
            Request(cores=1, memory=Bytes(90 * MIB), run_limit=Seconds(540), interactive=False),
        ),
    ]


def test_a_job_that_asks_too_much_of_the_service_does_not_keep_others_from_it(cluster, folder):
    def answered(request: bytes) -> bytes:
        large = b"argument200" in request or len(request) > 40_000
        return b"HTTP/1.1 413 Too Large\r\n\r\n" if large else answer("set memory_per_node=80")

    (cluster.work / "long.sh").write_text("#!/bin/sh\ntrue\n")
    service = Answers(folder / "s", answered)
    with installed(cluster, folder / "s"):
        large = request_of(cluster, cluster.submit("-H", "long.sh", *(["ü" * 800] * 60)))
        small = submitted(cluster)
    service.close()
    assert (large["MinMemoryCPU"], small["MinMemoryNode"]) == ("100M", "80M")
    assert 40_000 < len(service.asked[0]) < 70_000


def test_without_its_module_the_script_lets_every_job_pass(cluster, folder):
    plan = SlurmStub().plan(Address(socket=folder / "s"), folder)
    with cluster.lua(job_submit=plan.files[1].content):
        assert submitted(cluster)["MinMemoryCPU"] == "100M"


@pytest.mark.parametrize("script", ["job_submit", "cli_filter"])
@pytest.mark.parametrize(
    ("asked", "field"),
    [(("-n4", "--mem=900"), "MinMemoryNode"), (("-N1", "-n2", "--mem-per-cpu=90"), "MinMemoryCPU")],
)
def test_memory_is_lowered_in_the_way_in_which_it_was_asked_for(cluster, folder, script, asked, field):
    with lowering(folder / "s"), installed(cluster, folder / "s", script=script):
        assert submitted(cluster, *asked)[field] == "50M"


@contextmanager
def lowering(path: Path) -> Iterator[None]:
    """Have the real hook lower the memory of each job to 50 MB for each node or core."""

    def lowered(request: bytes) -> bytes:
        understood = _understood(request)
        memory = understood.submission.request.memory
        parts = {900 * MIB: 1, 180 * MIB: 2}[memory]
        change = Change(
            subject=Subject.MEMORY,
            kind=ChangeKind.LOWER,
            before=memory,
            after=Bytes(50 * parts * MIB),
            made=True,
        )
        advice = Advice(id="abc", mode=Mode.LOWER, model="m", changes=(change,))
        hook = SlurmHook()
        said = hook.express(understood, advice, memory_limit=False)
        return b"HTTP/1.1 200 OK\r\n\r\n" + hook.reply(understood, said, ()).body

    service = Answers(path, lowered)
    try:
        yield
    finally:
        service.close()


def _understood(request: bytes) -> Understood:
    form = request.partition(b"\r\n\r\n")[2]
    understood = SlurmHook().read(HookCall(body=form, at=datetime(2026, 3, 1, tzinfo=UTC)), HookSite())
    assert isinstance(understood, Understood)
    return understood


@pytest.mark.parametrize(
    "odd",
    [
        b"HTTP/1.1 503 Service Unavailable\r\n\r\nset memory_per_node=1\nend\n",
        b"HTTP/1.1 200 OK\r\n\r\nset memory_per_node=1\n",
        b"HTTP/1.1 200 OK\r\n\r\n<html>set memory_per_node=1",
        b"set memory_per_node=1\nend\n",
        b"\x00" * 100_000,
        b"",
    ],
)
def test_an_answer_that_is_none_leaves_the_job_as_it_is(cluster, folder, odd):
    service = Answers(folder / "s", odd)
    with installed(cluster, folder / "s"):
        asked = submitted(cluster)
    service.close()
    assert asked["MinMemoryCPU"] == "100M"  # the default of the cluster


def test_without_a_service_jobs_are_submitted_as_they_are(cluster, folder):
    with installed(cluster, folder / "nothing"):
        assert submitted(cluster)["MinMemoryCPU"] == "100M"
    assert "jobcast: no advice" in cluster.log("slurmctld")


def test_a_service_that_hangs_holds_one_job_up_for_the_deadline_and_the_next_not_at_all(cluster, folder):
    service = Answers(folder / "s", None)
    with installed(cluster, folder / "s", deadline_s=0.2):
        for _ in range(3):
            assert submitted(cluster)["MinMemoryCPU"] == "100M"
    service.close()
    assert len(service.asked) == 1
    assert "no advice: timeout; not asked again for 10 s (failure 1)" in cluster.log("slurmctld")


def test_a_rule_of_the_site_refuses_with_its_reason(cluster, folder):
    service = Answers(folder / "s", answer("refuse comment must name a model"))
    with installed(cluster, folder / "s"), pytest.raises(AssertionError, match="comment must name a model"):
        submitted(cluster)
    service.close()


def test_hostile_names_reach_the_service_as_they_are_and_nothing_is_executed(cluster, folder):
    service = Answers(folder / "s", answer())
    name = "a;touch owned `touch owned` $(touch owned) \"'\\&=%+\n#"
    with installed(cluster, folder / "s"):
        submitted(cluster, "-J", name, "--comment", "ü" * 400)
    service.close()
    told = _understood(service.asked[0]).submission
    assert (told.name, told.description, told.user, told.queue, told.command) == (
        name, "ü" * 400, USERS[0], "normal", "true",
    )  # fmt: skip
    assert (told.cwd, told.request) == (
        str(cluster.work),
        Request(cores=1, interactive=False),
    )
    assert not list(cluster.work.glob("owned"))
