"""Classes of jobs: how many, which, and of odd sets of jobs."""

import sys

import numpy as np
import pytest

from jobcast.errors import ConfigError
from jobcast.train.failures.classes import ClassSettings, learn
from tests.train.failures.made_up_cases import made_up_cases

pytest.importorskip("sklearn", reason="scikit-learn is an extra")

SETTINGS = ClassSettings(silhouette_jobs=800)


def test_made_up_sizes_are_found_again():
    cases = made_up_cases(3_000)
    found = learn(cases.measured, SETTINGS)
    assert len(found) == 3
    assert max(found.silhouettes, key=found.silhouettes.get) == "3"
    assert sorted(found.silhouettes, key=int) == [str(number) for number in range(2, 11)]
    classes = found.of(cases.measured)
    sizes = np.searchsorted([1, 3], cases.matrix[:, 1])
    assert all(len(np.unique(sizes[classes == number])) == 1 for number in range(3))
    assert np.bincount(classes).tolist() == sorted(np.bincount(classes), reverse=True)


def test_the_same_seed_finds_the_same_classes():
    measured = made_up_cases(500).measured
    assert learn(measured, SETTINGS) == learn(measured, SETTINGS)


@pytest.mark.parametrize(("different", "classes"), [(1, 1), (2, 2), (3, 3)])
def test_there_are_never_more_classes_than_different_jobs(different, classes):
    measured = np.repeat(np.arange(4 * different, dtype=np.float32).reshape(different, 4), 7, axis=0)
    assert len(learn(measured, SETTINGS)) == classes


def test_one_job_is_one_class():
    measured = made_up_cases(1).measured
    assert learn(measured, SETTINGS).of(measured).tolist() == [0]


def test_a_job_that_is_like_no_other_is_a_class_of_its_own():
    measured = np.concatenate([np.ones((99, 4)), [[1e6, 1e6, 1e6, 1e6]]]).astype(np.float32)
    classes = learn(measured, SETTINGS).of(measured)
    assert np.bincount(classes).tolist() == [99, 1]


def test_unknown_measures_count_as_the_middle_and_a_column_of_them_as_nothing():
    measured = made_up_cases(600).measured
    measured[::5, 1] = np.nan
    measured[:, 2] = np.nan
    found = learn(measured, SETTINGS)
    assert len(found) > 1
    assert np.isfinite(found.centres).all()
    assert (found.middle[2], found.spread[2]) == (0.0, 1.0)


def test_columns_of_which_few_jobs_have_most_count_by_their_logarithm():
    random = np.random.default_rng(1)
    measured = np.stack(
        [random.lognormal(3, 2, 500), random.normal(50, 5, 500), -random.lognormal(1, 2, 500), np.ones(500)],
        axis=1,
    )
    assert learn(measured.astype(np.float32), SETTINGS).logged == (True, False, False, False)


def test_without_the_extra_the_cure_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(ConfigError) as refused:
        learn(made_up_cases(9).measured, SETTINGS)
    assert refused.value.hint == "pip install 'jobcast[failures]'"
