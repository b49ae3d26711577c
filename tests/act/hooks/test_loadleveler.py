"""The submit filter itself, run by real shells against a service that answers well, badly or not at all.

Not run against a real LoadLeveler: a filter is a program with a file at both ends, and that is how it is run here.
"""

import os
import shutil
import socket
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from jobcast.act.hooks.base import Address
from jobcast.act.hooks.loadleveler import LoadLevelerStub
from jobcast.act.hooks.placing import MARK
from jobcast.advice import Advice, Change, ChangeKind, Mode, Subject
from jobcast.systems.hooks.base import HookCall, HookSite, Understood
from jobcast.systems.hooks.loadleveler.hook import LoadLevelerHook
from jobcast.units import GIB
from tests.act.hooks.listening import Answer, drips, hangs, listening, says

SHELLS = {"dash": ["dash"], "bash": ["bash"], "busybox": ["busybox", "ash"], "ksh": ["ksh"], "mksh": ["mksh"]}
MISSING = [name for name in SHELLS if shutil.which(name) is None]

JOB = b"#!/bin/ksh\n# @ class = big\n# @ queue\npoe ./a.out\n\n\n"
BINARY = JOB + b"cat <<X\n\x00\x01\xff\xfe\r\n`touch executed`$(touch executed)%s\\\n\x00" * 40_000
PASS = b"jobcast/1 pass 0 0\n"
CHANGED = JOB.replace(b"# @ queue", b"# @ resources = ConsumableMemory(3 mb)\n# @ queue")
SUBMIT = f"jobcast/1 submit 1 {len(CHANGED)}\njobcast: 内存\n".encode() + CHANGED

Run = Callable[..., tuple[int, bytes, str]]


@pytest.fixture(params=[name for name in SHELLS if name not in MISSING])
def shell(request: pytest.FixtureRequest) -> list[str]:
    return SHELLS[request.param]


def test_every_shell_that_may_be_bin_sh_is_tried():
    assert "dash" not in MISSING or "bash" not in MISSING
    if MISSING:
        pytest.skip(f"not installed, so not tried: {', '.join(MISSING)}")


def rendered(*, deadline_s: float = 9, **address: Any) -> str:
    """Return a stub that waits longer than a busy machine needs."""
    (file,) = LoadLevelerStub().plan(Address(deadline_s=deadline_s, **address), Path("/ll")).files
    assert (file.path, file.mode) == (Path("/ll/jobcast-submit-filter"), 0o755)
    return file.content


@pytest.fixture
def submit(tmp_path: Path) -> Run:
    """Return a function that filters a job file as llsubmit does: exit code, what is submitted, stderr."""

    def run(
        shell: list[str], text: str, job: bytes = JOB, *, cwd: Path = tmp_path, **more: str
    ) -> tuple[int, bytes, str]:
        scratch = tmp_path / "scratch"
        scratch.mkdir(exist_ok=True)
        (tmp_path / "filter").write_text(text)
        environment = {
            "PATH": os.environ["PATH"],
            "TMPDIR": str(scratch),
            "USER": "ada",
            "LANG": "C.UTF-8",
            "LOADL_ACTIVE": "5.1.0.4",
            "LOADL_STEP_COMMAND": "jobs/fcst.cmd",
            "LOADL_STEP_OWNER": "nwp",
        } | more
        done = subprocess.run(
            [*shell, str(tmp_path / "filter")],
            env=environment,
            cwd=cwd,
            input=job,
            capture_output=True,
            timeout=30,
            check=False,
        )
        assert list(scratch.iterdir()) == []
        return done.returncode, done.stdout, done.stderr.decode()

    return run


@pytest.fixture
def at(tmp_path: Path) -> Path:
    return tmp_path / "service's.sock"


def bound(path: Path) -> socket.socket:
    plug = socket.socket(socket.AF_UNIX)
    plug.bind(str(path))
    return plug


def test_the_file_of_the_answer_is_submitted_and_its_lines_are_told(shell: list[str], submit: Run, at: Path):
    with listening(bound(at), says(SUBMIT)) as service:
        assert submit(shell, rendered(socket=at)) == (0, CHANGED, "jobcast: 内存\n")
    (asked,) = service.asked
    assert asked.head.startswith("POST /v1/hook/loadleveler HTTP/1.1\r\n")
    assert asked.body == JOB


def test_a_file_of_any_bytes_goes_there_and_comes_back_whole(shell: list[str], submit: Run, at: Path):
    answer = b"jobcast/1 submit 0 %d\n%s" % (len(BINARY), BINARY)
    with listening(bound(at), says(answer)) as service:
        assert submit(shell, rendered(socket=at), BINARY) == (0, BINARY, "")
    assert service.asked[0].body == BINARY
    assert not (at.parent / "executed").exists()


def test_an_answer_without_a_file_lets_the_job_pass(shell: list[str], submit: Run, at: Path):
    with listening(bound(at), says(b"jobcast/1 pass 2 0\na  * b\n\\c\n")):
        assert submit(shell, rendered(socket=at), BINARY) == (0, BINARY, "a  * b\n\\c\n")
    at.unlink()
    with listening(bound(at), says(PASS)):
        assert submit(shell, rendered(socket=at), b"") == (0, b"", "")


def test_a_rule_of_the_site_refuses_the_job(shell: list[str], submit: Run, at: Path):
    with listening(bound(at), says("jobcast/1 refuse 1 0\nname a model: 请写 *\n".encode())):
        assert submit(shell, rendered(socket=at)) == (1, b"", "name a model: 请写 *\n")


def test_the_service_learns_who_submits_what_and_where(
    shell: list[str], submit: Run, at: Path, tmp_path: Path
):
    place = tmp_path / "50% 项目 $(touch executed)"
    place.mkdir()
    with listening(bound(at), says(PASS)) as service:
        submit(shell, rendered(socket=at), cwd=place, PWD=str(place), JOBCAST_LANG="zh")
    asked = service.asked[0]
    told = {name: asked.header(f"X-Jobcast-{name}") for name in ("User", "Cwd", "Command", "Lang")}
    assert told == {
        "User": "nwp",
        "Cwd": str(place).replace("%", "%25").encode().decode("latin-1"),
        "Command": "jobs/fcst.cmd",
        "Lang": "zh",
    }
    assert not (place / "executed").exists()


def test_without_a_service_the_job_passes(shell: list[str], submit: Run, at: Path):
    assert submit(shell, rendered(socket=at), BINARY) == (0, BINARY, "")
    traced = submit(shell, rendered(socket=at), JOBCAST_HOOK_TRACE="1")
    assert traced == (0, JOB, "jobcast: no advice: curl-7\n")


@pytest.mark.parametrize(
    "answer",
    [
        says(b"", "204 No Content"),
        says(SUBMIT, "503 Service Unavailable"),
        says(SUBMIT, "302 Found"),
        says(SUBMIT[:-1]),
        says(SUBMIT + b"x"),
        says(SUBMIT, length=len(SUBMIT) + 1),
        says(SUBMIT, length=len(SUBMIT) - 1),
        says(SUBMIT.replace(b" 1 ", b" 2 ")),
        says(SUBMIT.replace(b" 1 ", b"  1 ")),
        says(SUBMIT.replace(b" 1 ", b" 01 ")),
        says(SUBMIT.replace(b" 1 ", b" 1 0")),
        says(SUBMIT.replace(b" 1 ", b" $((1)) ")),
        says(SUBMIT.replace(b"jobcast/1", b"jobcast/2", 1)),
        says(SUBMIT.replace(b"submit", b"$(touch executed)", 1)),
        says(b"jobcast/1 submit 0 0\n"),
        says(b"jobcast/1 pass 0 -1\n"),
        says(b"jobcast/1 pass 99 0\n"),
        says(b"jobcast/1 pass 0 99999999999999999999\n"),
        says(b"jobcast/1 pass 0 0 0\n"),
        says(b"jobcast/1 refuse 1 0\n"),
        says(b"jobcast/1 pass 0 0"),
        says(b"<html>"),
        says(b""),
        says(b"\x00\xff\n" * 100_000),
        lambda plug, _: plug.sendall(b"no HTTP at all\r\n\r\n"),
        lambda plug, _: plug.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + SUBMIT[:-9]),
    ],
)
def test_an_answer_that_is_none_lets_the_job_pass(shell: list[str], submit: Run, at: Path, answer: Answer):
    with listening(bound(at), answer):
        assert submit(shell, rendered(socket=at)) == (0, JOB, "")
    assert not (at.parent / "executed").exists()


@pytest.mark.parametrize("answer", [hangs, drips])
def test_a_service_that_takes_too_long_is_not_waited_for(
    shell: list[str], submit: Run, at: Path, answer: Answer
):
    with listening(bound(at), answer):
        assert submit(shell, rendered(socket=at, deadline_s=0.2)) == (0, JOB, "")


def test_where_nothing_can_be_kept_the_job_passes(shell: list[str], submit: Run, at: Path):
    with listening(bound(at), says(SUBMIT)) as service:
        text = rendered(socket=at).replace("mktemp -d", "false")
        assert submit(shell, text, BINARY, TMPDIR="/nowhere") == (0, BINARY, "")
    assert service.asked == []


def test_a_full_disk_loses_nothing_of_the_job(shell: list[str], submit: Run, at: Path, tmp_path: Path):
    text = rendered(socket=at).replace("job=$work/job", "job=/dev/full")
    job = JOB * 20_000
    assert submit(shell, text, job) == (0, job, "")
    text = rendered(socket=at).replace("answer=$work/answer", "answer=/dev/full")
    with listening(bound(at), says(SUBMIT)):
        assert submit(shell, text) == (0, JOB, "")


def test_a_host_without_mktemp_has_its_own_way(shell: list[str], submit: Run, at: Path):
    with listening(bound(at), says(SUBMIT)):
        text = rendered(socket=at).replace("mktemp -d", "false")
        assert submit(shell, text) == (0, CHANGED, "jobcast: 内存\n")


def test_a_host_without_curl_lets_the_job_pass(submit: Run, at: Path, tmp_path: Path):
    tools = tmp_path / "tools"
    tools.mkdir()
    for tool in ("cat", "mktemp", "rm", "tee", "dash"):
        (tools / tool).symlink_to(str(shutil.which(tool)))
    text = rendered(socket=at).replace("PATH=/usr/bin:/bin:", f"PATH={tools}:")
    assert submit(["/bin/dash"], text, PATH=str(tools)) == (0, JOB, "")


def test_settings_and_proxies_of_the_user_do_not_matter(submit: Run, at: Path, tmp_path: Path):
    (tmp_path / ".curlrc").write_text("fail-early\nproxy = http://127.0.0.1:1\n")
    own = {"HOME": str(tmp_path), "http_proxy": "http://127.0.0.1:1", "LD_LIBRARY_PATH": "/none", "IFS": "e"}
    with listening(bound(at), says(SUBMIT)):
        assert submit(["dash"], rendered(socket=at), **own) == (0, CHANGED, "jobcast: 内存\n")


@pytest.fixture
def tcp() -> socket.socket:
    plug = socket.socket()
    plug.bind(("127.0.0.1", 0))
    return plug


def url(plug: socket.socket) -> str:
    return f"http://127.0.0.1:{plug.getsockname()[1]}"


def test_a_service_elsewhere_is_sent_the_token(shell: list[str], submit: Run, tcp: socket.socket, at: Path):
    token = at.parent / "token's file"
    token.write_text("jc_abc.DEF-123\n")
    with listening(tcp, says(SUBMIT)) as service:
        done = submit(shell, rendered(url=url(tcp) + "/", token_file=token))
        assert done == (0, CHANGED, "jobcast: 内存\n")
    assert service.asked[0].header("Authorization") == "Bearer jc_abc.DEF-123"


@pytest.mark.parametrize("content", ["", 'a"\nurl = "http://127.0.0.1:1', "内存"])
def test_without_a_sound_token_nobody_is_asked(submit: Run, tcp: socket.socket, tmp_path: Path, content: str):
    (tmp_path / "token").write_text(content)
    with listening(tcp, says(SUBMIT)) as service:
        text = rendered(url=url(tcp), token_file=tmp_path / "token")
        assert submit(["dash"], text) == (0, JOB, "")
    assert service.asked == []


def test_what_the_hook_answers_is_what_the_filter_understands(shell: list[str], submit: Run, at: Path):
    hook, job = LoadLevelerHook(), BINARY
    understood = hook.read(HookCall(body=job, at=datetime(2026, 3, 1, tzinfo=UTC)), HookSite())
    assert isinstance(understood, Understood)
    change = Change(subject=Subject.MEMORY, kind=ChangeKind.SET, before=None, after=GIB, made=True)
    advice = Advice(id="a1", mode=Mode.APPLY, model="m", changes=(change,))
    expressed = hook.express(understood, advice, memory_limit=False)
    reply = hook.reply(understood, expressed, ("内存 % $(touch executed)",))
    with listening(bound(at), says(reply.body)):
        code, out, told = submit(shell, rendered(socket=at), job)
    assert (code, told) == (0, "内存 % $(touch executed)\n")
    ours = b"# @ resources = ConsumableMemory(1024 mb)\n# jobcast=a1 memory=1024MB\n# @ queue"
    assert out == job.replace(b"# @ queue", ours, 1)


def test_a_hostile_place_is_quoted(submit: Run, tmp_path: Path):
    place = tmp_path / "'; touch executed; '$(touch executed)\n"
    assert submit(["dash"], rendered(socket=place)) == (0, JOB, "")
    assert not (tmp_path / "executed").exists()


def test_installing_tells_what_loadleveler_must_be_told():
    one = LoadLevelerStub()
    plan = one.plan(Address(socket=Path("/run/jobcast.sock")), one.usual_folder({}))
    (file,) = plan.files
    assert MARK in file.content
    assert file.path == Path("/usr/local/bin/jobcast-submit-filter")
    steps = [one.say() for one in plan.by_hand]
    assert steps[1] == "in LoadL_config: SUBMIT_FILTER = /usr/local/bin/jobcast-submit-filter"
    assert steps[-2] == "llctl -g reconfig"
    assert [one.say().partition(":")[0] for one in plan.undo] == ["in LoadL_config", "llctl -g reconfig"]
