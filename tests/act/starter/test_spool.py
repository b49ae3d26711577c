"""What is kept of attempts on the disk."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast.act.starter import post as post_module
from jobcast.act.starter.post import Post
from jobcast.act.starter.progress import note, noted
from jobcast.act.starter.spool import attempt_of, folder_name, hold, private_database, read, remove, write


@given(st.text(min_size=1, max_size=20))
def test_an_id_names_one_folder_and_the_folder_names_the_id(attempt):
    name = folder_name(attempt)
    assert attempt_of(name) == attempt
    assert name.isascii()
    assert not {"/", "\0", "."} & set(name)


@pytest.mark.parametrize("attempt", ["", "é" * 34, "x" * 201])
def test_ids_that_name_no_folder_are_refused(attempt):
    with pytest.raises(ValueError, match="1 to 200 bytes"):
        folder_name(attempt)


def test_what_is_written_is_read_and_a_part_of_it_is_not(tmp_path: Path):
    path = tmp_path / "attempt.json"
    assert read(path) is None
    write(path, {"a": "grün"})
    assert read(path) == {"a": "grün"}
    assert [each.name for each in tmp_path.iterdir()] == ["attempt.json"]
    path.write_bytes(path.read_bytes()[:-3])
    assert read(path) is None
    path.write_text("[1]")
    assert read(path) is None


def test_one_tends_an_attempt_at_a_time(tmp_path: Path):
    (tmp_path / "attempt.json").touch()
    lock = hold(tmp_path)
    assert lock is not None
    assert hold(tmp_path) is None
    os.close(lock)
    again = hold(tmp_path)
    assert again is not None
    os.close(again)


def test_a_database_is_opened_while_another_takes_away_what_lies_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = tmp_path / "x.sqlite"
    listed = [path, tmp_path / "x.sqlite-wal"]
    monkeypatch.setattr(Path, "glob", lambda _self, _pattern: iter(listed))
    private_database(path).close()
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_folder_is_removed_with_all_that_is_in_it(tmp_path: Path):
    folder = tmp_path / "a@1"
    remove(folder)
    folder.mkdir()
    for name in ("attempt.json", "script", "progress"):
        (folder / name).touch()
    remove(folder)
    assert list(tmp_path.iterdir()) == []


def test_on_a_full_disk_an_end_waits_until_it_can_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    tried: list[Path] = []

    def full_at_first(folder: Path, what: str, value: dict[str, object]) -> None:
        tried.append(folder)
        if len(tried) < 3:
            raise OSError("No space left on device")
        note(folder, what, value)

    monkeypatch.setattr(post_module, "note", full_at_first)
    monkeypatch.setattr(post_module, "_RETRY_S", 0.0)
    Post(folder=tmp_path, news=-1, orders=-1, lock=-1, grace=1.0).leave({"how": "exited"})
    assert noted(tmp_path) == {"ended": {"how": "exited"}}


def test_news_that_nobody_takes_are_told_later_in_their_order(tmp_path: Path):
    ear, mouth = os.pipe()
    for number in (ear, mouth):
        os.set_blocking(number, False)
    while True:  # nobody listens, and the pipe is full
        try:
            os.write(mouth, b"x" * 4096)
        except BlockingIOError:
            break
    post = Post(folder=tmp_path, news=mouth, orders=-1, lock=-1, grace=1.0)
    post.tell({"first": 1})
    os.read(ear, 1 << 20)
    post.tell({"second": 2})
    told = os.read(ear, 1 << 20).splitlines()
    assert told == [
        b'{"phase": "prolog", "news": {"first": 1}}',
        b'{"phase": "prolog", "news": {"second": 2}}',
    ]
    os.close(ear)
    os.close(mouth)
