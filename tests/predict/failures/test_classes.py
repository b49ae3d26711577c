"""Classes as they come back from a model's card."""

import json
from dataclasses import replace

import numpy as np
import pytest

from jobcast.predict.failures.classes import Classes

TWO = Classes(
    columns=("run_time", "cpu"),
    logged=(True, False),
    middle=(2.0, 50.0),
    spread=(1.0, 10.0),
    centres=((-1.0, 0.0), (3.0, 1.0)),
    silhouettes={"2": 0.9},
)


def test_a_job_is_in_the_class_of_the_nearest_centre():
    measured = np.array([[1, 50], [200, 60], [np.nan, 50], [-5, np.nan], [np.inf, 50]], dtype=np.float32)
    assert TWO.of(measured).tolist() == [0, 1, 0, 0, 0]
    assert TWO.of(measured[:0]).tolist() == []


def test_classes_come_back_from_json():
    assert Classes.of_json(json.loads(json.dumps(TWO.as_json()))) == TWO


@pytest.mark.parametrize(
    "wrong", [{"centres": ()}, {"centres": ((1.0,),)}, {"spread": (0.0, 1.0)}, {"logged": (True,)}]
)
def test_what_does_not_fit_together_is_refused(wrong):
    with pytest.raises(ValueError, match="classes"):
        replace(TWO, **wrong)
