import numpy as np
import polars as pl
import pytest
from hypothesis import given

from jobcast.features import ladder
from jobcast.features.coded import Keys
from jobcast.features.family import family_keys
from jobcast.features.frame import of_frame
from jobcast.features.ladder import FEW, ladder_keys
from jobcast.features.submissions import Submissions
from tests.features.made_up import histories
from tests.made_up import HOSTILE, frame, job

JOBS = frame(
    job("1", command="pnr -block alu -seed 1", cwd="/p/loom/chen/run", cores_requested=4),
    job("2", command=HOSTILE, cwd=HOSTILE, user=None, queue=None, memory_requested=2**30),
    job("3", command="vcs " * 1000, cwd="/p/loom/chen/run", cores_requested=1, queue="sim"),
)


@pytest.fixture(autouse=True)
def looked_up(monkeypatch: pytest.MonkeyPatch) -> ladder._LookedUp:
    fresh = ladder._LookedUp()
    monkeypatch.setattr(ladder, "_LOOKED_UP", fresh)
    return fresh


def _rung_by_rung(submissions: Submissions) -> Keys:
    return np.column_stack(list(family_keys(submissions)))


@given(histories())
def test_a_few_submissions_have_the_keys_that_they_have_among_many(jobs: pl.DataFrame) -> None:
    submissions = of_frame(jobs)
    few = np.arange(min(len(jobs), FEW))

    for _ in range(2):  # the second time they have been looked up before
        assert ladder_keys(submissions.take(few)).tolist() == _rung_by_rung(submissions)[few].tolist()


def test_many_submissions_have_keys_too() -> None:
    submissions = of_frame(JOBS).take(np.arange(FEW + 1) % len(JOBS))

    assert ladder_keys(submissions).tolist() == _rung_by_rung(submissions).tolist()


def test_long_texts_are_looked_at_anew_each_time(looked_up: ladder._LookedUp) -> None:
    submissions = of_frame(JOBS)

    for _ in range(2):
        assert ladder_keys(submissions.take(np.arange(3))).tolist() == _rung_by_rung(submissions).tolist()

    assert len(looked_up._kept) == len(JOBS) - 1


def test_what_is_kept_has_a_bound(looked_up: ladder._LookedUp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ladder, "_KEPT", 2)
    submissions = of_frame(frame(*(job(str(number), command=f"make {number}") for number in range(5))))

    for row in range(5):
        one = submissions.take(np.array([row]))
        assert ladder_keys(one).tolist() == _rung_by_rung(submissions)[[row]].tolist()
        assert len(looked_up._kept) <= 2
