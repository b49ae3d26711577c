"""Calibrations as they come back from a model's card."""

import json

import numpy as np
import pytest

from jobcast.predict.failures.calibration import MOST, UNCHANGED, Calibration, chance_of, log_odds


def test_chances_go_to_log_odds_and_back():
    chances = np.array([0.001, 0.25, 0.5, 0.999])
    assert chance_of(log_odds(chances)) == pytest.approx(chances)
    assert log_odds(np.array([0.0, 1.0])).tolist() == [-MOST, MOST]


def test_between_knots_log_odds_are_straight_and_beyond_them_level():
    line = Calibration(told=(-1.0, 1.0), chance=(-2.0, 0.0))
    assert log_odds(line.apply(chance_of(np.array([-5.0, -1.0, 0.0, 3.0])))) == pytest.approx([-2, -2, -1, 0])


def test_unchanged_changes_nothing():
    chances = np.linspace(0.001, 0.999, 7)
    assert UNCHANGED.apply(chances) == pytest.approx(chances)


def test_knots_come_back_from_json():
    line = Calibration(told=(-1.0, 1.0), chance=(-2.0, 0.0))
    assert Calibration.of_json(json.loads(json.dumps(line.as_json()))) == line


@pytest.mark.parametrize(
    ("told", "chance"),
    [((), ()), ((1, 0), (0, 1)), ((0, 1), (1, 0)), ((0,), (0, 1)), ((0, 1), (0, float("nan")))],
)
def test_knots_that_do_not_rise_are_refused(told, chance):
    with pytest.raises(ValueError, match="calibration"):
        Calibration.of_json({"told": told, "chance": chance})
