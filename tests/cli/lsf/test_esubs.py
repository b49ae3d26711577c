"""The site's esubs, run by bsub."""

import socket
from pathlib import Path

import pytest

from jobcast.act.hooks.base import Address
from jobcast.act.hooks.lsf import LsfStub
from jobcast.batch.order import Answer, Done, Outcome
from jobcast.cli.lsf import esubs
from tests.act.hooks.listening import listening, says

TAKEN = Answer(outcomes=(Outcome(name="101", done=Done.YES),), job="101")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, manager) -> Path:
    """Have a site with a folder for esubs, and a manager that takes everything."""
    place = tmp_path / "etc"
    place.mkdir()
    monkeypatch.setenv("LSF_SERVERDIR", str(place))
    monkeypatch.delenv("LSB_ESUB_METHOD", raising=False)
    monkeypatch.chdir(tmp_path)
    manager.answer = TAKEN
    return place


def esub(folder: Path, name: str, *lines: str) -> None:
    program = folder / name
    program.write_text("\n".join(("#!/bin/sh", *lines, "")))
    program.chmod(0o755)


def change(text: str) -> str:
    return f"printf '%s\\n' '{text}' >>\"$LSB_SUB_MODIFY_FILE\""


def test_esubs_run_in_lsfs_order_each_on_what_the_one_before_it_left(lsf, manager, folder, monkeypatch):
    monkeypatch.setenv("LSB_ESUB_METHOD", "all")
    told = '. "$LSB_SUB_PARM_FILE"; echo "$0 $LSB_SUB_QUEUE $*" | sed "s:.*/::" >>seen'
    esub(folder, "esub", told, change('LSB_SUB_QUEUE="one"'))
    esub(folder, "esub.all", told, change('LSB_SUB_QUEUE="two"'))
    esub(folder, "esub.mine", told, change('LSB_SUB_QUEUE="three"'))
    done = lsf("bsub", "-a", "mine(a, b c)", "-q", "zero", "make")
    assert Path("seen").read_text() == "esub zero \nesub.all one \nesub.mine two a b c\n"
    assert manager.orders[0].arguments == ("-a", "mine(a, b c)", "-q", "three", "make")
    assert done.stdout == "Job <101> is submitted to queue <three>.\n"


def test_without_a_change_the_words_go_on_as_they_stand(lsf, manager, folder):
    esub(folder, "esub", "echo as you like >&2")
    done = lsf("bsub", "-x", "-q", "a", "-n", "2", "make")
    assert manager.orders[0].arguments == ("-x", "-q", "a", "-n", "2", "make")
    assert done.stderr == "as you like\n"


def test_an_esub_refuses(lsf, manager, folder):
    esub(folder, "esub", "echo no model named >&2", 'exit "$LSB_SUB_ABORT_VALUE"')
    done = lsf("bsub", "make")
    assert manager.orders == []
    assert done.stderr == "no model named\nRequest aborted by esub. Job not submitted.\n"
    assert done.exit_code == 255


def test_an_esub_that_crashes_changes_nothing(lsf, manager, folder):
    esub(folder, "esub", change('LSB_SUB_QUEUE="one"'), "exit 3")
    done = lsf("bsub", "-q", "zero", "make")
    assert manager.orders[0].arguments == ("-q", "zero", "make")
    assert done.stderr == (
        f"{folder}/esub ended with exit code 3; the job is submitted without its changes\n"
    )
    assert done.exit_code == 0


def test_an_esub_that_hangs_is_killed_and_changes_nothing(lsf, manager, folder, monkeypatch):
    monkeypatch.setattr(esubs, "_SECONDS", 0.2)
    esub(folder, "esub", change('LSB_SUB_QUEUE="one"'), "sleep 600")
    done = lsf("bsub", "-q", "zero", "make")
    assert manager.orders[0].arguments == ("-q", "zero", "make")
    assert "took longer than 0.2 s" in done.stderr


def test_an_esub_sets_variables_of_the_job(lsf, manager, folder):
    esub(folder, "esub", 'echo \'MODEL="a b"\' >"$LSB_SUB_MODIFY_ENVFILE"')
    lsf("bsub", "make")
    assert manager.orders[0].environment["MODEL"] == "a b"


def test_changes_that_cannot_be_read_refuse_the_job(lsf, manager, folder):
    esub(folder, "esub", 'echo \'LSB_SUB_QUEUE="a\' >"$LSB_SUB_MODIFY_FILE"')
    done = lsf("bsub", "make")
    assert (manager.orders, done.exit_code) == ([], 255)
    assert done.stderr.endswith("Job not submitted.\n")


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ("none", "there is no program"),
        ("../../bin/true", "are no names of esub programs"),
        ("a;b", "are no names"),
    ],
)
def test_an_esub_that_is_not_there_refuses_the_job(lsf, manager, folder, named, said):
    esub(folder, "esub.a")
    done = lsf("bsub", "-a", named, "make")
    assert (manager.orders, done.exit_code) == ([], 255)
    assert said in done.stderr


def test_without_a_folder_only_a_job_that_wants_an_esub_is_refused(lsf, manager, folder, monkeypatch):
    monkeypatch.delenv("LSF_SERVERDIR")
    assert lsf("bsub", "make").exit_code == 0
    assert lsf("bsub", "-a", "mine", "make").stderr.startswith("-a mine: LSF_SERVERDIR doesn't tell")


def test_the_hook_of_this_program_is_asked_as_lsf_would_ask_it(lsf, manager, folder, tmp_path, monkeypatch):
    monkeypatch.setenv("LSB_ESUB_METHOD", "jobcast")
    at = tmp_path / "service.sock"
    (file,) = LsfStub().plan(Address(deadline_s=9, socket=at), folder).files
    file.path.write_text(file.content)
    file.path.chmod(file.mode)
    plug = socket.socket(socket.AF_UNIX)
    plug.bind(str(at))
    answer = (
        b'set LSB_SUB_RES_REQ="rusage[mem=4410]"\nset LSB_SUB_RLIMIT_RUN=3600\nsay jobcast: memory set\nend\n'
    )
    with listening(plug, says(answer)) as service:
        done = lsf("bsub", "-n", "2", "make", "all")
    assert service.asked[0].body == (
        b"LSB_SUB_NUM_PROCESSORS=2\nLSB_SUB_MAX_NUM_PROCESSORS=2\n"
        b'LSB_SUB_COMMANDNAME="make"\nLSB_SUB_COMMAND_LINE="make all"\n'
    )
    assert manager.orders[0].arguments == ("-n", "2", "-R", "rusage[mem=4410]", "-W", "60", "make", "all")
    assert done.stderr == "jobcast: memory set\n"
