"""``jobcast batch links``: names that run this program, and never hide another."""

from pathlib import Path

import pytest

from jobcast.cli import batch_commands, batch_links, main

NAMES = {
    "loadleveler": {"llq": "somewhere:command", "llhold": "somewhere:command"},
    "lsf": {"bjobs": "somewhere:command"},
}


@pytest.fixture(autouse=True)
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Have three commands, a program that is installed, and a PATH without LSF."""
    file = tmp_path / "env" / "jobcast"
    file.parent.mkdir()
    file.touch(0o755)
    monkeypatch.setattr(batch_links.sys, "executable", str(file.with_name("python")))
    monkeypatch.setattr(batch_links, "LINKED", NAMES)
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    return file


def test_links_of_one_system_are_made_and_made_again(jobcast, program, tmp_path):
    for _ in range(2):
        done = jobcast("batch", "links", str(tmp_path / "path"), "--system", "loadleveler")
        assert done.exit_code == 0, done.output
        assert done.stdout == f"{tmp_path}/path/llq -> {program}\n{tmp_path}/path/llhold -> {program}\n"
        assert done.stderr == ""
    assert {link.name: link.readlink() for link in (tmp_path / "path").iterdir()} == {
        "llq": program,
        "llhold": program,
    }


def test_a_folder_that_is_not_on_the_path_is_told(jobcast, tmp_path):
    done = jobcast("batch", "links", str(tmp_path / "bin"))
    assert done.stderr == f"next: put {tmp_path}/bin on your PATH\n"
    assert sorted(link.name for link in (tmp_path / "bin").iterdir()) == ["bjobs", "llhold", "llq"]


@pytest.mark.parametrize("where", ["bin", "path"])
def test_nothing_is_made_where_another_program_has_the_name(jobcast, tmp_path, where):
    other = tmp_path / where / "bjobs"
    other.parent.mkdir()
    other.touch(0o755)
    done = jobcast("batch", "links", str(tmp_path / "bin"))
    assert done.exit_code == 1
    assert done.stderr.splitlines()[0] == f"error: bjobs is another program here: {other}"
    assert not [file for file in tmp_path.glob("bin/*") if file != other]


def test_a_folder_that_can_not_be_written_is_told(jobcast, program, tmp_path):
    done = jobcast("batch", "links", str(tmp_path / "env" / "jobcast" / "bin"))
    assert done.exit_code == 1
    assert done.stderr.splitlines()[0] == f"error: links can't be made in {program}/bin: Not a directory"


def test_called_by_the_name_of_a_command_the_program_runs_it(monkeypatch):
    run = []

    class Recorder:
        def main(self, arguments, prog_name):
            run.append((arguments, prog_name))

    monkeypatch.setattr(main, "LINKED", NAMES)
    monkeypatch.setattr(main, "program", Recorder)
    for words in (["/opt/bin/bjobs", "-l", "--lang", "7"], ["/opt/bin/jobcast", "jobs"]):
        monkeypatch.setattr(main.sys, "argv", words)
        main.main()
    assert run == [(["batch", "bjobs", "-l", "--lang", "7"], "jobcast"), (["jobs"], "jobcast")]


def test_no_name_stands_for_two_commands():
    tables = (batch_commands.OWN, batch_commands.LOADLEVELER, batch_commands.LSF)
    assert len(batch_commands.COMMANDS) == sum(map(len, tables))
