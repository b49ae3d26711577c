"""Forecasts of run time: from the narrowest family with history, in whole minutes, and never made up."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from jobcast.errors import ModelError
from jobcast.features.asof import Lessons
from jobcast.features.family import LEVELS
from jobcast.features.ladder import ladder_keys
from jobcast.features.submissions import of_many
from jobcast.forecast import Basis, NoForecast, RunTimeForecast
from jobcast.job import Submission
from jobcast.predict.memory import FamilyMemory
from jobcast.predict.run_time import FOLDER, Past, RunTimes, load, recall, whole
from tests.made_up import NEW_YEAR

PLACE = Submission(at=NEW_YEAR, user="chen", queue="pnr", command="place alu", cwd="/proj/loom")
MINUTES = (50, 10, 20, 40, 30, 60)
"""Run times of the six runs that are remembered, the oldest first; they finish an hour apart."""


def remembered() -> FamilyMemory:
    """Return the memory of these runs."""
    at = int(NEW_YEAR.timestamp())
    rows = np.arange(len(MINUTES))
    values = np.log2(60.0 * np.array(MINUTES)).astype(np.float32)
    done = Lessons(rows=rows, times=at + 3600 * rows, values=values)
    return FamilyMemory.build(of_many([PLACE] * len(MINUTES)), done)


@pytest.fixture
def run_times() -> RunTimes:
    offsets = np.zeros(len(LEVELS))
    offsets[LEVELS.index("same")] = 1.0
    return RunTimes(memory=remembered(), risk=0.01, offsets=offsets, ceiling=float(np.log2(6000)))


def asked(run_times: RunTimes, *submissions: Submission) -> list[RunTimeForecast | NoForecast]:
    columns = of_many(submissions)
    return run_times.forecast(recall(run_times.memory, ladder_keys(columns), columns.at))


def test_half_run_within_the_median_of_four_and_the_limit_is_the_moved_percentile(run_times):
    next_day = replace(PLACE, at=NEW_YEAR + timedelta(hours=29))
    p95 = 50 * (60 / 50) ** 0.75  # between the fifth and the sixth of six, in log2
    limit = 60.0 * np.ceil(2 * p95)
    (found,) = asked(replace(run_times, ceiling=20.0), next_day)
    assert found == RunTimeForecast(
        quantiles={0.5: 2079.0, 0.99: limit},  # 60, 30, 40 and 20 minutes: the root of 30 times 40
        limit=limit,
        risk=0.01,
        basis=Basis(
            level="same", rung="user+command+cwd", runs=6, age_days=1.0, median_from="median of last 4"
        ),
    )


def test_no_limit_goes_beyond_the_longest_run_that_was_learnt_from(run_times):
    (found,) = asked(run_times, PLACE)
    assert found.limit == 6000


def test_no_limit_is_below_the_median(run_times):
    (found,) = asked(replace(run_times, offsets=np.full(len(LEVELS), -9.0)), PLACE)
    assert found.quantiles == {0.5: 2079.0, 0.99: 2100.0}


def test_a_stranger_is_answered_from_the_narrowest_rung_that_has_history(run_times):
    (found,) = asked(run_times, replace(PLACE, user="li"))
    assert (found.basis.rung, found.basis.level, found.basis.runs) == ("command", "variant", 6)
    assert found.limit == 60.0 * np.ceil(50 * (60 / 50) ** 0.75)


def test_what_is_like_nothing_gets_no_forecast_and_stops_no_other(run_times):
    nothing = Submission(at=NEW_YEAR, user="x", queue="x", project="x", command="x", cwd="/x")
    found = asked(run_times, nothing, PLACE, nothing)
    assert found == [NoForecast(reason="nothing_similar"), *asked(run_times, PLACE), found[0]]


def test_a_memory_of_nothing_answers_nothing(run_times):
    none = Lessons(rows=np.zeros(0, np.int64), times=np.zeros(0, np.int64), values=np.zeros(0, np.float32))
    empty = replace(run_times, memory=FamilyMemory.build(of_many([PLACE]), none))
    assert asked(empty, PLACE) == [NoForecast(reason="nothing_similar")]


@pytest.mark.parametrize("minutes", [1, 2, 59, 60, 61, 1440, 10_080])
def test_a_run_of_whole_minutes_needs_no_minute_more(minutes):
    log2 = np.log2(np.array([minutes * 60.0])).astype(np.float32)
    past = Past(**{**as_dict(Past.of_nothing(1)), "median": log2, "p95": log2})
    assert past.limits(np.zeros(1), 64.0).tolist() == [minutes * 60]


def as_dict(past: Past) -> dict[str, np.ndarray]:
    return {name: getattr(past, name) for name in ("rung", "runs", "ages", "last", "median", "p95")}


@given(some.floats(1, 1e8), some.sampled_from([1, 60]))
def test_rounded_times_are_whole_and_hardly_ever_too_short(seconds, unit):
    (found,) = whole(np.array([seconds]), unit)
    assert found % unit == 0
    assert seconds * (1 - 1e-5) <= found < seconds + unit


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"risk": "some", "ceiling": 12.0, "offsets": dict.fromkeys(LEVELS, 0.0)},
        {"risk": 0.01, "ceiling": None, "offsets": dict.fromkeys(LEVELS, 0.0)},
        {"risk": 0.01, "ceiling": 12.0, "offsets": {"same": 0.0}},
        {"risk": 0.01, "ceiling": 12.0, "offsets": 5},
        {"risk": 0.01, "ceiling": 12.0, "offsets": dict.fromkeys(LEVELS, "high")},
    ],
)
def test_a_card_that_tells_nonsense_of_run_times_is_a_fault_of_the_model(tmp_path, told):
    with pytest.raises(ModelError, match=r"cannot read .*/card\.json"):
        load(tmp_path, told)


def test_what_was_saved_answers_the_same(tmp_path: Path, run_times):
    run_times.memory.save(tmp_path / FOLDER)
    told = {
        "risk": run_times.risk,
        "ceiling": run_times.ceiling,
        "offsets": dict(zip(LEVELS, run_times.offsets.tolist(), strict=True)),
    }
    found = load(tmp_path, told)
    assert found is not None
    assert asked(found, PLACE) == asked(run_times, PLACE)
    assert load(tmp_path, None) is None
