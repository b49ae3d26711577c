"""What programs ask the service, and what they are answered."""

import json
import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from jobcast.advice import advice_id
from jobcast.errors import StoreError
from jobcast.predict.models import load
from jobcast.predict.shelf import Shelf
from jobcast.serve.app import make_app
from jobcast.store.advice import AdviceJournal
from jobcast.store.advice_reader import AdviceReader
from jobcast.store.feedback import FeedbackJournal
from jobcast.units import MIB, to_mib
from tests.serve.conftest import FIRST, NOW, SECOND, SOMEBODY, asker
from tests.trained import a_job, submission


def test_a_forecast_is_what_the_model_says_with_advice_beside_it(ask, trained, store):
    asked = replace(submission(**a_job()), at=NOW)
    (told,) = load(Shelf(store / "models").folder()).forecast([asked])
    reply = ask("POST", "/v1/forecast", a_job())
    assert reply.status == 200
    assert reply.headers["content-type"] == "application/json"
    answer = reply.json
    assert answer["model"] == trained
    assert answer["memory"] == {
        "quantiles_mb": {f"{share:g}": to_mib(amount) for share, amount in told.memory.quantiles.items()},
        "request_mb": to_mib(told.memory.request),
        "risk": 0.05,
        "basis": {
            "level": told.memory.basis.level,
            "rung": told.memory.basis.rung,
            "runs": told.memory.basis.runs,
            "age_days": round(told.memory.basis.age_days, 2),
            "median_from": told.memory.basis.median_from,
        },
    }
    assert answer["advice"] == {
        "id": FIRST,
        "mode": "shadow",
        "changes": [
            {
                "subject": "memory",
                "kind": "set",
                "before": None,
                "after": float(told.memory.request),
                "made": False,
            }
        ],
        "kept": [{"subject": "run_limit", "reason": "not_wanted"}],
    }


def test_many_jobs_are_answered_in_their_order_by_one_model(ask, trained):
    jobs = [a_job(number) for number in range(-100, 0)]
    answer = ask("POST", "/v1/forecast", {"jobs": jobs}).json
    assert answer["model"] == trained
    alone = [ask("POST", "/v1/forecast", job).json for job in jobs]
    assert [one["memory"] for one in answer["answers"]] == [one["memory"] for one in alone]
    assert [one["advice"]["id"] for one in answer["answers"]] == [advice_id(n) for n in range(1, 101)]


def test_a_job_of_which_nothing_is_known_gets_the_reason_and_no_number(ask):
    assert ask("POST", "/v1/forecast", {"user": "nobody-at-all"}).json["memory"] == {
        "reason": "nothing_similar"
    }


def test_what_was_answered_stands_in_the_journal(ask, store, trained):
    ask("POST", "/v1/forecast", {**a_job(), "memory_mb": 1 << 20, "cores": 2})
    (entry,) = AdviceReader(AdviceJournal(store))
    job = a_job()
    assert (entry.id, entry.at, entry.system, entry.mode, entry.asked_by, entry.model) == (
        FIRST, NOW, "api", "shadow", "root", trained,
    )  # fmt: skip
    assert (entry.user, entry.queue, entry.command, entry.cwd, entry.cores) == (
        job["user"], job["queue"], job["command"], job["cwd"], 2,
    )  # fmt: skip
    (change,) = entry.changes
    assert (change.subject, change.kind, change.before, change.made) == (
        "memory",
        "lower",
        float(MIB << 20),
        False,
    )
    assert change.after == entry.memory_request


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"usr": "chen"}',
        b'{"cores": -1}',
        b'{"cores": "many"}',
        b'{"memory_mb": 1e30}',
        b'{"run_limit_s": NaN}',
        b'{"jobs": []}',
        b'{"jobs": [{}], "user": "chen"}',
        b'{"jobs": [{"jobs": []}]}',
        b'{"user": "\xff"}',
        b"[" * 100_000,
    ],
)
def test_a_body_that_cannot_be_is_a_bad_request_with_its_reason(ask, body):
    reply = ask("POST", "/v1/forecast", body)
    assert (reply.status, reply.json["error"]) == (400, "bad_request")
    assert reply.json["message"]


def test_a_body_beyond_the_limit_is_refused_before_it_is_read_whole(ask):
    assert ask("POST", "/v1/forecast", b" " * (4 << 20) + b"{}").status == 413


def test_without_a_model_there_is_a_reason_and_no_number(make_service):
    ask = asker(make_app(make_service()))
    for path, body in (("/v1/forecast", a_job()), ("/memPrediction", b"user=chen")):
        reply = ask("POST", path, body)
        assert (reply.status, reply.json["error"]) == (503, "no_model")
    assert (ask("GET", "/readyz").status, ask("GET", "/healthz").status) == (503, 200)


FINISHED = {
    "finish_time": (NOW - timedelta(minutes=1)).isoformat(),
    "memory_peak_bytes": 7 << 30,
    "run_time_s": 60.0,
}


def test_a_finished_job_changes_the_next_forecast_of_its_kind_at_once(ask):
    job = {"user": "new", "command": "brandnew --block a", "cwd": "/p/new/a"}
    assert ask("POST", "/v1/forecast", job).json["memory"] == {"reason": "nothing_similar"}
    for minute in (5, 6, 7):
        at = (NOW - timedelta(minutes=minute)).isoformat()
        told = {"jobs": [{**job, **FINISHED, "finish_time": at}]}
        assert ask("POST", "/v1/feedback", told).json == {"schema": 1, "accepted": 1}
    memory = ask("POST", "/v1/forecast", job).json["memory"]
    assert (memory["basis"]["runs"], memory["basis"]["level"]) == (3, "young")
    assert memory["quantiles_mb"]["0.5"] > 1024


def test_feedback_is_kept_so_that_other_workers_and_later_models_learn_it(ask, store):
    ask("POST", "/v1/feedback", {"jobs": [{"user": "chen", "memory_mb": 1024, **FINISHED}]})
    entries, _ = FeedbackJournal(store).after(FeedbackJournal(store).since(NOW))
    assert [(entry.user, entry.memory_requested, entry.memory_peak) for entry in entries] == [
        ("chen", 1 << 30, 7 << 30)
    ]


def test_a_time_without_a_zone_is_no_moment(ask):
    reply = ask("POST", "/v1/feedback", {"jobs": [{**FINISHED, "finish_time": "2026-03-01T08:00:00"}]})
    assert (reply.status, reply.json["error"]) == (400, "bad_request")


@pytest.mark.parametrize("time", ["9999-12-31T23:59:59Z", (NOW + timedelta(seconds=61)).isoformat()])
def test_a_job_that_has_not_ended_yet_is_refused(ask, store, time):
    reply = ask("POST", "/v1/feedback", {"jobs": [FINISHED, {**FINISHED, "finish_time": time}]})
    assert (reply.status, reply.json["error"]) == (400, "bad_request")
    assert "has not come yet" in reply.json["message"]
    assert not (store / "feedback").exists()


def test_a_clock_that_is_a_minute_ahead_is_borne(ask):
    at = (NOW + timedelta(seconds=60)).isoformat()
    assert ask("POST", "/v1/feedback", {"jobs": [{**FINISHED, "finish_time": at}]}).status == 200


def test_elements_of_an_array_that_are_alike_are_learnt_each(ask, service):
    alike = [{"user": "new", "job_id": "7", "array_index": number, **FINISHED} for number in range(3)]
    assert ask("POST", "/v1/feedback", {"jobs": [*alike, alike[0]]}).json["accepted"] == 4
    assert service.follower.loaded.runs_learnt == 3


def test_only_who_may_can_tell_of_finished_jobs(ask, store):
    told = {"jobs": [FINISHED]}
    assert ask("POST", "/v1/feedback", told, uid=SOMEBODY).status == 403
    assert ask("POST", "/v1/feedback", told, uid=None, client=("127.0.0.1", 4)).status == 401
    assert not (store / "feedback").exists()


def test_ones_own_advice_can_be_read_and_nobody_elses(ask):
    ask("POST", "/v1/forecast", {"user": str(SOMEBODY), "command": "mine"})
    ask("POST", "/v1/forecast", {"user": "somebody-else", "command": "secret"})
    assert ask("GET", f"/v1/advice/{FIRST}", uid=SOMEBODY).json["command"] == "mine"
    assert ask("GET", f"/v1/advice/{SECOND}", uid=SOMEBODY).status == 404
    assert ask("GET", f"/v1/advice/{advice_id(9)}", uid=SOMEBODY).status == 404
    assert ask("GET", f"/v1/advice/{SECOND}").json["command"] == "secret"
    assert ask("GET", f"/v1/advice/{FIRST}", uid=None, client=("127.0.0.1", 4)).status == 401


@pytest.mark.parametrize(
    "name", ["none", "a" * 12, "a" * 14, "A" * 13, "a" * 12 + "1", "a" * 12 + "%0A", "."]
)
def test_what_is_no_name_of_an_advice_is_not_searched_for(ask, service, monkeypatch, name):
    monkeypatch.setattr(service.journal, "find", None)
    assert ask("GET", f"/v1/advice/{name}", uid=SOMEBODY).status == 404


def test_an_advice_is_searched_for_in_the_newest_days_by_a_thread_of_its_own(ask, service, monkeypatch):
    searches = []

    def find(name: str, days: int) -> None:
        searches.append((name, days, threading.current_thread().name))

    monkeypatch.setattr(service.journal, "find", find)
    for _ in range(3):
        assert ask("GET", f"/v1/advice/{FIRST}").status == 404
    assert searches == [(FIRST, 400, "searching_0")] * 3


def test_the_models_of_the_shelf_are_listed_with_the_one_that_answers(ask, trained):
    answer = ask("GET", "/v1/models").json
    assert answer["answering"] == trained
    assert [(one["name"], one["active"], one["recipe"]) for one in answer["models"]] == [
        (trained, True, "default")
    ]


def test_a_ready_service_names_its_model_and_a_file_that_went_bad(ask, trained, service, rules):
    assert ask("GET", "/readyz").json == {"schema": 1, "ready": True, "model": trained, "trouble": {}}
    rules.write_text("mode = 1")
    service.rules.look()
    assert str(rules) in ask("GET", "/readyz").json["trouble"]["rules"]


def test_figures_are_told_to_prometheus(ask):
    ask("POST", "/v1/forecast", a_job())
    text = ask("GET", "/metrics").body.decode()
    assert 'jobcast_requests_total{route="/v1/forecast",status="200"}' in text
    assert 'jobcast_request_seconds_count{route="/v1/forecast"}' in text


def test_a_fault_of_ours_is_no_answer(ask, service, monkeypatch):
    monkeypatch.setattr(type(service.desk), "answer", lambda *_: json.loads("{"))
    reply = ask("POST", "/v1/forecast", a_job())
    assert (reply.status, reply.json["error"]) == (503, "fault")


def test_a_service_that_cannot_note_what_it_answers_is_not_ready(ask, service, store, monkeypatch):
    ask("POST", "/v1/forecast", a_job())
    broken = StoreError("no room to write")

    def refuse(*_: object) -> None:
        raise broken

    with monkeypatch.context() as patch:
        patch.setattr(service.journal.lines, "append", refuse)
        assert ask("POST", "/v1/forecast", a_job()).status == 503
    reply = ask("GET", "/readyz")
    assert (reply.status, reply.json["trouble"]) == (503, {"journal": "no room to write"})
    assert ask("POST", "/v1/forecast", a_job()).status == 200
    assert ask("GET", "/readyz").status == 200


def test_what_a_program_asks_changes_nothing_whatever_the_mode(ask, service, rules, store):
    rules.write_text('mode = "lower"')
    service.rules.look()
    answer = ask("POST", "/v1/forecast", a_job()).json
    assert [one["made"] for one in answer["advice"]["changes"]] == [True]
    (entry,) = AdviceReader(AdviceJournal(store))
    assert [one.made for one in entry.changes] == [False]
