"""What acting on chances of failing would have done to a trace."""

from datetime import UTC, datetime, timedelta, tzinfo
from functools import partial
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from jobcast.schedule.failing import Failing
from jobcast.simulate.engines import simulate
from jobcast.simulate.failing import FailingFigures, Way, acting, confirmed, figures
from jobcast.simulate.setup import Setup
from jobcast.simulate.trace import Trace
from tests.simulate.made_up import trace

HOUR = 3600
ROME = ZoneInfo("Europe/Rome")
RUN = partial(simulate, seconds=lambda: 0.0)


@pytest.mark.parametrize(
    ("came", "hours", "expected"),
    [
        ("2026-01-05 09:30", 1, "2026-01-05 10:30"),
        ("2026-01-05 03:00", 1, "2026-01-05 09:00"),
        ("2026-01-05 19:30", 1, "2026-01-06 08:30"),
        ("2026-01-05 23:00", 1, "2026-01-06 09:00"),
        ("2026-01-05 08:00", 13, "2026-01-06 09:00"),
        ("2026-01-05 23:00", 0, "2026-01-06 08:00"),
    ],
)
def test_held_jobs_are_confirmed_in_working_hours(came: str, hours: int, expected: str) -> None:
    moment = datetime.fromisoformat(came).replace(tzinfo=UTC)
    after = confirmed(moment, timedelta(hours=hours))
    assert f"{after:%Y-%m-%d %H:%M}" == expected


def made() -> Trace:
    """Return one job that runs to 100, and four that wait for its processors; it is midnight."""
    rows = ((0, 100, 8), (1, 100, 8), (2, 200, 8), (3, 100, 8), (4, 100, 8))
    states = ["done", "failed", "failed", "done", "done"]
    return trace(*rows, state=states, user=["ada"] * 5)


CHANCES = np.array([np.nan, 0.6, 0.9, 0.95, 0.1])


def acted(rule: Failing, zone: tzinfo = UTC) -> FailingFigures:
    whole = made()
    setup = Setup(acting=acting(whole, rule, CHANCES, confirm_after=HOUR, zone=zone))
    return figures(whole, setup, RUN(whole, setup), RUN)


def way(name: str, lost: float, *waits: int) -> Way:
    """Return what came of it, by the waits of the three that end well."""
    runs = (100, 100, 100)
    slow = [max((wait + run) / run, 1) for wait, run in zip(waits, runs, strict=True)]
    return Way(
        name=name,
        failed_core_hours=lost,
        good_mean_wait_s=pytest.approx(np.mean(waits)),
        good_p95_wait_s=pytest.approx(np.quantile(waits, 0.95)),
        good_mean_bounded_slowdown=pytest.approx(np.mean(slow)),
    )


LOST = 300 * 8 / HOUR


def test_lowered_jobs_let_others_go_before() -> None:
    without = way("without", LOST, 0, 397, 496)
    # 4 goes first, then the lowered ones in their order: 1, 2, 3
    assert acted(Failing(lower_at=0.5, lowered_for=86_400)) == FailingFigures(
        known=4,
        lowered=3,
        lowered_well=1,
        held=0,
        held_well=0,
        ways=(without, way("lowered", LOST, 0, 497, 96)),
    )


def test_held_jobs_start_when_confirmed_or_are_withdrawn_where_they_fail() -> None:
    nine = 9 * HOUR
    without = way("without", LOST, 0, 397, 496)
    # 1 and 4 run from 100 and 200 on; 2 and 3 from nine on.
    confirmed_ones = way("confirmed", LOST, 0, nine + 200 - 3, 196)
    withdrawn = way("withdrawn", 100 * 8 / HOUR, 0, nine - 3, 196)
    assert acted(Failing(hold_at=0.9)) == FailingFigures(
        known=4, lowered=0, lowered_well=0, held=2, held_well=1, ways=(without, confirmed_ones, withdrawn)
    )


def test_working_hours_are_those_of_the_site() -> None:
    found = acted(Failing(hold_at=0.95), zone=ROME)
    assert (found.held, found.held_well) == (1, 1)
    assert [each.name for each in found.ways] == ["without", "confirmed"]
    assert found.ways[1].good_mean_wait_s == pytest.approx((0 + 8 * HOUR - 3 + 396) / 3)


def test_a_setup_that_does_nothing_has_no_such_figures() -> None:
    whole = made()
    with pytest.raises(ValueError, match="Setup"):
        figures(whole, Setup(), RUN(whole, Setup()), RUN)


def test_what_is_done_stands_among_the_options() -> None:
    rule = Failing(lower_at=0.5, hold_at=0.9)
    setup = Setup(acting=acting(made(), rule, CHANCES, confirm_after=HOUR, zone=ROME))
    assert setup.words()["options"] == "--lower-at 0.5 --lowered-for 86400 --hold-at 0.9 --confirm-after 3600"
