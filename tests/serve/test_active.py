"""The model that answers: loaded whatever is wrong with it, taught each run once, from where its card says."""

import asyncio
import json
import logging
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jobcast.predict.families import FamilyModel
from jobcast.predict.shelf import Shelf
from jobcast.serve import active
from jobcast.serve.active import Follower, Loaded
from jobcast.serve.app import make_app
from jobcast.serve.service import Service
from jobcast.store.feedback import FeedbackJournal, FinishedEntry
from tests.serve.conftest import NOW, asker
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


def test_a_model_that_is_damaged_in_any_way_is_refused_and_not_tried_again_at_once(
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


@pytest.fixture
def another(trained: str, store: Path) -> str:
    """Have another model active, of which a file is cut off, and return its name."""
    other = shutil.copytree(store / "models" / trained, store / "models" / "2026-03-01T03-00-00").name
    (store / "models" / other / "median.txt").write_text("")
    Shelf(store / "models").activate(other)
    return other


def test_where_the_active_model_is_damaged_the_one_before_answers_also_in_a_new_worker(
    trained, another, make_service, caplog
):
    with caplog.at_level(logging.INFO, "jobcast.serve"):
        service = make_service()
    why = service.follower.trouble.message
    assert why.startswith(f"{trained} answers instead: ")
    assert another in why
    assert [record.message for record in caplog.records] == [
        f"model {trained} answers from now on",
        f"model {another} can't be used: {why}",
    ]
    reply = asker(make_app(service))("GET", "/readyz")
    assert reply.status == 200
    assert reply.json == {"schema": 1, "ready": True, "model": trained, "trouble": {"model": why}}


def test_the_last_model_that_can_be_loaded_stands_in(trained, another, make_service, store):
    shelf = Shelf(store / "models")
    third = shutil.copytree(shelf.path / another, shelf.path / "2026-03-01T04-00-00").name
    shelf.activate(third)
    assert make_service().follower.loaded.name == trained


def _looks(service: Service, times: int) -> list[str]:
    """Return what answers after each of so many looks."""
    names = []
    for _ in range(times):
        asyncio.run(service.look())
        names.append(service.follower.loaded.name)
    return names


def test_a_model_whose_files_are_put_back_answers_after_a_while(trained, another, make_service, store):
    service = make_service()
    shutil.copy(store / "models" / trained / "median.txt", store / "models" / another / "median.txt")
    assert _looks(service, 40) == [trained] * 39 + [another]
    assert service.follower.trouble is None


def test_a_model_whose_files_are_what_they_were_is_tried_again_later(trained, another, follower, monkeypatch):
    monkeypatch.setattr(active, "_LOOKS_AGAIN", 80)
    follower.take(another, follower.load(another))
    assert [follower.wanted() for _ in range(80)] == [None] * 79 + [another]
    follower.take(another, follower.load(another))
    assert follower.trouble.message.startswith(f"{trained} answers instead: ")
    assert follower.wanted() is None


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


def test_feedback_that_no_model_in_turn_needs_is_forgotten_when_one_is_loaded(trained, make_service, store):
    other = shutil.copytree(store / "models" / trained, store / "models" / "2026-03-01T03-00-00").name
    _on_a_card(store, other, finished_until=(UNTIL - timedelta(days=2)).isoformat())
    unused = shutil.copytree(store / "models" / trained, store / "models" / "2026-03-01T01-00-00").name
    _on_a_card(store, unused, finished_until=(UNTIL - timedelta(days=4)).isoformat())
    shelf = Shelf(store / "models")
    for name in (unused, other, trained):
        shelf.activate(name, stays=name == unused)
    days = [(UNTIL + timedelta(days=number)).date() for number in range(-5, 1)]
    for day in days:
        FeedbackJournal(store).append([finished(0)], datetime(day.year, day.month, day.day, tzinfo=UTC))
    make_service()
    assert FeedbackJournal(store).lines.days() == days[2:]


def test_feedback_stays_where_a_card_does_not_tell_what_its_model_knows(trained, make_service, store):
    other = shutil.copytree(store / "models" / trained, store / "models" / "2026-03-01T03-00-00").name
    _on_a_card(store, other, finished_until=None)
    for name in (other, trained):
        Shelf(store / "models").activate(name)
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
