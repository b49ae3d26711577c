"""The esub itself, run by real shells against a service that answers well, badly or not at all."""

import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from jobcast.act.hooks.base import Address
from jobcast.act.hooks.lsf import LsfStub
from jobcast.act.hooks.placing import MARK
from jobcast.errors import ConfigError
from tests.act.hooks.listening import Answer, drips, hangs, listening, says

SHELLS = {"dash": ["dash"], "bash": ["bash"], "busybox": ["busybox", "ash"], "ksh": ["ksh"], "mksh": ["mksh"]}
MISSING = [name for name in SHELLS if shutil.which(name) is None]
RECORDINGS = Path(__file__).parents[2] / "recordings" / "lsf" / "esub"
SET = 'LSB_SUB_RES_REQ="rusage[mem=4410]"\nLSB_SUB_RLIMIT_RUN=3600\n'
GOOD = f"set {SET}".replace("\nLSB", "\nset LSB").encode() + "say jobcast: 内存\nend\n".encode()
UNCHANGED = (0, "", "", "")

Run = Callable[..., tuple[int, str, str, str]]


@pytest.fixture(params=[name for name in SHELLS if name not in MISSING])
def shell(request: pytest.FixtureRequest) -> list[str]:
    return SHELLS[request.param]


def test_every_shell_that_may_be_bin_sh_is_tried():
    assert "dash" not in MISSING or "bash" not in MISSING
    if MISSING:
        pytest.skip(f"not installed, so not tried: {', '.join(MISSING)}")


def rendered(*, deadline_s: float = 9, **address: Any) -> str:
    """Return a stub that waits longer than a busy machine needs."""
    (file,) = LsfStub().plan(Address(deadline_s=deadline_s, **address), Path("/lsf/etc")).files
    assert (file.path, file.mode) == (Path("/lsf/etc/esub.jobcast"), 0o755)
    return file.content


@pytest.fixture
def submit(tmp_path: Path) -> Run:
    """Return a function that runs an esub as bsub does: exit code, stdout, stderr, and what it changes."""

    def run(
        shell: list[str],
        text: str,
        *,
        parameters: bytes = b'LSB_SUB_QUEUE="normal"\n',
        cwd: Path = tmp_path,
        **more: str,
    ) -> tuple[int, str, str, str]:
        (tmp_path / "esub").write_text(text)
        (tmp_path / "parm").write_bytes(parameters)
        changes = tmp_path / "changes"
        changes.unlink(missing_ok=True)
        environment = {
            "PATH": os.environ["PATH"],
            "USER": "ada",
            "HOME": "/home/ada",
            "LANG": "C.UTF-8",
            "LSF_INVOKE_CMD": "bsub",
            "LSB_SUB_PARM_FILE": str(tmp_path / "parm"),
            "LSB_SUB_MODIFY_FILE": str(changes),
            "LSB_SUB_ABORT_VALUE": "97",
        } | more
        done = subprocess.run(
            [*shell, str(tmp_path / "esub")],
            env=environment,
            cwd=cwd,
            capture_output=True,
            encoding="utf-8",
            timeout=30,
            check=False,
        )
        changed = changes.read_text() if changes.is_file() else ""
        return done.returncode, done.stdout, done.stderr, changed

    return run


@pytest.fixture
def at(tmp_path: Path) -> Path:
    return tmp_path / "service's.sock"


def bound(path: Path) -> socket.socket:
    plug = socket.socket(socket.AF_UNIX)
    plug.bind(str(path))
    return plug


def test_an_answer_is_done_and_told(shell: list[str], submit: Run, at: Path):
    with listening(bound(at), says(GOOD)) as service:
        assert submit(shell, rendered(socket=at)) == (0, "", "jobcast: 内存\n", SET)
    (asked,) = service.asked
    assert asked.head.startswith("POST /v1/hook/lsf HTTP/1.1\r\n")
    assert asked.body == b'LSB_SUB_QUEUE="normal"\n'


def test_the_service_learns_who_submits_where(shell: list[str], submit: Run, at: Path, tmp_path: Path):
    place = tmp_path / "50% 项目 $(touch executed)"
    place.mkdir()
    with listening(bound(at), says(b"end\n")) as service:
        done = submit(shell, rendered(socket=at), cwd=place, PWD=str(place), JOBCAST_LANG="zh")
        assert done == UNCHANGED
    asked = service.asked[0]
    told = {name: asked.header(f"X-Jobcast-{name}") for name in ("User", "Cwd", "Home", "Lang")}
    assert told == {
        "User": "ada",
        "Cwd": str(place).replace("%", "%25").encode().decode("latin-1"),
        "Home": "/home/ada",
        "Lang": "zh",
    }
    assert not (place / "executed").exists()


def test_a_name_with_control_characters_is_not_told(submit: Run, at: Path):
    with listening(bound(at), says(b"end\n")) as service:
        submit(["dash"], rendered(socket=at), USER="ada\r\nX-Jobcast-Home: /root", HOME="")
    assert service.asked[0].header("X-Jobcast-User") is None
    assert service.asked[0].header("X-Jobcast-Home") is None


@pytest.mark.parametrize("command", ["bmod", "/lsf/bin/bmod"])
def test_a_modification_is_not_asked_about(shell: list[str], submit: Run, at: Path, command: str):
    with listening(bound(at), says(GOOD)) as service:
        assert submit(shell, rendered(socket=at), LSF_INVOKE_CMD=command) == UNCHANGED
        parameters = (RECORDINGS / "bmod.parm").read_bytes()
        unnamed = submit(shell, rendered(socket=at), LSF_INVOKE_CMD="", parameters=parameters)
        assert unnamed == UNCHANGED
    assert service.asked == []


def test_without_a_service_the_job_passes(shell: list[str], submit: Run, at: Path):
    assert submit(shell, rendered(socket=at)) == UNCHANGED


@pytest.mark.parametrize(
    "answer",
    [
        says(b"", "204 No Content"),
        says(GOOD, "503 Service Unavailable"),
        says(GOOD, "302 Found"),
        says(GOOD.removesuffix(b"end\n")),
        says(GOOD + b"set LSB"),
        says(GOOD, length=len(GOOD) + 1),
        says(GOOD, length=len(GOOD) - 1),
        says(b"<html>\nend\n"),
        says(b'set LSB_SUB_QUEUE="root"\n' + GOOD),
        says(b"set PATH=/tmp\nend\n"),
        says(GOOD.replace(b"\n", b"\r\n")),
        says(b"\x00\xff\xfe\n" + GOOD),
        says(b"say " + b"x" * 1_000_000 + b"\nend\n"),
        says(b"say * $(touch executed) `touch executed`\nagain\nend\n"),
        lambda plug, _: plug.sendall(b"no HTTP at all\r\n\r\n"),
        lambda plug, _: plug.sendall(b"HTTP/1.1 200 OK\r\n\r\nsay " + b"x" * 100_000 + b"\nend\n"),
    ],
)
def test_an_answer_that_is_none_lets_the_job_pass(shell: list[str], submit: Run, at: Path, answer: Answer):
    with listening(bound(at), answer):
        assert submit(shell, rendered(socket=at)) == UNCHANGED
    assert sorted(path.name for path in at.parent.iterdir()) == ["esub", "parm", at.name]


@pytest.mark.parametrize("answer", [hangs, drips])
def test_a_service_that_takes_too_long_is_not_waited_for(
    shell: list[str], submit: Run, at: Path, answer: Answer
):
    with listening(bound(at), answer):
        assert submit(shell, rendered(socket=at, deadline_s=0.2)) == UNCHANGED


def test_a_rule_of_the_site_refuses_the_job(shell: list[str], submit: Run, at: Path):
    answer = says("refuse name a model with -P: 请写 *\nend\n".encode())
    with listening(bound(at), answer):
        assert submit(shell, rendered(socket=at)) == (97, "", "name a model with -P: 请写 *\n", "")


def test_hostile_parameters_are_sent_as_they_are_and_nothing_of_them_runs(
    shell: list[str], submit: Run, at: Path
):
    hostile = (
        (RECORDINGS / "hostile.parm").read_bytes() + b'LSB_SUB_X="' + b"\xff$(touch executed)\n" * 60_000
    )
    with listening(bound(at), says(GOOD)) as service:
        done = submit(shell, rendered(socket=at), parameters=hostile)
        assert done == (0, "", "jobcast: 内存\n", SET)
    assert service.asked[0].body == hostile
    assert not (at.parent / "executed").exists()


def test_settings_and_proxies_of_the_user_do_not_matter(submit: Run, at: Path, tmp_path: Path):
    (tmp_path / ".curlrc").write_text("fail-early\nproxy = http://127.0.0.1:1\n")
    own = {"HOME": str(tmp_path), "http_proxy": "http://127.0.0.1:1", "LD_LIBRARY_PATH": "/none", "IFS": "e"}
    with listening(bound(at), says(GOOD)):
        assert submit(["dash"], rendered(socket=at), **own) == (0, "", "jobcast: 内存\n", SET)


@pytest.mark.parametrize(
    ("environment", "why"),
    [
        ({"LSF_INVOKE_CMD": "bmod"}, "modification"),
        ({"LSB_SUB_PARM_FILE": "/nowhere"}, "no-parameters"),
        ({"LSB_SUB_PARM_FILE": "/dev"}, "no-parameters"),
        ({"LSB_SUB_MODIFY_FILE": ""}, "no-parameters"),
        ({"LSB_SUB_MODIFY_FILE": "/nowhere/changes"}, "not-written"),
    ],
)
def test_whoever_asks_is_told_why_there_is_no_advice(
    shell: list[str], submit: Run, at: Path, environment: dict[str, str], why: str
):
    with listening(bound(at), says(GOOD)):
        done = submit(shell, rendered(socket=at), JOBCAST_HOOK_TRACE="1", **environment)
        assert done == (0, "", f"jobcast: no advice: {why}\n", "")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Return a directory that holds 4096 bytes."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4096", "tmpfs", str(place)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root mounts a disk that is soon full")
    yield place
    unmount = ["umount", str(place)]
    subprocess.run(unmount, check=True)


@pytest.mark.parametrize("before", ["", "LSB_SUB_QUEUE=night\n".rjust(4090, "#")], ids=["empty", "begun"])
def test_a_full_disk_leaves_the_changes_as_they_were(
    shell: list[str], submit: Run, at: Path, small_disk: Path, before: str
):
    changes = small_disk / "changes"
    changes.write_text(before)
    long = b'set LSB_SUB_JOB_DESCRIPTION="' + b"x" * 5000 + b'"\n' + GOOD
    with listening(bound(at), says(long)):
        done = submit(shell, rendered(socket=at), JOBCAST_HOOK_TRACE="1", LSB_SUB_MODIFY_FILE=str(changes))
    assert done == (0, "", "jobcast: no advice: not-written\n", "")
    assert changes.read_text() == before


def test_a_host_without_curl_lets_the_job_pass(submit: Run, at: Path):
    text = rendered(socket=at).replace("PATH=/usr/bin:/bin:", "PATH=/none:").replace("grep", "false")
    assert submit(["/bin/dash"], text, PATH="/none") == UNCHANGED


@pytest.fixture
def tcp() -> socket.socket:
    plug = socket.socket()
    plug.bind(("127.0.0.1", 0))
    return plug


def url(plug: socket.socket) -> str:
    return f"http://127.0.0.1:{plug.getsockname()[1]}"


def test_a_service_elsewhere_is_sent_the_token(
    shell: list[str], submit: Run, tcp: socket.socket, tmp_path: Path
):
    token = tmp_path / "token's file"
    token.write_text("jc_abc.DEF-123\n")
    with listening(tcp, says(GOOD)) as service:
        done = submit(shell, rendered(url=url(tcp) + "/", token_file=token))
        assert done == (0, "", "jobcast: 内存\n", SET)
    assert service.asked[0].header("Authorization") == "Bearer jc_abc.DEF-123"


@pytest.mark.parametrize("content", ["", 'a"\nurl = "http://127.0.0.1:1', "内存"])
def test_without_a_sound_token_nobody_is_asked(submit: Run, tcp: socket.socket, tmp_path: Path, content: str):
    (tmp_path / "token").write_text(content)
    with listening(tcp, says(GOOD)) as service:
        assert submit(["dash"], rendered(url=url(tcp), token_file=tmp_path / "token")) == UNCHANGED
        assert submit(["dash"], rendered(url=url(tcp), token_file=tmp_path / "none")) == UNCHANGED
    assert service.asked == []


@pytest.mark.parametrize(
    ("answer", "deadline_s", "changed"), [(says(GOOD), 8.5, SET), (hangs, 0.2, "")], ids=["answers", "hangs"]
)
def test_the_curl_of_centos_7_works_too(
    submit: Run, tcp: socket.socket, tmp_path: Path, *, answer: Answer, deadline_s: float, changed: str
):
    """Version 7.29 ends with 2 where seconds are no whole number, or an option is younger than itself."""
    old = tmp_path / "bin" / "curl"
    old.parent.mkdir()
    curl = shutil.which("curl")
    old.write_text(
        "#!/bin/sh\nfor word; do case $word in [0-9].[0-9]|--unix-socket) echo strange >&2; exit 2;; esac; done\n"
        f'exec {curl} "$@"\n'
    )
    old.chmod(0o755)
    text = rendered(url=url(tcp), deadline_s=deadline_s).replace(
        "PATH=/usr/bin", f"PATH={old.parent}:/usr/bin"
    )
    with listening(tcp, answer):
        done = submit(["dash"], text)
    assert (done[0], done[3]) == (0, changed)


def test_a_hostile_place_is_quoted(submit: Run, tmp_path: Path):
    place = tmp_path / "'; touch executed; '$(touch executed)\n"
    assert submit(["dash"], rendered(socket=place)) == UNCHANGED
    assert not (tmp_path / "executed").exists()


@pytest.mark.parametrize(
    "wrong", ["file:///etc/passwd", "http://", "http://h/path", "http://u@h", "http://a b"]
)
def test_a_url_that_is_none_is_refused(wrong: str):
    with pytest.raises(ConfigError, match="not an address of a service"):
        LsfStub().plan(Address(url=wrong), Path("/lsf/etc"))


def test_the_usual_place_is_that_which_lsf_names():
    assert LsfStub().usual_folder({"LSF_SERVERDIR": "/tools/lsf/etc"}) == Path("/tools/lsf/etc")
    with pytest.raises(ConfigError, match="LSF_SERVERDIR is not set"):
        LsfStub().usual_folder({"LSF_SERVERDIR": ""})


def test_the_file_tells_that_it_is_ours_and_fits_a_line():
    text = rendered(socket=Path("/run/jobcast/jobcast.sock"))
    assert MARK in text
    assert "@" not in text.replace('"$@"', "").replace('"@$LSB_SUB_PARM_FILE"', "")
