"""How far an attempt has come, as its folder tells."""

import errno
import os
from pathlib import Path

import pytest

from jobcast.act.starter.progress import has_any, note, noted


def test_the_last_of_each_kind_counts(tmp_path: Path):
    assert (noted(tmp_path), has_any(tmp_path)) == ({}, False)
    for what, value in (
        ("tender", {"pid": 1}),
        ("phase", {"phase": "running"}),
        ("phase", {"phase": "epilog"}),
    ):
        note(tmp_path, what, value)
    assert noted(tmp_path) == {"tender": {"pid": 1}, "phase": {"phase": "epilog"}}
    assert has_any(tmp_path)


def test_all_that_a_power_cut_leaves_is_read_but_a_line_that_is_not_whole(tmp_path: Path):
    note(tmp_path, "tender", {"pid": 1})
    before = noted(tmp_path)
    note(tmp_path, "ended", {"how": "exited", "text": "grün\n"})
    after = noted(tmp_path)
    whole = (tmp_path / "progress").read_bytes()
    read = []
    for length in range(len(whole)):
        (tmp_path / "progress").write_bytes(whole[:length] + b"\0" * (len(whole) - length))
        read.append(noted(tmp_path))
    assert {} in read
    assert before in read
    assert all(each in ({}, before) for each in read[:-1])
    assert after == before | {"ended": {"how": "exited", "text": "grün\n"}}


def test_what_a_full_disk_takes_a_part_of_is_an_error_and_can_be_noted_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    note(tmp_path, "tender", {"pid": 1})
    whole = os.write
    with monkeypatch.context() as patched:
        patched.setattr(os, "write", lambda number, line: whole(number, line[:9]))
        with pytest.raises(OSError, match="No space left") as full:
            note(tmp_path, "ended", {"how": "exited"})
    assert full.value.errno == errno.ENOSPC
    assert noted(tmp_path) == {"tender": {"pid": 1}}
    note(tmp_path, "ended", {"how": "exited"})
    assert noted(tmp_path) == {"tender": {"pid": 1}, "ended": {"how": "exited"}}
