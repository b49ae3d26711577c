"""Which engine runs what, who is asked for estimates when, and how progress is told."""

from dataclasses import replace
from functools import partial

import pytest

from jobcast.errors import InputError
from jobcast.simulate.counts import engine
from jobcast.simulate.counts.base import CONSERVATIVE, EASY, EASY_SJBF, Rule
from jobcast.simulate.estimates.simple import LastTwo
from tests.simulate.counts.logs import jobs_of, made_up

plain = partial(engine.run, compiled=False)
JOBS = jobs_of(submit=[0, 5, 5], run=[10, 20, 1], request=[10, 20, 4], processors=[8, 8, 8], user=[1, 2, 1])


class Diary:
    """An estimator that writes down what happens to it."""

    def __init__(self) -> None:
        self.days: list[tuple[str, int, int]] = []

    def at_submission(self, job: int, now: int) -> int:
        self.days.append(("submitted", job, now))
        return 4

    def at_finish(self, job: int, now: int) -> None:
        self.days.append(("finished", job, now))


def test_an_estimator_is_asked_at_submission_and_told_at_the_end_in_the_order_of_simulated_time():
    diary = Diary()
    outcome = plain(JOBS, 8, Rule(estimates=diary))
    assert diary.days == [
        ("submitted", 0, 0),
        ("submitted", 1, 5),
        ("submitted", 2, 5),
        ("finished", 0, 10),
        ("finished", 1, 30),
        ("finished", 2, 31),
    ]
    assert outcome.estimate.tolist() == [4, 4, 4]
    assert outcome.corrections.tolist() == [1, 1, 0]


def test_an_estimator_of_the_users_last_two_jobs_starts_jobs_as_the_built_in_one():
    jobs = made_up(500, 32, seed=7)
    for rule in (replace(EASY_SJBF, estimates="last-two"), replace(CONSERVATIVE, estimates="last-two")):
        asked = plain(jobs, 32, replace(rule, estimates=LastTwo(jobs.columns())))
        assert asked.start.tolist() == plain(jobs, 32, rule).start.tolist()


def test_the_compiled_engine_cannot_ask_an_estimator():
    with pytest.raises(InputError) as caught:
        engine.run(JOBS, 8, Rule(estimates=Diary()), compiled=True)
    assert caught.value.hint == "let the plain engine run it: the starts are the same"


def test_without_numba_the_plain_engine_runs_all_and_the_compiled_one_is_refused(monkeypatch):
    monkeypatch.setattr(engine, "find_spec", lambda _name: None)
    monkeypatch.setattr(engine, "_ELSE", 0)
    assert engine.run(JOBS, 8, CONSERVATIVE).start.tolist() == [0, 10, 30]
    with pytest.raises(InputError, match="needs numba, which isn't installed"):
        engine.run(JOBS, 8, EASY, compiled=True)


def test_many_jobs_are_run_compiled_where_nothing_else_is_wanted(compiled, monkeypatch):
    jobs = made_up(50, 32, seed=3)
    expected = plain(jobs, 32, CONSERVATIVE).start.tolist()
    monkeypatch.setattr(engine, "_ELSE", 50)
    monkeypatch.setattr(engine, "Planned", None)
    assert engine.run(jobs, 32, CONSERVATIVE).start.tolist() == expected


def test_progress_is_told_in_jobs_that_have_started(monkeypatch):
    monkeypatch.setattr("jobcast.simulate.counts.pure.course._STRIDE", 200)
    told = []
    plain(made_up(1000, 32, seed=3), 32, EASY, progress=told.append)
    assert told == sorted(told)
    assert [started // 200 for started in told] == [1, 2, 3, 4]


def test_progress_of_the_compiled_engine_only_rises(compiled, monkeypatch):
    monkeypatch.setattr("jobcast.simulate.counts.compiled.twin._TOLD", 1e-4)
    told = []
    compiled(made_up(20_000, 32, seed=3), 32, CONSERVATIVE, progress=told.append)
    assert told == sorted(told)
    assert all(0 <= started <= 20_000 for started in told)


def test_an_error_while_progress_is_told_ends_the_compiled_run(compiled, monkeypatch):
    def interrupt(_started: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("jobcast.simulate.counts.compiled.twin._TOLD", 1e-6)
    jobs = made_up(20_000, 32, seed=3)
    with pytest.raises(KeyboardInterrupt):
        compiled(jobs, 32, CONSERVATIVE, progress=interrupt)
