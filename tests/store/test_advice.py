"""The journal of advice: what was answered, to whom, when; nothing is ever changed in it."""

from datetime import UTC, datetime, timedelta

import pytest

from jobcast.store.advice import AdviceJournal, ChangeEntry, Entry, KeptEntry
from jobcast.store.advice_reader import AdviceReader

AT = datetime(2026, 3, 1, 23, 59, 59, tzinfo=UTC)


def entry(number: int, at: datetime = AT) -> Entry:
    return Entry(
        id=f"id{number}",
        at=at,
        system="lsf",
        mode="apply",
        user="chen",
        command='echo "\n$(x)" \u2028',
        changes=(ChangeEntry(subject="memory", kind="set", before=None, after=1024.0, made=True),),
        kept=(KeptEntry(subject="run_limit", reason="not_wanted"),),
    )


@pytest.fixture
def journal(tmp_path):
    return AdviceJournal(tmp_path)


def test_entries_come_back_as_they_were_written(journal, tmp_path):
    journal.append([entry(1), entry(2, AT + timedelta(seconds=1))])
    assert list(AdviceReader(AdviceJournal(tmp_path))) == [entry(2, AT + timedelta(seconds=1)), entry(1)]
    assert [file.name for file in sorted((tmp_path / "advice").iterdir())] == [
        "2026-03-01.jsonl",
        "2026-03-02.jsonl",
    ]


def test_a_period_begins_with_its_first_moment_and_ends_before_its_last(journal):
    journal.append([entry(number, AT + timedelta(hours=number)) for number in range(4)])
    found = AdviceReader(journal, AT + timedelta(hours=1), AT + timedelta(hours=3))
    assert [one.id for one in found] == ["id2", "id1"]


def test_an_entry_is_found_by_its_name(journal):
    journal.append([entry(1), entry(11, AT + timedelta(days=1)), entry(2, AT + timedelta(days=1))])
    assert journal.find("id1") == entry(1)
    assert journal.find("chen") is None


def test_a_search_may_end_after_some_days(journal):
    journal.append([entry(number, AT + timedelta(days=number)) for number in range(4)])
    assert [journal.find(f"id{number}", days=2) for number in range(4)] == [
        None, None, entry(2, AT + timedelta(days=2)), entry(3, AT + timedelta(days=3)),
    ]  # fmt: skip


def test_what_is_no_entry_is_passed_over(journal):
    journal.append([entry(1)])
    torn = b'{"id":"id2","at":"2026-03-01T23:59:59Z","system":"\xff","mode":"apply"}\n'
    journal.lines.append(AT.date(), torn + b"\xff\n{}\nnull\n")
    journal.append([entry(2)])
    assert [one.id for one in AdviceReader(journal)] == ["id2", "id1"]
    assert journal.find("id2") == entry(2)
