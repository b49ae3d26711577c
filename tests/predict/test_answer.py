import numpy as np

from jobcast.features.candidates import CANDIDATES
from jobcast.predict.answer import Answers
from jobcast.predict.record import Standing

MANY = len(CANDIDATES)

ANSWERS = Answers(
    candidates=np.array([[30.0, 31, 32, 33, 34], [20, 21, 22, 23, 24], [np.nan] * 5]),
    chosen=np.zeros(3, dtype=np.int64),
    upper=np.array([32.5, 21.0, np.nan]),
    level=np.array([0, 1, 5]),
    ceiling=33.0,
)


def _standing(*best: int) -> Standing:
    own = np.ones((len(best), MANY), dtype=np.float32)
    own[np.arange(len(best)), best] = 0
    return Standing(counts=np.full(len(best), 100), own=own, overall=np.ones((1, MANY), dtype=np.float32))


def test_the_median_is_the_trees_until_a_record_is_followed() -> None:
    np.testing.assert_equal(ANSWERS.median, [30, 20, np.nan])
    np.testing.assert_equal(ANSWERS.follow(_standing(4, 0, 2)).median, [34, 20, np.nan])


def test_requests_stay_between_the_median_and_the_largest_peak_ever() -> None:
    added = np.array([0.25, 0.5, 0, 0, 0, 1])

    np.testing.assert_equal(ANSWERS.request(added), [32.75, 21.5, np.nan])
    np.testing.assert_equal(ANSWERS.request(added + 1), [33, 22.5, np.nan])
    np.testing.assert_equal(ANSWERS.follow(_standing(4, 4, 0)).request(added), [34, 24, np.nan])


def test_each_submission_may_have_a_calibration_of_its_own() -> None:
    np.testing.assert_equal(ANSWERS.raised(np.array([0.0, 0.125, 0])), [32.5, 21.125, np.nan])
