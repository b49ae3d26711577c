"""Printing, installing and removing what a batch system needs, above all without harm to files of others."""

import json
import stat
from pathlib import Path

import pytest

from jobcast.act.hooks.base import Address
from jobcast.act.hooks.lsf import LsfStub
from jobcast.act.hooks.registry import STUBS
from jobcast.systems.hooks.registry import HOOKS

STEPS = """\
by hand:
  1. put {file} into LSF_SERVERDIR of each host type on which people submit
  2. in lsf.conf: LSB_ESUB_METHOD="jobcast" (behind the names that are there already) and LSB_SUB_COMMANDNAME=Y, \
without which no command is known
  3. lsadmin reconfig; badmin reconfig
  4. try it: JOBCAST_HOOK_TRACE=1 bsub -a jobcast sleep 1, which says why where there is no advice
"""
SHADOW = (
    "Nothing changes yet: the mode is shadow until the rules (setting hook.rules) say otherwise; what would "
    "change: jobcast audit\n"
)
UNDO = """\
first, by hand:
  1. in lsf.conf: take jobcast out of LSB_ESUB_METHOD; LSF may refuse jobs whose esub is missing
  2. lsadmin reconfig; badmin reconfig
"""


@pytest.fixture
def esub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return where LSF looks for our esub."""
    folder = tmp_path / "lsf" / "etc"
    folder.mkdir(parents=True)
    monkeypatch.setenv("LSF_SERVERDIR", str(folder))
    return folder / "esub.jobcast"


def content(**address: object) -> str:
    (file,) = LsfStub().plan(Address(**address), Path("/x")).files  # type: ignore[arg-type]
    return file.content


@pytest.fixture
def text() -> str:
    return content(socket=Path("/run/jobcast/jobcast.sock"))


SOCKET = ("--socket", "/run/jobcast/jobcast.sock")


def test_the_file_is_printed_for_pipes_and_the_steps_for_people(jobcast, esub, text):
    result = jobcast("hook", "print", "lsf", *SOCKET)
    assert (result.stdout, result.stderr) == (text, STEPS.format(file=esub))
    assert not esub.exists()


def test_json_holds_files_and_steps(jobcast, esub, text):
    answer = json.loads(jobcast("hook", "print", "lsf", *SOCKET, "--json").stdout)
    assert (answer["schema"], answer["system"]) == (1, "lsf")
    assert answer["files"] == [{"path": str(esub), "mode": "0755", "content": text}]
    assert [len(answer["by_hand"]), len(answer["undo_by_hand"])] == [4, 2]


def test_options_and_settings_say_where_the_esub_asks(jobcast, esub, tmp_path, monkeypatch):
    monkeypatch.setenv("JOBCAST_SERVE_SOCKET", "/from/settings.sock")
    monkeypatch.setenv("JOBCAST_HOOK_DEADLINE", "0.35")
    assert jobcast("hook", "print", "lsf").stdout == content(
        socket=Path("/from/settings.sock"), deadline_s=0.35
    )
    flags = ("--url", "https://h:1", "--token-file", "token", "--certificate", "/ca.pem", "--deadline", "1.5")
    assert jobcast("hook", "print", "lsf", *flags).stdout == content(
        url="https://h:1", token_file=tmp_path / "token", certificate=Path("/ca.pem"), deadline_s=1.5
    )


def test_installing_shows_the_file_writes_it_and_says_what_is_left_to_do(jobcast, esub, text):
    result = jobcast("hook", "install", "lsf", *SOCKET, "--yes")
    diff = result.stdout.splitlines()
    assert diff[:3] == ["--- nothing", f"+++ {esub}", f"@@ -0,0 +1,{len(text.splitlines())} @@"]
    assert "".join(line[1:] + "\n" for line in diff[3:-1]) == text
    assert diff[-1] == f"written: {esub}"
    assert (result.stderr, result.exit_code) == (STEPS.format(file=esub) + SHADOW, 0)
    assert (esub.read_text(), stat.S_IMODE(esub.stat().st_mode)) == (text, 0o755)
    assert [path.name for path in esub.parent.iterdir()] == ["esub.jobcast"]


@pytest.mark.parametrize(
    ("text", "mode"), [('mode = "off"', "off"), ('[[rule]]\nqueue = "syn"\nmode = "apply"', "apply")]
)
def test_installing_says_how_far_the_rules_go(jobcast, esub, monkeypatch, text, mode):
    rules = esub.parent / "rules.toml"
    rules.write_text(text)
    monkeypatch.setenv("JOBCAST_HOOK_RULES", str(rules))
    result = jobcast("hook", "install", "lsf", *SOCKET, "--yes")
    told = f"The rules go as far as {mode}; what was changed, and what would be: jobcast audit\n"
    assert result.stderr == STEPS.format(file=esub) + told


def test_rules_that_cannot_be_read_are_told_of_and_the_hook_is_installed(jobcast, esub, monkeypatch):
    monkeypatch.setenv("JOBCAST_HOOK_RULES", "/nowhere/rules.toml")
    result = jobcast("hook", "install", "lsf", *SOCKET, "--yes")
    assert "\nerror: The rules in /nowhere/rules.toml" in result.stderr
    assert (result.exit_code, esub.exists()) == (0, True)


@pytest.mark.parametrize("verb", ["print", "install", "uninstall"])
def test_the_help_of_each_command_ends_with_examples(jobcast, verb):
    told = jobcast("hook", verb, "--help").stdout
    assert f"Examples:\n  jobcast hook {verb} lsf" in told


def test_installing_again_changes_nothing(jobcast, esub):
    jobcast("hook", "install", "lsf", *SOCKET, "--yes")
    before = esub.stat()
    result = jobcast("hook", "install", "lsf", *SOCKET)
    assert result.stdout == ""
    assert result.stderr.startswith("everything is there already; nothing was changed\nby hand:\n")
    assert (esub.stat(), result.exit_code) == (before, 0)


def test_without_a_yes_nothing_is_written(jobcast, esub):
    for flags, code in ((), 1), (("--dry-run",), 0):
        result = jobcast("hook", "install", "lsf", *SOCKET, *flags)
        assert (result.exit_code, esub.exists()) == (code, False)


def test_our_own_older_file_is_replaced_without_a_copy(jobcast, esub, text):
    jobcast("hook", "install", "lsf", "--socket", "/elsewhere", "--yes")
    assert jobcast("hook", "install", "lsf", *SOCKET, "--yes").exit_code == 0
    assert {path: path.read_text() for path in esub.parent.iterdir()} == {esub: text}


def test_a_file_of_others_is_kept_and_comes_back(jobcast, esub, text):
    esub.write_text("#!/bin/sh\n# ours for years\n")
    esub.chmod(0o750)
    jobcast("hook", "install", "lsf", *SOCKET, "--yes")
    jobcast("hook", "install", "lsf", "--socket", "/elsewhere", "--yes")
    (copy,) = (path for path in esub.parent.iterdir() if path != esub)
    assert copy.name.startswith("esub.jobcast.bak-")
    result = jobcast("hook", "uninstall", "lsf", *SOCKET, "--yes")
    assert (result.exit_code, result.stderr) == (0, UNDO)
    assert (esub.read_text(), stat.S_IMODE(esub.stat().st_mode)) == ("#!/bin/sh\n# ours for years\n", 0o750)
    again = jobcast("hook", "uninstall", "lsf", *SOCKET, "--yes")
    assert again.stderr == UNDO + "everything is there already; nothing was changed\n"
    assert esub.read_text() == "#!/bin/sh\n# ours for years\n"


def test_what_can_not_be_put_back_as_text_is_left_to_a_person(jobcast, esub):
    esub.write_bytes(b"\x7fELF\xff\xfe")
    jobcast("hook", "install", "lsf", *SOCKET, "--yes")
    (copy,) = (path for path in esub.parent.iterdir() if path != esub)
    result = jobcast("hook", "uninstall", "lsf", *SOCKET, "--yes")
    assert result.stderr == (
        f"{UNDO}error: {copy} is not UTF-8 text, and stood there before\ncure:  mv {copy} {esub}\n"
    )
    assert (result.exit_code, copy.read_bytes()) == (1, b"\x7fELF\xff\xfe")


def test_removing_tells_first_what_to_undo_and_leaves_nothing(jobcast, esub):
    jobcast("hook", "install", "lsf", *SOCKET, "--yes")
    assert jobcast("hook", "uninstall", "lsf", *SOCKET).exit_code == 1
    assert esub.exists()
    answer = json.loads(jobcast("hook", "uninstall", "lsf", *SOCKET, "--yes", "--json").stdout)
    assert (answer["state"], [one["change"] for one in answer["files"]]) == ("agreed", ["removed"])
    assert answer["undo_by_hand"][0].startswith("in lsf.conf: take jobcast out of LSB_ESUB_METHOD")
    assert list(esub.parent.iterdir()) == []


def test_what_can_not_be_is_refused_with_a_cure(jobcast, esub, monkeypatch):
    two = jobcast("hook", "print", "lsf", *SOCKET, "--url", "http://h:1")
    assert (two.exit_code, two.stderr.splitlines()[-1]) == (
        2,
        "error: --url: --socket and --url give two addresses: use one",
    )
    odd = jobcast("hook", "print", "lsf", "--url", "h:1")
    assert (odd.exit_code, odd.stderr) == (
        1,
        "error: h:1 is not an address of a service\ncure:  write http://HOST:PORT or https://HOST:PORT\n",
    )
    assert jobcast("hook", "print", "pbs").exit_code == 2
    assert jobcast("hook", "print", "lsf", "--deadline", "0").exit_code == 2
    monkeypatch.delenv("LSF_SERVERDIR")
    assert jobcast("hook", "print", "lsf").stderr == (
        "error: LSF_SERVERDIR is not set, so it is unknown where LSF looks for an esub\n"
        "cure:  source profile.lsf first, or name the directory with --folder\n"
    )
    assert jobcast("hook", "print", "lsf", "--folder", "/x").exit_code == 0


def test_the_steps_are_told_in_chinese(jobcast, esub):
    result = jobcast("--lang", "zh", "hook", "install", "lsf", *SOCKET, "--yes")
    assert result.stderr.splitlines()[0] == "请手动完成："
    assert result.stderr.splitlines()[-1].startswith("目前尚无任何改动")


def test_what_can_be_installed_is_what_can_be_asked():
    assert list(STUBS) == list(HOOKS)
