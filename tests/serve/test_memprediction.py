"""memPrediction's esub can go on as it is: the same path, the same form, an integer in MB as the answer."""

from urllib.parse import urlencode

import pytest

from jobcast.store.advice import AdviceJournal
from jobcast.store.advice_reader import AdviceReader
from tests.trained import a_job


def form(**more: str) -> bytes:
    job = a_job()
    fields = {
        "strated_time": "Mon Mar  2 07:59:00",
        "job_name": job["name"] or "None",
        **{name: job[name] for name in ("command", "cwd", "user", "queue", "project")},
        **more,
    }
    return urlencode(fields).encode()


def test_the_answer_is_one_integer_in_mb(ask):
    reply = ask("POST", "/memPrediction", form())
    forecast = ask("POST", "/v1/forecast", {**a_job(), "name": a_job()["name"] or "None"}).json
    assert (reply.status, reply.headers["content-type"]) == (200, "application/json")
    assert reply.body == b"%d\n" % forecast["memory"]["request_mb"]


def test_both_spellings_of_the_time_are_read(ask):
    other = form().replace(b"strated_time", b"started_time")
    assert ask("POST", "/memPrediction", other).body == ask("POST", "/memPrediction", form()).body


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (form(user="nobody-at-all", command="x", cwd="y", queue="z", project="p"), "no_forecast"),
        (form(strated_time="at noon"), "bad_form"),
        (form(walltime="1"), "bad_form"),
        (b"&".join(b"a=1" for _ in range(100)), "bad_form"),
        (b"\xff\xfe=\x00", "bad_form"),
    ],
)
def test_a_failure_is_a_503_with_its_reason_and_never_a_number(ask, body, error):
    reply = ask("POST", "/memPrediction", body)
    assert (reply.status, reply.json["error"]) == (503, error)


def test_the_limits_of_the_rules_hold_for_it_too(ask, service, rules):
    rules.write_text('memory_least = "2TB"')
    service.rules.look()
    assert ask("POST", "/memPrediction", form()).body == b"2097152\n"


def test_it_stands_in_the_journal(ask, store):
    ask("POST", "/memPrediction", form())
    assert [(entry.system, entry.user) for entry in AdviceReader(AdviceJournal(store))] == [
        ("memprediction", a_job()["user"])
    ]


def test_the_journal_says_what_that_esub_does_with_the_answer(ask, store, service, rules):
    rules.write_text('mode = "advise"\nrun_limit = true')
    service.rules.look()
    amount = int(ask("POST", "/memPrediction", form(job_name=a_job()["project"])).body)
    (entry,) = AdviceReader(AdviceJournal(store))
    (change,) = entry.changes
    assert (change.subject, change.kind, change.before, change.after, change.made) == (
        "memory", "set", None, float(amount << 20), True,
    )  # fmt: skip
    assert [(one.subject, one.reason) for one in entry.kept] == [("run_limit", "not_wanted")]
    assert entry.name is None  # it sends the project as the name


def test_where_the_rules_want_no_forecast_there_is_no_number(ask, service, rules):
    rules.write_text('mode = "off"')
    service.rules.look()
    reply = ask("POST", "/memPrediction", form())
    assert (reply.status, reply.json["error"]) == (503, "off")
