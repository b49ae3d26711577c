"""The clocks are set so that the wanted share of jobs fails."""

import numpy as np
import pytest

from jobcast.demo.colocation.evictions import paces
from jobcast.demo.colocation.families import NATURES, Kind


@pytest.mark.parametrize("times", [0.5, 1, 2])
def test_the_wanted_share_of_each_class_fails(times):
    rng = np.random.default_rng(3)
    kind = np.repeat(np.arange(4), 5_000)
    total = rng.lognormal(0, 2, len(kind)) * (rng.uniform(size=len(kind)) < 0.98)
    pace = paces(kind, total, times)
    risk = -np.expm1(-pace[kind] * total)
    for one, nature in NATURES.items():
        assert risk[kind == one].mean() == pytest.approx(nature.failing * times, rel=1e-6)


def test_where_few_are_strained_no_more_than_these_fail():
    kind = np.full(1_000, Kind.LONG)
    total = np.where(np.arange(1_000) < 50, 1.0, 0.0)
    risk = -np.expm1(-paces(kind, total, 1)[kind] * total)
    assert risk[:50].min() > 0.99
    assert risk[50:].max() == 0


def test_where_none_is_strained_no_clock_runs():
    assert paces(np.arange(4), np.zeros(4), 1).tolist() == [0, 0, 0, 0]
