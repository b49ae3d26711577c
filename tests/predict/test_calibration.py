import numpy as np

from jobcast.features.family import LEVELS
from jobcast.predict.calibration import ENOUGH, offsets

SAME, YOUNG, NONE = 0, 1, len(LEVELS) - 1


def test_without_residuals_nothing_is_added() -> None:
    assert offsets(np.array([]), np.array([], np.int64), risk=0.05).tolist() == [0.0] * len(LEVELS)


def test_a_level_with_enough_jobs_is_corrected_by_its_own() -> None:
    residuals = np.r_[np.arange(1000) / 1000, np.full(1000, 5.0)]
    levels = np.r_[np.full(1000, SAME), np.full(1000, YOUNG)]

    found = offsets(residuals, levels, risk=0.05)

    assert found[SAME] == 0.954  # 0.95, and half a standard error of the share on the safe side
    assert found[YOUNG] == 5.0


def test_a_level_with_few_jobs_is_judged_with_the_broader_ones() -> None:
    residuals = np.r_[np.zeros(1000), np.full(ENOUGH - 1, 1.0), np.full(500, 3.0)]
    levels = np.r_[np.full(1000, SAME), np.full(ENOUGH - 1, YOUNG), np.full(500, 3)]

    assert offsets(residuals, levels, risk=0.05).tolist() == [0.0, 3.0, 3.0, 3.0, 3.0, 3.0]


def test_too_few_jobs_altogether_are_judged_as_one() -> None:
    assert offsets(np.array([0.5, 0.25]), np.array([SAME, NONE]), risk=0.05).tolist() == [0.5] * len(LEVELS)
