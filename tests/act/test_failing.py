"""That a job will probably fail is told in figures that can be checked."""

from dataclasses import replace

import pytest

from jobcast.act.advise import advise
from jobcast.act.failing import failing, percent
from jobcast.act.rules import Verdict
from jobcast.act.told import told
from jobcast.advice import Mode
from jobcast.forecast import Basis, FailureForecast, Forecast, NoForecast, RecentRuns
from jobcast.language import speaking
from tests.act.test_advise import NOTHING, submission

NINE_OF_TEN = FailureForecast(
    probability=0.87,
    reasons={"exit_code": 0.87},
    recent=RecentRuns(runs=10, failed=9, reason="exit_code", exit_code=1),
    basis=Basis(level="same", rung="user+command+cwd", runs=12, age_days=1.0),
)
NEVER_YET = replace(
    NINE_OF_TEN,
    probability=0.021,
    reasons={"memory_limit": 0.02, "node": 0.001},
    recent=RecentRuns(runs=4, failed=0, reason=None, exit_code=None),
)


def lines(failure: FailureForecast | NoForecast, **rules: object) -> tuple[str, ...]:
    forecast = Forecast(memory=NOTHING, run_time=NOTHING, failure=failure)
    verdict = replace(Verdict(mode=Mode.ADVISE), **rules)
    return told(advise(submission(), forecast, verdict, advice_id="abc", model="m"))


def test_it_is_told_to_whoever_submits_in_their_language():
    assert lines(NINE_OF_TEN) == (
        "jobcast: this job will probably fail: 9 of the last 10 runs failed with exit 1.",
    )
    with speaking("zh"):
        assert lines(NINE_OF_TEN) == ("jobcast：该作业很可能失败：最近 10 次运行中有 9 次失败（退出码 1）。",)


@pytest.mark.parametrize("mode", [Mode.OFF, Mode.SHADOW])
def test_modes_that_say_nothing_do_not_warn(mode):
    assert lines(NINE_OF_TEN, mode=mode) == ()


@pytest.mark.parametrize(("warn_from", "warned"), [(0.0, True), (0.87, True), (0.88, False), (1.0, False)])
def test_the_site_sets_from_which_chance_on(warn_from, warned):
    assert bool(lines(NINE_OF_TEN, warn_from=warn_from)) == warned


def test_where_nothing_is_known_nothing_is_told():
    assert lines(NoForecast(reason="no_failures_learnt")) == ()


def test_where_no_run_failed_yet_the_chance_is_told_and_the_likeliest_reason():
    assert failing(NEVER_YET) == "it will fail with a chance of 2.1 %, mostly over their memory limit"


def test_a_reason_without_a_code_is_told_in_words():
    recent = RecentRuns(runs=3, failed=1, reason="node", exit_code=None)
    assert failing(replace(NINE_OF_TEN, recent=recent)) == "1 of the last 3 runs failed with their machine"


@pytest.mark.parametrize(("chance", "text"), [(0.0004, "0.0"), (0.0163, "1.6"), (0.0996, "10"), (1.0, "100")])
def test_small_chances_have_a_digit_more(chance, text):
    assert percent(chance) == text
