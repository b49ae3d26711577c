"""Two layers and one: what they learn, and of odd sets of jobs."""

from dataclasses import replace

import numpy as np
import pytest

from jobcast.features.failures import ANCHOR
from jobcast.predict.failures.calibration import chance_of, log_odds
from jobcast.predict.failures.two_layers import TwoLayers
from jobcast.train.failures import one_layer
from jobcast.train.failures.boosting import BoostingSettings
from jobcast.train.failures.cases import CLASS_FEATURES
from jobcast.train.failures.classes import ClassSettings
from jobcast.train.failures.scores import curve
from jobcast.train.failures.two_layers import FittedTwoLayers, TwoLayerSettings, fit
from tests.train.failures.made_up_cases import chances, made_up_cases

pytest.importorskip("sklearn", reason="scikit-learn is an extra")

SETTINGS = TwoLayerSettings(
    classes=ClassSettings(silhouette_jobs=500),
    boosting=BoostingSettings(num_iterations=30, learning_rate=0.15),
    class_rounds=20,
)


def learn(cases) -> FittedTwoLayers:
    return fit(cases, SETTINGS, lambda _step: None)


@pytest.fixture(scope="module")
def learnt() -> FittedTwoLayers:
    return learn(made_up_cases(6_000))


def test_the_class_of_light_jobs_will_not_fail(learnt):
    never = [number for number, failures in enumerate(learnt.failures) if failures == 0]
    assert len(never) == 1
    assert learnt.second[never[0]] == 0.0
    assert sum(isinstance(one, str) for one in learnt.second) == len(learnt.classes) - 1
    assert sum(learnt.jobs) == 6_000


def test_steps_are_told_and_the_same_jobs_give_the_same_trees(learnt):
    steps = []
    again = fit(made_up_cases(6_000), SETTINGS, steps.append)
    assert again == learnt
    assert steps == ["failure_classes", "failure_first_layer", *["failure_second_layer"] * 2]


@pytest.mark.parametrize("hard", [False, True])
def test_both_ways_of_asking_come_near_to_the_truth(learnt, hard):
    later = made_up_cases(6_000, seed=2)
    told = learnt.model(hard=hard).tell(later.matrix)
    assert curve(told, later.failed).area > curve(chances(later), later.failed).area - 0.03
    assert ((told >= 0) & (told <= 1)).all()


def test_the_likeliest_class_alone_answers_where_that_is_asked_for(learnt):
    rows = made_up_cases(300, seed=3).matrix
    hard = learnt.model(hard=True)
    number = np.argmax(hard.first.predict_classes(rows), axis=1)
    each = np.stack([second.tell(rows) for second in hard.second], axis=1)
    assert hard.tell(rows) == pytest.approx(each[np.arange(300), number])


def test_otherwise_classes_answer_together(learnt):
    rows = made_up_cases(300, seed=3).matrix
    model = learnt.model()
    each = np.stack([second.tell(rows) for second in model.second], axis=1)
    assert model.tell(rows) == pytest.approx((model.first.predict_classes(rows) * each).sum(axis=1), abs=1e-3)


@pytest.mark.parametrize("hard", [False, True])
def test_what_moved_an_answer_adds_up_to_it(learnt, hard):
    rows = made_up_cases(300, seed=3).matrix
    model = learnt.model(hard=hard)
    told, found = model.tell(rows), model.contributions(rows)
    assert found.shape == (300, rows.shape[1] + 2)
    assert chance_of(found.sum(axis=1)) == pytest.approx(told, abs=1e-6)
    starts = [second.contributions(rows[:1])[0, -1] for second in model.second]
    assert found[:, -1] == pytest.approx(np.average(starts, weights=learnt.jobs))
    assert model.contributions(rows[:0]).shape == (0, rows.shape[1] + 2)


def test_contributions_of_one_layer_have_the_same_shape():
    cases = made_up_cases(2_000)
    model = one_layer.fit(cases, SETTINGS.boosting).model()
    found = model.contributions(cases.matrix)
    assert found.shape == (2_000, cases.matrix.shape[1] + 2)
    assert chance_of(found.sum(axis=1)) == pytest.approx(model.tell(cases.matrix), abs=1e-6)
    assert not found[:, -2].any()


@pytest.mark.parametrize(("fails", "told"), [(False, 0.0), (True, 1.0)])
def test_where_all_jobs_or_none_failed_that_is_told(fails, told):
    cases = made_up_cases(500)
    cases = replace(cases, failed=np.full(500, fails))
    learnt = learn(cases)
    assert set(learnt.second) == {told}
    assert learnt.model().tell(cases.matrix) == pytest.approx(np.full(500, told))
    assert one_layer.fit(cases, SETTINGS.boosting).second == told


def test_one_job_teaches_what_it_did():
    cases = made_up_cases(1)
    learnt = learn(cases)
    assert (learnt.first, learnt.second, learnt.jobs) == (None, (0.0,), (1,))
    assert isinstance(learnt.model(), TwoLayers)
    assert learnt.model().tell(cases.matrix).tolist() == [0.0]


def test_a_class_with_too_few_failures_tells_their_share():
    cases = made_up_cases(2_000)
    light = cases.matrix[:, 1] < 1
    failed = cases.failed.copy()
    failed[np.flatnonzero(light)[:5]] = True
    learnt = learn(replace(cases, failed=failed))
    number = int(learnt.classes.of(cases.measured[light][:1])[0])
    assert learnt.second[number] == pytest.approx(5 / light.sum())


def test_jobs_that_are_all_the_same_are_one_class_of_one_layer():
    cases = made_up_cases(800)
    cases = replace(cases, measured=np.ones((800, len(CLASS_FEATURES)), dtype=np.float32))
    learnt = learn(cases)
    assert (learnt.first, len(learnt.second)) == (None, 1)
    assert learnt.model().tell(cases.matrix).std() > 0


def test_what_is_unknown_is_no_hindrance():
    cases = made_up_cases(2_000)
    matrix = cases.matrix.copy()
    matrix[::3, 1] = np.nan
    matrix[:, 4] = np.nan
    told = learn(replace(cases, matrix=matrix)).model().tell(matrix)
    assert np.isfinite(told).all()


def test_trees_that_start_from_an_anchor_learn_what_is_missing():
    cases = made_up_cases(4_000)
    odds = log_odds(np.clip(chances(cases), 0.001, 0.999))
    anchored = replace(
        cases,
        features=(*cases.features, ANCHOR),
        matrix=np.column_stack([np.zeros_like(cases.matrix), odds]).astype(np.float32),
    )
    models = (one_layer.fit(anchored, SETTINGS.boosting), learn(anchored))
    for fitted in models:
        told = fitted.model().tell(anchored.matrix)
        assert np.corrcoef(log_odds(told), odds)[0, 1] > 0.8
        assert fitted.model().contributions(anchored.matrix).sum(axis=1) == pytest.approx(
            log_odds(told), abs=1e-4
        )
