"""Back-tests of run limits, each later job as of its submission, and the figures on them."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from jobcast.train.families import FamilySettings
from jobcast.train.judge import Trial, roll
from jobcast.train.judge_run_time import back_test, score, scores, within_limit
from jobcast.train.material import material
from tests.made_up import NEW_YEAR, frame, job
from tests.trained import made_up_history, silent

RECIPES = ("as-requested", "last-run", "family-p95", "default")
SECOND_DAY = NEW_YEAR + timedelta(days=2, microseconds=-1)


def run(job_id: str, day: int, hour: int, minutes: float | None, **known: object) -> dict[str, object]:
    finish = NEW_YEAR + timedelta(days=day, hours=hour)
    time = None if minutes is None else minutes * 60
    return job(job_id, finish_time=finish, run_time=time, command="make a", cwd="/p", **known)


TINY = frame(
    run("1", 0, 12, 10),
    run("2", 1, 12, 20),
    run("3", 2, 12, 15.5, run_limit=3600.0),
    run("4", 2, 13, 80),  # submitted at 11 o'clock, when job 3 had not finished
    run("killed", 2, 14, 240, state="failed", run_limit=14400.0),
    run("unknown", 2, 14, None),
    run("5", 3, 12, 0.001),
)


def trial(**known: object) -> Trial:
    return Trial(**{"train_end": SECOND_DAY, "recipes": RECIPES, "settings": FamilySettings(), **known})


def test_jobs_that_ended_well_are_answered_from_what_had_finished_at_their_submission():
    answers = back_test(material(TINY), trial(), silent)
    told = {name: rows.select("median", "limit").rows() for name, rows in answers.items()}
    assert answers["default"]["run_time"].to_list() == [930, 4800, 1]
    assert answers["default"]["level"].to_list() == ["young"] * 3
    nan = pytest.approx((np.nan, np.nan), nan_ok=True)
    assert told["as-requested"] == [(3600, 3600), nan, nan]
    assert told["last-run"] == [
        pytest.approx((m * 60, limit * 60)) for m, limit in ((20, 20), (20, 20), (80, 80))
    ]
    between = 600 * 2**0.5
    assert told["family-p95"][:2] == [pytest.approx((between, 1200))] * 2
    assert told["default"][0][0] == pytest.approx(between)


def test_recipes_that_forecast_no_run_times_are_left_out():
    assert list(back_test(material(TINY), trial(recipes=("memprediction", "default")), silent)) == ["default"]


def test_a_history_without_later_jobs_gets_no_answers():
    late = trial(train_end=NEW_YEAR + timedelta(days=9))
    assert [len(rows) for rows in back_test(material(TINY), late, silent).values()] == [0] * 4


MADE_UP = made_up_history()
END = MADE_UP["finish_time"].min() + timedelta(days=9)


@pytest.mark.parametrize("live", [True, False])
def test_the_promise_is_kept_on_later_days(live):
    settings = replace(FamilySettings(), risk_run_time=0.1)
    answers = back_test(material(MADE_UP), trial(train_end=END, settings=settings, live=live), silent)
    found = score(answers["default"])
    assert found.jobs > 300
    assert 0.04 < found.exceeded_share < 0.14
    assert found.exceeded_share < score(answers["family-p95"]).exceeded_share
    assert (answers["default"]["limit"].drop_nans() % 60 == 0).all()
    told = answers["default"].drop_nans()
    assert (told["limit"] >= told["median"] * (1 - 1e-5)).all()


def test_a_frozen_model_learns_nothing_from_later_jobs():
    later = pl.col("finish_time") > END
    longer = MADE_UP.with_columns(run_time=pl.when(later).then(pl.col("run_time") * 9).otherwise("run_time"))
    told, expected = (
        back_test(material(jobs), trial(train_end=END, live=False), silent) for jobs in (longer, MADE_UP)
    )
    for name in RECIPES:
        assert told[name].drop("run_time").equals(expected[name].drop("run_time")), name


def test_with_models_made_anew_every_job_is_answered_once():
    rolled = roll(MADE_UP, trial(train_end=END), 2, silent, back_test)
    whole = back_test(material(MADE_UP), trial(train_end=END), silent)
    assert {name: len(rows) for name, rows in rolled.items()} == {
        name: len(rows) for name, rows in whole.items()
    }


ANSWERS = pl.DataFrame(
    {
        "run_time": [3600.0, 3600.0, 3600.0, 600.0],
        "median": [3600.0, 900.0, 7200.0, float("nan")],
        "limit": [7200.0, 1800.0, 10800.0, float("nan")],
        "level": ["same", "same", "broad", "none"],
    }
)


def test_the_figures_are_those_that_one_counts_by_hand():
    assert scores(ANSWERS) == {
        "jobs": 3,
        "unanswered": 1,
        "exceeded_share": pytest.approx(1 / 3),
        "median_factor": 2,
        "within_factor_2": pytest.approx(2 / 3),
        "over_h": 3,
        "levels": [
            {"level": "same", "jobs": 2, "within_limit": 0.5},
            {"level": "broad", "jobs": 1, "within_limit": 1.0},
        ],
    }


def test_without_answers_there_are_no_figures():
    none = ANSWERS[3:]
    assert score(none).as_dict() == {
        "jobs": 0,
        "unanswered": 1,
        "exceeded_share": None,
        "median_factor": None,
        "within_factor_2": None,
        "over_h": 0,
    }
    assert within_limit(none).rows() == []
