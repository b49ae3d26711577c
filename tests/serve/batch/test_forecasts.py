"""Submissions to the manager are filled in by the active model, as far as the site's rules let it."""

import asyncio
import json
import logging
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from jobcast.advice import advice_id
from jobcast.batch.accepting import accept, admissible
from jobcast.batch.intake.base import Intake
from jobcast.batch.ledger import Ledger
from jobcast.batch.order import Done
from jobcast.batch.record import Submitted
from jobcast.forecast import Forecast
from jobcast.job import Submission
from jobcast.machine import CPUS, MEMORY
from jobcast.predict.shelf import Shelf
from jobcast.program import Enforcement
from jobcast.schedule.job import Demand
from jobcast.serve.batch.forecasts import Forecasts, Sources
from jobcast.serve.batch.listed import listed
from jobcast.store.feedback import FeedbackJournal, FinishedEntry
from jobcast.units import GIB, MIB
from tests.batch.making import AT, opened, submitted
from tests.batch.test_confirming import forecast as failing
from tests.trained import END, a_job, made_up_history

FIRST = advice_id(1)


@pytest.fixture
def store(tmp_path: Path, model_folder: Path) -> Path:
    """Return a store with a model that answers."""
    store = tmp_path / "store"
    shutil.copytree(model_folder, store / "models" / model_folder.name)
    Shelf(store / "models").activate(model_folder.name)
    return store


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return opened(tmp_path / "batch")


@pytest.fixture
def make(store: Path, ledger: Ledger, tmp_path: Path) -> Callable[[str], Forecasts]:
    """Return a function that makes forecasts under rules."""

    def made(rules: str) -> Forecasts:
        (tmp_path / "rules.toml").write_text(rules)
        numbers = count(1)
        sources = Sources(store=store, rules=tmp_path / "rules.toml", now=lambda: END + timedelta(hours=10))
        forecasts = Forecasts(
            sources, lambda step: admissible(step, ledger), lambda: advice_id(next(numbers))
        )
        asyncio.run(forecasts.look())
        return forecasts

    return made


def like(number: int = 100, *, name: str = "n1.1.0", **more: object) -> Submitted:
    """Return a step like one of the jobs that the model has learnt from, which leaves memory and run limit open."""
    told = a_job(number)
    step = submitted(name, user=told["user"], project=told["project"])
    demand = Demand(tasks=2, per_task={CPUS: 1}, **more)  # type: ignore[arg-type]
    return replace(
        step,
        job=replace(step.job, run_limit=None, demand=demand),
        notes=replace(step.notes, name=told["name"], command=told["command"]),
        program=replace(step.program, directory=told["cwd"]),
    )


def entries(store: Path) -> list[dict[str, object]]:
    """Return what the journal of advice says."""
    files = (store / "advice").glob("*.jsonl")
    return [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]


def test_what_is_left_open_is_set_and_noted(make: Callable[[str], Forecasts], store: Path) -> None:
    completed = make('mode = "apply"\nrun_limit = true\n').complete([like()])
    (step,) = completed.steps
    each = step.job.demand.per_task[MEMORY]
    assert each % MIB == 0
    assert step.job.run_limit is not None
    assert step.job.estimate is not None
    assert 0 < step.job.estimate <= step.job.run_limit
    assert step.notes.keywords == {
        "advice": FIRST,
        "advised_memory": str(2 * each),
        "advised_run_limit": str(step.job.run_limit),
        "advised_estimate": str(step.job.estimate),
    }
    assert step.enforcement == Enforcement()
    assert len(completed.told) == 2
    (entry,) = entries(store)
    assert (entry["id"], entry["mode"], entry["system"], entry["asked_by"]) == (
        *(FIRST, "apply", "loadleveler", step.job.user),
    )


def test_the_limit_of_memory_follows_where_the_rules_say_so(make: Callable[[str], Forecasts]) -> None:
    (step,) = make('mode = "apply"\nmemory_limit = true\n').complete([like()]).steps
    amount = 2 * step.job.demand.per_task[MEMORY]
    assert step.enforcement == Enforcement(memory=amount, kill_over_memory=True)
    assert step.job.run_limit is None


@pytest.mark.parametrize(("mode", "lines", "noted"), [("off", 0, 0), ("shadow", 0, 1), ("advise", 1, 1)])
def test_modes_that_change_nothing_change_nothing(
    make: Callable[[str], Forecasts], store: Path, mode: str, lines: int, noted: int
) -> None:
    completed = make(f'mode = "{mode}"\n').complete([like()])
    (step,) = completed.steps
    assert replace(step, job=replace(step.job, failing=None), foreseen=None) == like()
    assert (len(completed.told), len(entries(store))) == (lines, noted)


def test_too_much_is_lowered_in_proportion(make: Callable[[str], Forecasts]) -> None:
    step = like(5, per_machine={MEMORY: 2 * GIB})
    per_task = {**step.job.demand.per_task, MEMORY: 2 * GIB}
    step = replace(step, job=replace(step.job, demand=replace(step.job.demand, per_task=per_task)))
    (found,) = make('mode = "lower"\nlower_to = 0.5\nlower_from = 1.0\n').complete([step]).steps
    demand = found.job.demand
    assert demand.per_task[MEMORY] == demand.per_machine[MEMORY] < 2 * GIB
    assert found.notes.keywords["advised_memory"] == str(3 * demand.per_task[MEMORY])


def test_what_the_core_would_turn_away_for_it_stays_as_it_was(
    make: Callable[[str], Forecasts], store: Path
) -> None:
    step = like()
    rules = 'mode = "apply"\nrun_limit = true\nmemory_least = "100G"\n'
    (found,) = make(rules).complete([step]).steps
    assert found.job.demand == step.job.demand
    assert found.job.run_limit is not None
    (entry,) = entries(store)
    assert entry["kept"] == [{"subject": "memory", "reason": "not_expressible"}]


def test_elements_of_an_array_are_asked_for_once(make: Callable[[str], Forecasts], store: Path) -> None:
    forecasts = make('mode = "apply"\n')
    steps = [like(name=f"7[{number}]") for number in range(1, 40)]
    found = forecasts.complete(steps).steps
    assert len({step.job.demand.per_task[MEMORY] for step in found}) == 1
    assert len(entries(store)) == 1


def test_what_a_site_requires_is_required(make: Callable[[str], Forecasts], ledger: Ledger) -> None:
    forecasts = make('[[require]]\nfield = "description"\n')
    carried = accept(Intake(steps=(like(),)), 1, ledger, AT, forecasts.complete)
    (outcome,) = carried.answer.outcomes
    assert outcome.done is Done.REFUSED
    assert "comment" in outcome.said
    assert ledger.steps == {}


def test_a_step_cannot_say_of_itself_that_it_was_advised(make: Callable[[str], Forecasts]) -> None:
    step = like()
    lying = replace(step, notes=replace(step.notes, keywords={"advised_memory": "9G", "class": "a"}))
    (found,) = make('mode = "off"\n').complete([lying]).steps
    assert found.notes.keywords == {"class": "a"}


def test_a_fault_harms_no_submission_and_is_told_once(
    make: Callable[[str], Forecasts], store: Path, caplog: pytest.LogCaptureFixture
) -> None:
    forecasts = make('mode = "apply"\n')
    shutil.rmtree(store)
    store.write_text("no folder")
    with caplog.at_level(logging.ERROR):
        assert forecasts.complete([like()]).steps == (like(),)
        assert forecasts.complete([like()]).steps == (like(),)
    assert [record.message for record in caplog.records] == ["submissions go through without forecasts"]


def test_rules_that_cannot_be_used_change_nothing_until_they_can(
    make: Callable[[str], Forecasts], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        forecasts = make("mode = 7\n")
        asyncio.run(forecasts.look())
    assert len(caplog.records) == 1
    assert forecasts.complete([like()]).steps == (like(),)
    (tmp_path / "rules.toml").write_text('mode = "apply"\n')
    asyncio.run(forecasts.look())
    assert forecasts.complete([like()]).steps != (like(),)


def test_another_model_is_taken_up(make: Callable[[str], Forecasts], store: Path) -> None:
    shelf = Shelf(store / "models")
    name = shelf.active()
    assert name is not None
    (store / "models" / "active").unlink()
    forecasts = make('mode = "apply"\n')
    assert forecasts.complete([like()]).steps == (like(),)
    shelf.activate(name)
    asyncio.run(forecasts.look())
    assert forecasts.complete([like()]).steps != (like(),)


def test_what_has_finished_is_learnt_at_once_and_forgotten_when_no_model_needs_it(
    make: Callable[[str], Forecasts], store: Path
) -> None:
    forecasts = make('mode = "apply"\n')
    (before,) = forecasts.complete([like()]).steps
    told = a_job(100)
    entries_of = [
        FinishedEntry(
            finish_time=END + timedelta(hours=number),
            submit_time=END + timedelta(hours=number, minutes=-30),
            job_id=f"new{number}",
            memory_peak=900 * MIB,
            memory_requested=GIB,
            run_time=60.0,
            **told,
        )
        for number in range(1, 9)
    ]
    journal = FeedbackJournal(store)
    journal.append(entries_of, END + timedelta(hours=9))
    journal.lines.close()
    asyncio.run(forecasts.look())
    (after,) = forecasts.complete([like()]).steps
    assert after.job.demand.per_task[MEMORY] != before.job.demand.per_task[MEMORY]
    (store / "feedback" / "2020-01-01.jsonl").write_text("{}\n")
    make("")
    assert not (store / "feedback" / "2020-01-01.jsonl").exists()


def test_the_history_that_was_made_up_has_such_jobs() -> None:
    assert {like(number).job.user for number in range(5)} <= set(made_up_history()["user"])


def test_what_is_foreseen_of_failing_goes_along_whatever_may_be_changed(
    make: Callable[[str], Forecasts], ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    forecasts = make('mode = "shadow"\n')
    loaded = forecasts._follower.loaded
    assert loaded is not None
    told = loaded.model.forecast

    def with_failures(submissions: Sequence[Submission]) -> list[Forecast]:
        return [replace(each, failure=failing(0.75).failure) for each in told(submissions)]

    monkeypatch.setattr(type(loaded.model), "forecast", lambda _self, some: with_failures(some))
    (step,) = forecasts.complete([like()]).steps
    assert step.job == replace(like().job, failing=0.75)
    accept(Intake(steps=(like(),)), 1, ledger, AT, forecasts.complete)
    shown = listed(ledger.steps["n1.1.0"], ledger)
    assert (shown.failing, shown.confirmed_by, shown.state) == (0.75, "", "pending")


def test_rules_that_want_no_forecast_want_none_of_failing(make: Callable[[str], Forecasts]) -> None:
    (step,) = make('mode = "off"\n').complete([like()]).steps
    assert (step.job.failing, step.foreseen) == (None, None)
