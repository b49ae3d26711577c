"""How probably jobs of a trace fail, as was known when they came."""

from collections.abc import Sequence
from dataclasses import replace
from math import isnan

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast.errors import InputError
from jobcast.simulate.chances import chances_of
from jobcast.simulate.trace import Trace
from tests.simulate.made_up import trace


def ended(*states: str, submit: Sequence[int] | None = None, **columns: Sequence[object]) -> Trace:
    """Return jobs of one user that run 5 seconds at once, one each 10 seconds."""
    seconds = submit or range(0, 10 * len(states), 10)
    known: dict[str, Sequence[object]] = {
        "state": states,
        "user": ["ada"] * len(states),
        "command": ["sim"] * len(states),
        "waited": [0] * len(states),
        **columns,
    }
    return trace(*((second, 5, 1) for second in seconds), **known)


def test_the_share_of_a_family_is_drawn_towards_that_of_wider_ones() -> None:
    told = chances_of(ended("failed", "failed", "done", user=["ada", "eve", "ada"]))
    assert isnan(told[0])
    assert told[1] == 1.0  # all that is known has failed
    # everybody 2 of 2; ada's families each 1 of 1, with five runs of the wider
    assert told[2] == 1.0
    told = chances_of(ended("failed", "done", "done"))
    half = 1 / 2
    by_user = (1 + 5 * half) / (2 + 5)
    by_cores = (1 + 5 * by_user) / (2 + 5)
    assert told[2] == pytest.approx((1 + 5 * by_cores) / (2 + 5))


def test_only_what_had_ended_before_is_known() -> None:
    told = chances_of(ended("failed", "done", "done", submit=[0, 5, 6]))
    assert [isnan(each) for each in told] == [True, True, False]


def test_a_run_whose_end_nobody_tells_teaches_nothing() -> None:
    told = chances_of(ended("failed", "done", waited=[None, 0]))
    assert isnan(told[1])


def test_cancelled_jobs_teach_nothing_but_are_told_a_chance() -> None:
    told = chances_of(ended("failed", "cancelled", "cancelled"))
    assert (told[1], told[2]) == (1.0, 1.0)


def test_of_a_user_that_nobody_knows_everybody_tells() -> None:
    told = chances_of(ended("failed", "done", "done", "done", user=["ada", "eve", "eve", None]))
    assert told[3] == pytest.approx(1 / 3)


def test_without_any_failure_nothing_can_be_known() -> None:
    with pytest.raises(InputError, match="doesn't tell of any job that failed"):
        chances_of(ended("done", "done"))


@given(
    st.lists(st.sampled_from(["failed", "done", "cancelled"]), min_size=4, max_size=20), st.integers(1, 19)
)
def test_the_future_changes_nothing(states: list[str], place: int) -> None:
    states = ["failed", *states]
    place = min(place, len(states) - 1)
    whole = ended(*states)
    turned = [*states[:place], *["failed" if each == "done" else "done" for each in states[place:]]]
    other = replace(whole, jobs=whole.jobs.with_columns(pl.Series("state", turned)))
    assert chances_of(whole)[: place + 1].tolist()[1:] == chances_of(other)[: place + 1].tolist()[1:]
