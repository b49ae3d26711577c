"""Pressure, strain, and when a machine has borne how much of it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast.demo.colocation.plan import Plan
from jobcast.demo.colocation.pressure import BEARABLE, STEP, Pressure, draw_pressure

PLAN = Plan(machines=37, days=3, seed=11)


@pytest.fixture(scope="module")
def pressure() -> Pressure:
    return draw_pressure(PLAN)


def test_each_machine_has_a_pressure_in_each_step(pressure):
    assert pressure.share.shape == (37, 3 * 86_400 // STEP)
    assert 0 < pressure.share.min() < 0.3
    assert BEARABLE < pressure.share.max() <= np.float32(1.15)


def test_only_what_is_beyond_bearing_strains(pressure):
    assert ((pressure.strain > 0) == (pressure.share > BEARABLE)).all()
    assert 0.01 < (pressure.strain > 0).mean() < 0.15


def test_the_evening_presses_more_than_the_morning(pressure):
    hour = np.arange(pressure.share.shape[1]) * STEP // 3600 % 24
    by_hour = [np.median(pressure.share[:, hour == at]) for at in (9, 21)]
    assert by_hour[0] + 0.1 < by_hour[1]


def test_machines_of_a_rack_are_pressed_together(pressure):
    """What is left without the whole cluster's pressure is alike within a rack and not between racks."""
    own = pressure.share - pressure.share.mean(axis=0)
    alike = np.corrcoef(own)
    assert alike[0, 1:10].mean() > alike[0, 10:].mean() + 0.5


@given(data=st.data())
def test_strain_adds_up_and_the_moment_that_reaches_it_is_strained(pressure, data):
    machine = np.array([data.draw(st.integers(0, 36))])
    total = pressure.summed[machine[0], -1]
    wanted = data.draw(st.floats(0.001, 0.999)) * np.array([total])
    second = pressure.when(machine, wanted)
    assert 0 <= second[0] < PLAN.horizon
    assert pressure.until(machine, second)[0] <= wanted[0] + 1e-6
    assert pressure.until(machine, second + 1)[0] >= wanted[0] - 1e-6
    if total > 0:
        assert pressure.at(machine, second)[0] > BEARABLE


def test_strain_ends_with_the_trace(pressure):
    machine = np.arange(37)
    later = pressure.until(machine, np.full(37, 10 * PLAN.horizon))
    assert later == pytest.approx(pressure.summed[:, -1])
