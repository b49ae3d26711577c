"""One table of all models: who learns from what, and who knew what when."""

from dataclasses import replace
from itertools import count

import numpy as np
import pytest

from jobcast.errors import ModelError
from jobcast.train.failures.boosting import BoostingSettings
from jobcast.train.failures.cases import Vantage
from jobcast.train.failures.classes import ClassSettings
from jobcast.train.failures.judge import LAYERS, MODELS, JudgeSettings, Table, judge
from jobcast.train.failures.learn import LearnSettings
from jobcast.train.failures.rivals import RivalSettings
from jobcast.train.failures.scores import score
from jobcast.train.failures.splits import SplitBy, at_random, by_time
from jobcast.train.failures.two_layers import TwoLayerSettings
from tests.train.failures.made_up_cases import made_up_cases

pytest.importorskip("sklearn", reason="scikit-learn is an extra")

LEARN = LearnSettings(
    two_layers=TwoLayerSettings(
        classes=ClassSettings(silhouette_jobs=400, most=4),
        boosting=BoostingSettings(num_iterations=20, learning_rate=0.15),
        class_rounds=10,
    )
)
SETTINGS = JudgeSettings(learn=LEARN, rivals=RivalSettings(jobs=1_000))


def table(cases, split=by_time, settings=SETTINGS, **more) -> Table:
    seconds = count()
    return judge(cases, split(cases, share=0.2, **more), settings, lambda: next(seconds), lambda _step: None)


def test_all_models_stand_in_one_table_by_time():
    cases = made_up_cases(5_000)
    found = table(cases)
    assert (found.vantage, found.split) == (Vantage.SUBMISSION, SplitBy.TIME)
    assert [one.name for one in found.models] == [*MODELS, "family_rate", "base_rate"]
    assert {one.learnt_from for one in found.models} == {found.learnt_from, 1_000, None}
    assert [one.seconds for one in found.models] == [1] * len(MODELS) + [None] * 2
    ours, base = found.models[0], found.models[-1]
    assert ours.score.auc > 0.8
    assert ours.score.mean_gap < 0.03
    assert base.score.auc == 0.5
    assert ours.alarms.saved_core_hours > base.alarms.saved_core_hours
    assert ours.alarms.hits + ours.alarms.missed == ours.score.failures == int(found.failed.sum())


def test_at_random_nobody_learns_from_those_judged_by():
    cases = made_up_cases(2_000)
    found = table(cases, at_random, replace(SETTINGS, models=("one_layer",)), seed=1)
    assert found.split is SplitBy.RANDOM
    assert (found.learnt_from + len(found.failed), found.calibrated_on) == (2_000, 240)
    assert [one.name for one in found.models] == ["one_layer", "family_rate", "base_rate"]


def test_what_happens_after_the_cut_changes_no_order_and_no_threshold():
    cases = made_up_cases(3_000)
    split = by_time(cases, share=0.2)
    other = replace(cases, failed=cases.failed.copy())
    other.failed[split.test] ^= True
    settings = replace(SETTINGS, models=LAYERS)
    first, second = table(cases, settings=settings), table(other, settings=settings)
    for one, two in zip(first.models, second.models, strict=True):
        assert (one.told == two.told).all()
        assert one.alarms.threshold == two.alarms.threshold


def test_reasons_are_judged_by_themselves_against_all_good_jobs():
    cases = made_up_cases(3_000)
    found = table(cases, settings=replace(SETTINGS, models=("one_layer",)))
    (ours, *_) = found.models
    assert {one.reason for one in ours.reasons} == {"memory_limit", "node"}
    assert sum(one.score.failures for one in ours.reasons) == ours.score.failures
    reason = cases.reason[by_time(cases, share=0.2).test]
    rows = ~found.failed | (reason == "node")
    (node,) = (one.score for one in ours.reasons if one.reason == "node")
    assert node == score(ours.told[rows], found.failed[rows], chances=ours.chances[rows])


@pytest.mark.parametrize("fails", [False, True])
def test_where_all_jobs_or_none_failed_the_table_says_so(fails):
    cases = replace(made_up_cases(800), failed=np.full(800, fails), reason=None)
    for one in table(cases).models:
        assert one.score.failures == 160 * fails
        assert np.isnan(one.score.auc)
        assert one.reasons == ()
        assert one.alarms.missed + one.alarms.false_alarms == 0 or one.name == "family_rate"


@pytest.mark.parametrize("jobs", [0, 1, 2])
def test_too_few_jobs_are_refused(jobs):
    with pytest.raises(ModelError, match="too few to learn from"):
        table(made_up_cases(jobs))
