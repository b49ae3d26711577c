"""The journal of feedback: what sites told, in the order in which it was told, without what can't be."""

from datetime import UTC, datetime, timedelta

import pytest

from jobcast.store.feedback import BEGINNING, FeedbackJournal, FinishedEntry

AT = datetime(2026, 3, 1, 8, tzinfo=UTC)


def finished(user: str, at: datetime = AT) -> FinishedEntry:
    return FinishedEntry(finish_time=at, user=user, memory_peak=1 << 30)


@pytest.fixture
def journal(tmp_path):
    return FeedbackJournal(tmp_path)


def told(journal: FeedbackJournal, place=BEGINNING) -> list[FinishedEntry]:
    """Return all that is behind a place."""
    found = []
    while True:
        entries, behind = journal.after(place)
        if behind == place:
            return found
        found, place = found + entries, behind


def test_entries_come_back_as_they_were_told_since_a_day(journal):
    for day in range(3):
        journal.append([finished(f"{day}", AT + timedelta(days=day))], AT + timedelta(days=day))
    assert [one.user for one in told(journal)] == ["0", "1", "2"]
    assert told(journal, journal.since(AT + timedelta(days=1, hours=15))) == [
        finished("1", AT + timedelta(days=1)),
        finished("2", AT + timedelta(days=2)),
    ]


def test_what_is_no_entry_is_passed_over(journal):
    journal.append([finished("a")], AT)
    journal.lines.append(AT.date(), b'{"finish_time":"2026-03-01T08:00:00Z","user":"\xff"}\n')
    journal.lines.append(AT.date(), b'{"finish_time":"2026-03-01T08:00:00"}\n\xff\nnull\n\n')
    journal.append([finished("b")], AT)
    assert told(journal) == [finished("a"), finished("b")]


def test_a_job_that_had_not_ended_when_it_was_told_is_passed_over(journal):
    midnight = datetime(2026, 3, 2, tzinfo=UTC)
    journal.append([finished("a", datetime(9999, 12, 31, tzinfo=UTC)), finished("b", midnight)], AT)
    journal.append(
        [finished("c", midnight + timedelta(hours=1)), finished("d", datetime(1, 1, 1, tzinfo=UTC))], AT
    )
    assert [one.user for one in told(journal)] == ["b", "d"]


def test_what_was_told_before_a_day_is_forgotten(journal):
    for day in range(3):
        journal.append([finished(f"{day}", AT)], AT + timedelta(days=day))
    journal.forget(AT + timedelta(days=1, hours=15))
    assert [one.user for one in told(journal)] == ["1", "2"]
