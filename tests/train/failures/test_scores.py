"""Scores, by hand and against scikit-learn."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast.train.failures.scores import PAPER_FALSE_ALARMS, Score, curve, reliability, score

metrics = pytest.importorskip("sklearn.metrics", reason="scikit-learn is an extra")

OUTCOMES = st.lists(
    st.tuples(st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.9, 1.0]), st.booleans()), min_size=2, max_size=60
).filter(lambda rows: 0 < sum(failed for _, failed in rows) < len(rows))


def columns(rows):
    told, failed = zip(*rows, strict=True)
    return np.array(told), np.array(failed)


@given(OUTCOMES)
def test_areas_are_those_of_scikit_learn(rows):
    told, failed = columns(rows)
    found = curve(told, failed)
    assert found.area == pytest.approx(metrics.roc_auc_score(failed, told))
    assert found.average_precision == pytest.approx(metrics.average_precision_score(failed, told))
    assert score(told, failed).brier == pytest.approx(metrics.brier_score_loss(failed, told))


@given(OUTCOMES)
def test_the_curve_goes_from_no_alarm_to_all_and_never_back(rows):
    told, failed = columns(rows)
    found = curve(told, failed)
    rates, recalls, _ = metrics.roc_curve(failed, told, drop_intermediate=False)
    assert found.false_alarm_rate == pytest.approx(rates)
    assert found.recall == pytest.approx(recalls)
    assert found.threshold[0] == math.inf


def test_recall_at_a_rate_takes_jobs_of_the_same_chance_by_lot():
    failed = np.array([True, False, True, False])
    blind = curve(np.full(4, 0.5), failed)
    assert blind.recall_at(0.25) == 0.25
    assert blind.precision_at(0.25) == 0.5
    good = curve(np.array([0.9, 0.8, 0.7, 0.1]), failed)
    assert (good.recall_at(0.0), good.recall_at(0.5), good.precision_at(0.5)) == (0.5, 1.0, 2 / 3)


def test_the_papers_rate_is_one_in_seventeen():
    assert pytest.approx(0.058, abs=3e-4) == PAPER_FALSE_ALARMS


def test_calibration_is_looked_at_in_bins_of_equal_count():
    told = np.array([0.1, 0.2, 0.8, 0.9])
    found = reliability(told, np.array([False, False, True, False]), bins=2)
    assert found.told.tolist() == pytest.approx([0.15, 0.85])
    assert found.came_true.tolist() == [0.0, 0.5]
    assert found.mean_gap == pytest.approx(0.25)
    assert found.worst_gap == pytest.approx(0.35)


@pytest.mark.parametrize(("failed", "average_precision"), [(False, None), (True, 1.0)])
def test_where_all_jobs_or_none_failed_there_is_no_order_to_judge(failed, average_precision):
    found = score(np.array([0.2, 0.4]), np.array([failed, failed])).as_json()
    assert (found["auc"], found["average_precision"]) == (None, average_precision)
    assert found["failures"] == 2 * failed


def test_of_no_jobs_all_figures_are_unknown():
    found = score(np.empty(0), np.empty(0, dtype=bool))
    assert found.as_json() == {
        **dict.fromkeys(Score.__dataclass_fields__),
        "jobs": 0,
        "failures": 0,
        "worst_gap": 0.0,
    }
