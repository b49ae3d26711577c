"""The one rule by which a new model takes the place of the active one."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast.train.gate import KEEPS_ACTIVE, LEAST, Figures, Reason, Verdict, verdict

RISK = 0.05


def answers(*, short: range = range(0), request: float = 12.0, jobs: int = 400) -> pl.DataFrame:
    """Return answers to so many jobs of 8 GiB and an hour; the jobs in `short` get but 4."""
    return pl.DataFrame(
        {
            "memory_peak": [8.0] * jobs,
            "median": [8.0] * jobs,
            "request": [4.0 if number in short else request for number in range(jobs)],
            "run_time": [3600.0] * jobs,
        }
    )


def test_equal_answers_let_the_new_model_answer():
    found = verdict(answers(), answers(), RISK)
    figures = Figures(exceeded_share=0.0, wastage_gib_h=400 * 4.0)
    assert found == Verdict(reason=Reason.NO_WORSE, jobs=400, new=figures, active=figures)
    assert found.activates


def test_more_jobs_beyond_the_request_than_accepted_keep_the_active_model():
    found = verdict(answers(short=range(40)), answers(), RISK)
    assert found.reason is Reason.SHORT
    assert not found.activates
    assert found.new == Figures(exceeded_share=0.1, wastage_gib_h=360 * 4.0 + 40 * 4.0)


@pytest.mark.parametrize(
    ("new", "active", "reason"),
    [
        (answers(short=range(20)), answers(), Reason.NO_WORSE),  # as many as accepted
        (answers(short=range(40)), answers(short=range(40)), Reason.NO_WORSE),
        (answers(short=range(40)), answers(short=range(38)), Reason.NO_WORSE),  # two more are chance
        (answers(short=range(40)), answers(short=range(25)), Reason.SHORT),
        (
            answers(short=range(60)),
            answers(short=range(60, 110)),
            Reason.NO_WORSE,
        ),  # 60 beside 50 are chance too
        (answers(request=16.0), answers(), Reason.WASTE),
        (answers(request=12.1), answers(), Reason.NO_WORSE),
        (
            answers(request=16.0),
            answers(short=range(40)),
            Reason.NO_WORSE,
        ),  # what was short weighs more than waste
        (answers(short=range(40), request=8.0), answers(), Reason.SHORT),
    ],
)
def test_what_is_short_comes_first_and_then_what_is_held_in_vain(new, active, reason):
    assert verdict(new, active, RISK).reason is reason


def test_jobs_that_only_one_of_them_answers_don_t_count():
    silent = answers().with_columns(request=pl.lit(float("nan")))
    assert verdict(silent, answers(), RISK) == Verdict(reason=Reason.TOO_FEW, jobs=0)
    half = answers().with_columns(
        request=pl.when(pl.int_range(pl.len()) < 250).then("request"),
    )
    assert verdict(half, answers(short=range(250, 400)), RISK).active.exceeded_share == 0


def test_too_few_jobs_prove_nothing():
    bad = answers(short=range(400), jobs=LEAST - 1)
    found = verdict(bad, answers(jobs=LEAST - 1), RISK)
    assert found == Verdict(reason=Reason.TOO_FEW, jobs=LEAST - 1)
    assert found.activates
    assert not verdict(answers(short=range(400), jobs=LEAST), answers(jobs=LEAST), RISK).activates


SHORT = st.integers(0, 399).map(range)
REQUEST = st.sampled_from([8.0, 9.0, 12.0, 40.0])


@given(SHORT, SHORT, REQUEST, REQUEST)
def test_of_two_models_at_most_one_is_kept_from_answering(short, other_short, request, other_request):
    one = answers(short=short, request=request)
    other = answers(short=other_short, request=other_request)
    assert verdict(one, one, RISK).activates
    assert verdict(one, other, RISK).activates or verdict(other, one, RISK).activates


def test_only_what_was_compared_keeps_a_model_from_answering():
    assert {reason for reason in Reason if not Verdict(reason=reason).activates} == KEEPS_ACTIVE
