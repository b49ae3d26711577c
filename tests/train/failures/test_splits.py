"""Which jobs teach, and which judge."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast.train.failures.splits import SplitBy, at, at_random, by_time
from tests.train.failures.made_up_cases import made_up_cases


@given(share=st.floats(0, 1), seed=st.integers(0, 9))
def test_at_random_every_job_is_in_one_part_and_both_kinds_are_shared_alike(share, seed):
    cases = made_up_cases(200)
    split = at_random(cases, share=share, seed=seed)
    assert sorted([*split.train, *split.test]) == list(range(200))
    assert int(cases.failed[split.test].sum()) == round(share * int(cases.failed.sum()))
    assert len(split.test) == round(share * int(cases.failed.sum())) + round(
        share * int((~cases.failed).sum())
    )


def test_the_same_seed_draws_the_same_and_another_others():
    cases = made_up_cases(200)
    first, again, other = (at_random(cases, share=0.2, seed=seed).test.tolist() for seed in (1, 1, 2))
    assert first == again != other


@given(share=st.floats(0.01, 0.99))
def test_by_time_nothing_teaches_that_was_not_known_when_the_first_judge_was_asked(share):
    cases = made_up_cases(300)
    split = by_time(cases, share=share)
    assert split.by is SplitBy.TIME
    assert max(cases.finished[split.train], default=-1) < min(cases.asked[split.test])
    assert abs(len(split.test) - share * 300) <= 1


def test_what_is_under_way_at_the_cut_is_in_neither_part():
    three = np.array([10, 20, 30])
    cases = replace(made_up_cases(3), asked=three, finished=np.array([15, 31, 40]))
    split = at(cases, 30)
    assert (split.train.tolist(), split.test.tolist()) == ([0], [2])


@pytest.mark.parametrize(
    "split", [lambda c: by_time(c, share=0.2), lambda c: at_random(c, share=0.2, seed=1)]
)
def test_of_no_jobs_there_is_nothing_to_learn_from(split):
    nothing = made_up_cases(5).take(np.empty(0, dtype=np.int64))
    found = split(nothing)
    assert (len(found.train), len(found.test)) == (0, 0)


def test_a_job_that_is_looked_at_more_than_once_is_in_one_part_only():
    cases = made_up_cases(300)
    looks = np.repeat(np.arange(300), 3)
    several = replace(cases.take(looks), jobs=looks)
    split = at_random(several, share=0.2, seed=1)
    assert not set(looks[split.train]) & set(looks[split.test])
    assert len(split.test) == 3 * len(at_random(cases, share=0.2, seed=1).test)
