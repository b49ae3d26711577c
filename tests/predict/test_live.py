"""Live learning: a loaded model answers as one that was made from the finished runs, too."""

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from jobcast.errors import ModelError
from jobcast.features.ending import ending
from jobcast.forecast import NO_FAILURES, NoForecast, RecentRuns
from jobcast.job import Request
from jobcast.predict.families import MEMORY, FamilyModel
from jobcast.predict.live import FinishedRun, Lesson, told_until
from jobcast.predict.memory import FamilyMemory
from jobcast.predict.models import load
from jobcast.predict.run_time import FOLDER
from jobcast.train.material import material
from jobcast.units import GIB, Bytes, Seconds
from tests.trained import END, a_job, made_up_history, submission

AT = int(END.timestamp())
LATER = END + timedelta(hours=5)
NEW = {"user": "nova", "project": "nova", "queue": "nova", "name": "nova", "command": "nova -x", "cwd": "/n"}


def run(number: int = 0, **changes: object) -> FinishedRun:
    """Return a run of a job that nobody knew, one minute after the other."""
    usual = {
        "submission": submission(**{**NEW, "at": END}),
        "finished_at": LATER + timedelta(minutes=number),
        "memory_peak": Bytes((number + 1) * GIB),
        "run_time": Seconds(600.0 * (number + 1)),
    }
    return FinishedRun(**{**usual, **changes})


@pytest.fixture
def model(model_folder: Path) -> FamilyModel:
    return load(model_folder)


def test_one_run_is_enough_to_know_a_job(model):
    (before,) = model.forecast([submission(**NEW)])
    assert model.learn([run()]) == 1
    (after,) = model.forecast([submission(**NEW)])
    assert before.memory.reason == before.run_time.reason == "nothing_similar"
    assert (after.memory.basis.rung, after.memory.basis.runs) == ("user+command+cwd", 1)
    assert (after.run_time.basis.rung, after.run_time.quantiles[0.5]) == ("user+command+cwd", 600.0)


def test_after_learning_the_forecasts_are_those_of_memories_of_all_runs(model, model_folder, tmp_path):
    history = made_up_history().filter(pl.col("state") == "done", pl.col("memory_peak") > 0)
    runs = [
        FinishedRun(
            submission=submission(
                **{name: row[name] for name in a_job()},
                request=Request(cores=row["cores_requested"], memory=row["memory_requested"]),
            ),
            finished_at=LATER + timedelta(seconds=17 * number),
            memory_peak=Bytes(row["memory_peak"]),
            run_time=Seconds(row["run_time"]),
            ending=0.0,
        )
        for number, row in enumerate(history.tail(200).to_dicts())
    ]
    rows = [
        row
        | {"submit_time": one.submission.at, "finish_time": one.finished_at, "run_limit": None}
        | {"gpus_requested": None, "interactive": None, "description": None}
        for row, one in zip(history.tail(200).to_dicts(), runs, strict=True)
    ]
    stuff = material(pl.concat([made_up_history(), pl.DataFrame(rows, made_up_history().schema)]))
    folder = shutil.copytree(model_folder, tmp_path / "all")
    FamilyMemory.build(stuff.submissions, stuff.finished_by(stuff.latest)).save(folder / MEMORY)
    FamilyMemory.build(stuff.submissions, stuff.timed_by(stuff.latest)).save(folder / FOLDER)
    FamilyMemory.build(stuff.submissions, stuff.ended_by(stuff.latest)).save(folder / "failures" / "memory")

    assert model.learn(runs[100:]) + model.learn(runs[:100]) == 200

    asked = [replace(one.submission, at=LATER + timedelta(days=1)) for one in runs]
    assert model.forecast(asked, explain=True) == load(folder).forecast(asked, explain=True)


def test_a_run_learnt_twice_counts_once(model):
    runs = [run(number) for number in range(3)]
    assert [model.learn(runs), model.learn(runs[::-1]), model.learn([*runs, run(3)])] == [3, 0, 1]
    assert model.learn([run(4), run(4)]) == 1
    assert model.forecast([submission(**NEW)])[0].memory.basis.runs == 5


def test_elements_of_an_array_that_are_alike_count_each(model):
    alike = [replace(run(), job_id="7", array_index=number) for number in range(3)]
    assert model.learn([*alike, alike[0], replace(run(), job_id="8"), run()]) == 5
    again = replace(alike[0], submission=submission(user="said otherwise"))
    assert model.learn([again, replace(again, finished_at=LATER + timedelta(seconds=1))]) == 1


@pytest.mark.parametrize("named", [{}, {"job_id": "7", "array_index": 1}])
def test_a_measure_that_is_told_later_is_not_lost(model, named):
    whole = replace(run(), **named)
    assert model.learn([replace(whole, run_time=None)]) == 1
    assert model.learn([whole]) == 1
    assert model.learn([whole, replace(whole, memory_peak=None)]) == 0
    (known,) = model.forecast([submission(**NEW)])
    assert (known.memory.basis.runs, known.run_time.basis.runs) == (1, 1)


def test_runs_that_the_model_was_made_from_teach_nothing(model):
    latest = made_up_history()["finish_time"].max()
    assert model.learn([run(finished_at=latest)]) == 0
    assert model.learn([run(finished_at=latest + timedelta(seconds=1))]) == 1


def test_what_was_not_measured_teaches_nothing(model):
    assert model.learn([run(memory_peak=None, run_time=None), run(memory_peak=Bytes(0), run_time=None)]) == 0
    assert model.learn([run(run_time=None), run(1, memory_peak=None)]) == 2
    (known,) = model.forecast([submission(**NEW)])
    assert (known.memory.basis.runs, known.run_time.basis.runs) == (1, 1)
    assert model.learn([]) == 0


def test_a_larger_peak_than_any_before_can_be_forecast(model):
    largest = Bytes(int(2.0**model.card.ceiling) * 8)
    model.learn([run(number, memory_peak=largest, run_time=Seconds(9e6)) for number in range(5)])
    (known,) = model.forecast([submission(**NEW)])
    assert known.memory.request > largest / 8
    assert known.run_time.limit == pytest.approx(9e6, abs=60)


def test_a_model_without_run_times_learns_peaks_alone(model):
    without = replace(model, run_times=None)
    assert without.learn([run(memory_peak=None)]) == 0
    assert without.learn([run()]) == 1


def test_a_lesson_begins_where_the_card_says():
    told = told_until(AT)
    assert told == END.isoformat()
    assert Lesson.after({"finished_until": told}).until == AT
    assert (
        told_until(int(datetime(2024, 7, 4, 23, 59, 58, tzinfo=UTC).timestamp()))
        == "2024-07-04T23:59:58+00:00"
    )


@pytest.mark.parametrize("told", [None, 5, "soon"])
def test_a_card_that_does_not_tell_until_when_is_an_error_with_a_cure(model_folder, tmp_path, told):
    folder = shutil.copytree(model_folder, tmp_path / "copy")
    card = json.loads((folder / "card.json").read_text())
    del card["data"]["finished_until"]
    if told is not None:
        card["data"]["finished_until"] = told
    (folder / "card.json").write_text(json.dumps(card))
    with pytest.raises(ModelError, match=r"cannot read .*card\.json: ") as error:
        load(folder)
    assert error.value.hint == "jobcast train"


def test_a_run_that_failed_teaches_that_and_nothing_else(model):
    failed = ending(failed=True, reason="exit_code", exit_code=3)
    runs = [run(number, memory_peak=None, run_time=None, ending=failed) for number in range(4)]
    assert (model.learn(runs), model.learn(runs)) == (4, 0)
    (known,) = model.forecast([submission(**NEW)])
    assert known.memory == known.run_time == NoForecast(reason="nothing_similar")
    assert known.failure.recent == RecentRuns(runs=4, failed=4, reason="exit_code", exit_code=3)
    assert list(known.failure.reasons) == ["exit_code"]
    assert known.failure.probability == pytest.approx(sum(known.failure.reasons.values()))


def test_each_failure_more_makes_another_likelier_and_each_good_run_less_likely(model):
    chances = []
    for number in range(8):
        failed = number < 5
        model.learn([run(number, ending=ending(failed=failed, reason="node", exit_code=None))])
        chances.append(model.forecast([submission(**NEW)])[0].failure.probability)
    assert chances[4] > chances[0]
    assert chances[7] < chances[4]


def test_a_model_that_has_learnt_nothing_of_failures_says_so(model):
    without = replace(model, failures=None)
    assert without.learn([run(memory_peak=None, run_time=None, ending=1.0)]) == 0
    assert without.forecast([submission(**NEW)])[0].failure == NO_FAILURES
