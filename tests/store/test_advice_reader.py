"""The journal of advice is read from its end, and what is no entry is counted."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast.store import advice_reader
from jobcast.store.advice import AdviceJournal, Entry
from jobcast.store.advice_reader import AdviceReader

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


def entry(number: int, **known: str) -> Entry:
    """Return an entry of six hours after the one before."""
    at = NEW_YEAR + timedelta(hours=6 * number)
    return Entry(id=f"a{number}", at=at, system="lsf", mode="shadow", **known)


@pytest.fixture
def journal(tmp_path: Path) -> AdviceJournal:
    journal = AdviceJournal(tmp_path)
    journal.append(map(entry, range(10)))
    journal.lines.close()
    return journal


def ids(reader: AdviceReader) -> list[str]:
    return [one.id for one in reader]


def test_what_was_written_last_comes_first(journal):
    assert ids(AdviceReader(journal)) == [f"a{number}" for number in range(9, -1, -1)]


def test_a_period_is_read_with_its_beginning_and_without_its_end(journal):
    since, until = NEW_YEAR + timedelta(hours=12), NEW_YEAR + timedelta(hours=30)
    assert ids(AdviceReader(journal, since, until)) == ["a4", "a3", "a2"]


def test_days_before_the_wanted_ones_are_not_opened(journal):
    journal.lines.of(NEW_YEAR.date()).unlink()
    journal.lines.of(NEW_YEAR.date()).mkdir()  # whoever opened it would fail
    assert ids(AdviceReader(journal, NEW_YEAR + timedelta(days=1))) == ["a9", "a8", "a7", "a6", "a5", "a4"]
    assert next(iter(AdviceReader(journal))).id == "a9"


BROKEN = (
    b'{"id":"torn","at":"20',
    b"nonsense\n",
    b"\n",
    b"\xff\xfe\x00\n",
    b'{"id":"x","at":"2026-01-01T00:00:00","system":"lsf","mode":"shadow"}\n',
    b'{"id":7,"at":"2026-01-01T00:00:00Z","system":"lsf","mode":"shadow"}\n',
    b'{"id":"x\xff","at":"2026-01-01T00:00:00Z","system":"lsf","mode":"shadow"}\n',
    b"\r\r\r\n",
)


@pytest.mark.parametrize("broken", BROKEN)
def test_a_line_that_is_no_entry_is_passed_over_and_counted(journal, broken):
    with journal.lines.of(NEW_YEAR.date()).open("ab") as file:
        file.write(broken)
    reader = AdviceReader(journal)
    assert len(ids(reader)) == 10
    assert reader.passed_over == 1


def test_no_journal_has_no_entries(tmp_path):
    assert ids(AdviceReader(AdviceJournal(tmp_path))) == []


@given(names=st.lists(st.text(max_size=40), max_size=12), block=st.integers(1, 200))
def test_wherever_blocks_end_the_lines_are_the_same(tmp_path_factory, names, block):
    journal = AdviceJournal(tmp_path_factory.mktemp("store"))
    entries = [entry(0, name=name.encode("utf-8", "replace").decode()) for name in names]
    journal.append(entries)
    journal.lines.close()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(advice_reader, "_BLOCK", block)
        reader = AdviceReader(journal)
        assert list(reader) == entries[::-1]
    assert reader.passed_over == 0
