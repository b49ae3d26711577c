"""Daily files of lines: whole lines, in order, whoever writes them."""

import errno
import os
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from multiprocessing import get_context
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast.errors import StoreError
from jobcast.store.lines import DailyLines

DAY, NEXT = date(2026, 3, 1), date(2026, 3, 2)


@pytest.fixture
def lines(tmp_path):
    return DailyLines(tmp_path / "journal")


def test_nothing_is_written_before_the_first_line(lines):
    assert (lines.days(), lines.after((DAY, 0)), lines.folder.exists()) == ([], ([], (DAY, 0)), False)


def test_lines_come_back_by_day_in_the_order_in_which_they_were_written(lines):
    lines.append(NEXT, b"c\n")
    lines.append(DAY, b"a\nb\n")
    assert lines.days() == [DAY, NEXT]
    assert [list(lines.read(day)) for day in lines.days()] == [[b"a\n", b"b\n"], [b"c\n"]]


def test_a_reader_that_follows_gets_each_line_once_over_midnight_too(lines):
    lines.append(DAY, b"a\n")
    first, place = lines.after((DAY, 0))
    lines.append(DAY, b"b\n")
    lines.append(NEXT, b"c\n")
    second, place = lines.after(place)
    third, place = lines.after(place)
    assert (first, second, third) == ([b"a\n"], [b"b\n"], [b"c\n"])
    assert (place, lines.after(place)) == ((NEXT, 2), ([], (NEXT, 2)))


@given(
    written=st.lists(
        st.binary(max_size=9).map(lambda one: one.replace(b"\r", b"").replace(b"\n", b"") + b"\n")
    )
)
def test_in_pieces_of_any_size_each_line_is_read_once(tmp_path_factory, written):
    lines = DailyLines(tmp_path_factory.mktemp("journal"))
    lines.append(DAY, b"".join(written))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("jobcast.store.lines._PIECE", 5)
        found, place = [], (DAY, 0)
        while True:
            piece, place = lines.after(place)
            if not piece:
                break
            assert len(piece) <= 6
            found += piece
    assert found == written
    lines.close()


def test_half_a_line_is_read_when_it_is_whole(lines):
    lines.append(DAY, b"a\nhal")
    found, place = lines.after((DAY, 0))
    assert (found, list(lines.read(DAY))) == ([b"a\n"], [b"a\n"])
    lines.append(DAY, b"f\n")
    assert lines.after(place)[0] == [b"half\n"]


def test_half_a_line_that_a_power_cut_left_does_not_swallow_the_next(lines):
    lines.append(DAY, b"a\nhal")
    lines.close()
    lines.append(DAY, b"b\n")
    assert list(lines.read(DAY)) == [b"a\n", b"hal\n", b"b\n"]


def test_half_a_line_that_a_full_disk_left_does_not_swallow_the_next(lines, monkeypatch):
    write, room = os.write, [2]

    def full(file: int, content: bytes) -> int:
        if not room:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(file, content[: room.pop()])

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        with pytest.raises(StoreError, match="no room"):
            lines.append(DAY, b"lost\n")
    lines.append(DAY, b"b\n")
    assert list(lines.read(DAY)) == [b"lo\n", b"b\n"]


def test_old_days_are_removed_and_others_stay(lines):
    for day in (date(2026, 2, 28), DAY, NEXT):
        lines.append(day, b"a\n")
    lines.forget(DAY)
    assert lines.days() == [DAY, NEXT]


def test_files_of_other_names_are_none_of_ours(lines):
    lines.append(DAY, b"a\n")
    for other in ("notes", "20260301", "2026-W09-7", "2026-060", "2026-03-01 "):
        (lines.folder / f"{other}.jsonl").write_text("x")
    assert lines.days() == [DAY]


def test_others_on_the_host_cannot_read_the_lines(lines):
    lines.append(DAY, b"a\n")
    assert lines.of(DAY).stat().st_mode & 0o007 == 0


def _write(folder: str, writer: int) -> None:
    lines = DailyLines(Path(folder))
    for number in range(200):
        lines.append(DAY, f"{writer} {number} {'x' * 500}\n".encode())


def test_lines_of_several_writers_never_mix(lines):
    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as pool:
        list(pool.map(_write, [str(lines.folder)] * 4, range(4)))
    found = [line.split() for line in lines.read(DAY)]
    for writer in range(4):
        own = [int(number) for who, number, filling in found if who == b"%d" % writer and len(filling) == 500]
        assert own == list(range(200))


def test_a_full_disk_is_told_with_its_cure(lines):
    lines.folder.mkdir()
    lines.of(DAY).symlink_to("/dev/full")
    with pytest.raises(StoreError, match="no room") as full:
        lines.append(DAY, b"a\n")
    assert full.value.transient
