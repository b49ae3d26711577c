"""The model that answers: loaded whatever is wrong with it, taught each run once, from where its card says."""

import asyncio
import json
import logging
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jobcast.predict.families import FamilyModel
from jobcast.serve import active
from jobcast.serve.active import Follower, Loaded
from jobcast.store.feedback import FeedbackJournal, FinishedEntry
from tests.serve.conftest import NOW
from tests.trained import made_up_history

UNTIL: datetime = made_up_history()["finish_time"].max()


def finished(number: int, at: datetime = UNTIL) -> FinishedEntry:
    """Return a job that ended some seconds after all that the model knows."""
    return FinishedEntry(finish_time=at + timedelta(seconds=abs(number) + 1), user="new", memory_peak=1 << 30)


@pytest.fixture
def follower(store: Path) -> Follower:
    return Follower(store)


def _on_a_card(store: Path, name: str, **data: object) -> None:
    path = store / "models" / name / "card.json"
    card = json.loads(path.read_text())
    path.write_text(json.dumps({**card, "data": {**card["data"], **data}}))


def test_a_model_that_is_damaged_in_any_way_is_refused_and_not_tried_again(
    trained, make_service, monkeypatch, caplog
):
    def damaged(_folder: Path) -> FamilyModel:
        raise ZeroDivisionError("no tree has a leaf")

    monkeypatch.setattr(active, "load", damaged)
    with caplog.at_level(logging.ERROR, "jobcast.serve"):
        service = make_service()
    told = f"the model {trained} can't be loaded, the log tells more: ZeroDivisionError: no tree has a leaf"
    assert service.follower.trouble.message == told
    assert (service.follower.loaded, service.follower.wanted()) == (None, None)
    assert "Traceback" in caplog.text


def test_a_journal_with_half_a_letter_keeps_no_service_from_starting(trained, make_service, store):
    journal = FeedbackJournal(store)
    journal.append([finished(1)], NOW)
    journal.lines.append(NOW.date(), b'{"finish_time":"2026-03-01T08:00:00Z","user":"\xff"}\n')
    journal.append([finished(2)], NOW)
    assert make_service().follower.loaded.runs_learnt == 2


def test_only_feedback_that_may_be_new_to_a_model_is_read(trained, follower, store):
    for days in range(-3, 3):
        FeedbackJournal(store).append([finished(days)], UNTIL + timedelta(days=days))
    for days in (-3, -2):  # whoever opened them would fail
        day = follower.feedback.lines.of((UNTIL + timedelta(days=days)).date())
        day.unlink()
        day.mkdir()
    loaded = follower.load(trained)
    assert isinstance(loaded, Loaded)
    assert loaded.runs_learnt == 3  # what was told a day before it ended is none


@pytest.mark.parametrize("until", ["9999-12-31T00:00:00+00:00", "2026-03-01T02:00:07+00:00"])
def test_a_card_that_tells_of_a_finish_yet_to_come_is_taken_for_its_moment(trained, follower, store, until):
    _on_a_card(store, trained, finished_until=until)
    loaded = follower.load(trained)
    assert isinstance(loaded, Loaded)
    assert loaded.place == (datetime(2026, 2, 28, tzinfo=UTC).date(), 0)


def test_feedback_that_every_model_knows_is_forgotten_when_one_is_loaded(trained, make_service, store):
    other = shutil.copytree(store / "models" / trained, store / "models" / "2026-03-01T03-00-00").name
    _on_a_card(store, other, finished_until=(UNTIL - timedelta(days=2)).isoformat())
    days = [(UNTIL + timedelta(days=number)).date() for number in range(-5, 1)]
    for day in days:
        FeedbackJournal(store).append([finished(0)], datetime(day.year, day.month, day.day, tzinfo=UTC))
    make_service()
    assert FeedbackJournal(store).lines.days() == days[2:]


def test_feedback_stays_where_a_card_does_not_tell_what_its_model_knows(trained, make_service, store):
    other = shutil.copytree(store / "models" / trained, store / "models" / "2026-03-01T03-00-00").name
    _on_a_card(store, other, finished_until=None)
    FeedbackJournal(store).append([finished(0)], UNTIL - timedelta(days=9))
    make_service()
    (store / "models" / other / "card.json").write_text("{")
    make_service()
    assert FeedbackJournal(store).lines.days() == [(UNTIL - timedelta(days=9)).date()]


def test_many_runs_are_learnt_in_turn_with_others_and_each_once(trained, service, monkeypatch):
    taught: list[int] = []
    learn = FamilyModel.learn

    def noted(model: FamilyModel, runs: list) -> int:
        taught.append(len(runs))
        return learn(model, runs)

    monkeypatch.setattr(FamilyModel, "learn", noted)
    service.follower.feedback.append(map(finished, range(150)), NOW)

    async def learn_twice() -> None:
        await asyncio.gather(service.learn(), service.learn())

    asyncio.run(learn_twice())
    assert taught == [64, 64, 22]
    assert service.follower.loaded.runs_learnt == 150
