"""Putting files onto a host: shown, asked, written, with a copy of what stood there."""

from datetime import UTC, datetime
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from jobcast.act.installing import Difference, Placed, compare, put
from jobcast.cli.installing import Consent, State, as_dict, options, settle, tell_end
from jobcast.cli.screen import print_json
from jobcast.errors import StoreError

AT = datetime(2026, 11, 27, 10, 15, tzinfo=UTC)


@pytest.fixture
def wanted(tmp_path: Path) -> list[Placed]:
    (tmp_path / "old").write_text("one\ntwo\n")
    (tmp_path / "gone").write_text("three\n")
    (tmp_path / "same").write_text("four\n")
    (tmp_path / "same").chmod(0o644)
    return [
        Placed(path=tmp_path / "new" / "stub", content="#!/bin/sh\n", mode=0o755),
        Placed(path=tmp_path / "old", content="one\n2\n"),
        Placed(path=tmp_path / "gone", content=None),
        Placed(path=tmp_path / "same", content="four\n"),
    ]


def run(wanted: list[Placed], *arguments: str, answer: str | None = None) -> Result:
    """Return what a command made of the shared piece prints."""

    @click.command()
    @options
    def command(*, yes: bool, dry_run: bool, as_json: bool) -> None:
        consent = Consent(yes=yes, dry_run=dry_run, as_json=as_json)
        differences = compare(wanted)
        state = settle(differences, consent)
        done = put(wanted, AT) if state is State.AGREED else {}
        if as_json:
            print_json(as_dict(differences, state, done))
        else:
            tell_end(wanted, done)

    return CliRunner().invoke(command, list(arguments), input=answer)


def files(folder: Path) -> dict[str, str]:
    return {str(file.relative_to(folder)): file.read_text() for file in folder.rglob("*") if file.is_file()}


def test_what_would_change_is_shown_and_written_after_a_yes(wanted, tmp_path):
    result = run(wanted, answer="y\n")
    assert result.stdout.replace(str(tmp_path), "") == (
        "--- nothing\n+++ /new/stub\n@@ -0,0 +1 @@\n+#!/bin/sh\n"
        "--- /old\n+++ /old\n@@ -1,2 +1,2 @@\n one\n-two\n+2\n"
        "--- /gone\n+++ nothing\n@@ -1 +0,0 @@\n-three\n"
        "written: /new/stub\n"
        "written: /old\nwhat stood there before is in /old.bak-20261127-101500\n"
        "removed: /gone\nwhat stood there before is in /gone.bak-20261127-101500\n"
    )
    assert result.stderr == "Write this? [y/N] "
    assert files(tmp_path) == {
        "new/stub": "#!/bin/sh\n",
        "old": "one\n2\n",
        "old.bak-20261127-101500": "one\ntwo\n",
        "gone.bak-20261127-101500": "three\n",
        "same": "four\n",
    }
    assert (tmp_path / "new/stub").stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize("answer", ["n\n", "\n", "", "what\n"])
def test_without_a_yes_nothing_changes(wanted, tmp_path, answer):
    before = files(tmp_path)
    result = run(wanted, answer=answer)
    assert result.stderr == "Write this? [y/N] nothing was changed; --yes writes without asking\n"
    assert files(tmp_path) == before


def test_a_dry_run_shows_and_changes_nothing(wanted, tmp_path):
    before = files(tmp_path)
    result = run(wanted, "--dry-run", "--yes")
    assert result.stderr == "dry run: nothing was changed\n"
    assert "+#!/bin/sh" in result.stdout
    assert files(tmp_path) == before


def test_written_again_nothing_is_asked_and_no_copy_is_made(wanted, tmp_path):
    run(wanted, "--yes")
    before = files(tmp_path)
    result = run(wanted)
    assert (result.stdout, result.stderr) == (
        "",
        "everything is there already; nothing was changed\n",
    )
    assert files(tmp_path) == before


def test_programs_get_differences_and_copies_as_json(wanted, tmp_path):
    result = run([wanted[2], wanted[3]], "--yes", "--json")
    assert result.stderr == ""
    assert result.stdout.replace(str(tmp_path), "") == (
        '{"schema": 1, "state": "agreed", "files": ['
        '{"path": "/gone", "change": "removed", "diff": "--- /gone\\n+++ nothing\\n@@ -1 +0,0 @@\\n-three", '
        '"backup": "/gone.bak-20261127-101500"}, '
        '{"path": "/same", "change": "same", "diff": "", "backup": null}]}\n'
    )


def test_rights_alone_are_a_difference(tmp_path):
    (tmp_path / "stub").write_text("x\n")
    (tmp_path / "stub").chmod(0o600)
    stub = Placed(path=tmp_path / "stub", content="x\n", mode=0o755, keep=False)
    result = run([stub], "--yes")
    assert result.stdout.replace(str(tmp_path), "") == "/stub: rights 0600 become 0755\nwritten: /stub\n"
    assert compare([stub]) == [Difference(name=str(stub.path), before="x\n", after="x\n")]
    assert files(tmp_path) == {"stub": "x\n"}


def test_copies_of_one_second_get_names_of_their_own(tmp_path):
    path = tmp_path / "unit"
    for text in ("a", "b", "c"):
        put([Placed(path=path, content=text)], AT)
    assert files(tmp_path) == {
        "unit": "c",
        "unit.bak-20261127-101500": "a",
        "unit.bak-20261127-101500-2": "b",
    }


def test_a_link_stays_one_and_what_is_behind_it_is_written(tmp_path):
    (tmp_path / "real").write_text("a\n")
    (tmp_path / "link").symlink_to("real")
    put([Placed(path=tmp_path / "link", content="b\n", keep=False)], AT)
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "b\n"


def test_what_is_no_file_is_refused(tmp_path):
    (tmp_path / "masked").symlink_to("/dev/null")
    with pytest.raises(StoreError, match="masked"):
        compare([Placed(path=tmp_path / "masked", content="a\n")])


def test_bytes_that_are_no_text_are_shown_and_kept(tmp_path):
    (tmp_path / "old").write_bytes(b"\xff\x1b[31m\n")
    result = run([Placed(path=tmp_path / "old", content="new\n")], "--yes")
    assert "-\\xff\\x1b[31m\n" in result.stdout
    assert (tmp_path / "old.bak-20261127-101500").read_bytes() == b"\xff\x1b[31m\n"
