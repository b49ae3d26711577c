"""The as-of rule, for everything that is known of a submission: what finishes later changes nothing."""

from dataclasses import fields, replace
from datetime import timedelta

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from jobcast.features.asof import as_of_submission, lessons
from jobcast.features.columns import Known
from jobcast.features.submissions import of_many
from jobcast.predict.memory import FamilyMemory
from jobcast.train.material import Material, material
from tests.features.made_up import histories, stack, submission
from tests.made_up import NEW_YEAR

MIDDAY = int((NEW_YEAR + timedelta(minutes=120)).timestamp())


def _assert_same(one: Known, other: Known) -> None:
    for field in fields(Known):
        np.testing.assert_allclose(
            getattr(one, field.name), getattr(other, field.name), rtol=1e-5, atol=1e-5, err_msg=field.name
        )


def _known(stuff: Material, asked: np.ndarray) -> Known:
    return as_of_submission(stuff.submissions, stuff.finished_by(2**40), asked)


@given(histories(), st.randoms(use_true_random=False))
def test_shuffling_the_future_changes_nothing(jobs: pl.DataFrame, chance: st.random_module) -> None:
    stuff = material(jobs)
    asked = np.flatnonzero(stuff.submissions.at <= MIDDAY)
    later = np.flatnonzero(stuff.finish > MIDDAY).tolist()
    shuffled = later.copy()
    chance.shuffle(shuffled)
    peak, finish = stuff.peak.copy(), stuff.finish.copy()
    peak[later], finish[later] = 50 - stuff.peak[shuffled], stuff.finish[shuffled] + 1

    _assert_same(
        _known(replace(stuff, finish=finish, peak=peak), asked),
        _known(stuff, asked),
    )


@given(histories())
def test_a_memory_frozen_at_a_moment_knows_nothing_later(jobs: pl.DataFrame) -> None:
    stuff = material(jobs)
    everyone = np.arange(len(jobs))
    frozen = as_of_submission(stuff.submissions, stuff.finished_by(2**40), everyone, known_until=MIDDAY)

    _assert_same(frozen, as_of_submission(stuff.submissions, stuff.finished_by(MIDDAY), everyone))


@given(histories())
def test_training_and_serving_know_the_same(jobs: pl.DataFrame) -> None:
    """Every job is submitted again after all have finished: to the memory, and as rows of the history."""
    stuff = material(jobs)
    end = NEW_YEAR + timedelta(days=1)
    again = of_many([submission(row, end) for row in jobs.to_dicts()])
    both = stack(stuff.submissions, again)
    done = stuff.finished_by(2**40)

    served = FamilyMemory.build(stuff.submissions, done).recall(again)
    trained = as_of_submission(both, done, np.arange(len(jobs), 2 * len(jobs)))

    for field in fields(Known):
        np.testing.assert_array_equal(getattr(served, field.name), getattr(trained, field.name), field.name)


def test_only_marked_jobs_teach_in_order_of_their_finish() -> None:
    done = lessons(np.array([30, 10, 20]), np.array([1.0, 2.0, 3.0]), np.array([True, False, True]))

    assert (done.rows.tolist(), done.times.tolist(), done.values.tolist()) == ([2, 0], [20, 30], [3, 1])
