from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast.errors import ModelError
from jobcast.features.candidates import CANDIDATES
from jobcast.predict.record import PRIOR, WORST, Judged, Standing, TrackRecord, as_of, errors, join

MANY = len(CANDIDATES)

JUDGED = st.tuples(
    st.integers(0, 3), st.integers(0, 100), st.lists(st.floats(0, 2, width=32), min_size=MANY, max_size=MANY)
)
"""Family, moment of finish and the candidates' errors."""


def _judged(jobs: list[tuple[int, int, list[float]]]) -> Judged:
    jobs = sorted(jobs, key=lambda one: one[1])
    return Judged(
        families=np.array([family for family, _, _ in jobs], np.uint64),
        times=np.array([time for _, time, _ in jobs], np.int64),
        errors=np.array([wrong for _, _, wrong in jobs], np.float32).reshape(-1, MANY),
    )


def _always(family: int, best: int, *, jobs: int, first: int = 0) -> list[tuple[int, int, list[float]]]:
    """Return so many jobs to which the candidate `best` was right and the others off by a factor of two."""
    wrong = [0.0 if candidate == best else 1.0 for candidate in range(MANY)]
    return [(family, first + number, wrong) for number in range(jobs)]


def _best(judged: Judged, family: int, moment: int) -> int:
    return int(as_of(judged, np.array([family], np.uint64), np.array([moment])).best()[0])


def test_errors_are_clipped_distances_in_log2() -> None:
    found = errors(np.array([[30.0, 31.5, 20.0]]), np.array([31.0]))

    assert found.tolist() == [[1.0, 0.5, WORST]]


def test_a_family_follows_the_candidate_that_has_been_best_for_it() -> None:
    judged = _judged([*_always(1, 3, jobs=50), *_always(2, 1, jobs=50)])

    assert [_best(judged, family, 99) for family in (1, 2)] == [3, 1]


def test_nothing_is_known_of_a_job_that_has_not_finished() -> None:
    judged = _judged(_always(1, 3, jobs=50, first=10))

    assert [_best(judged, 1, moment) for moment in (9, 10)] == [0, 3]


def test_a_family_without_a_record_follows_what_is_best_for_everybody() -> None:
    judged = _judged([*_always(1, 3, jobs=30), *_always(2, 1, jobs=10)])

    assert _best(judged, 7, 99) == 3


def test_everybody_weighs_as_much_as_some_jobs_of_the_own() -> None:
    """Everybody's errors favour candidate 3 by 0.9; a family needs nearly as many jobs as the prior counts."""
    most = _always(1, 3, jobs=950)

    def after(own: int) -> int:
        return _best(_judged([*most, *_always(2, 1, jobs=own)]), 2, 9999)

    assert [after(own) for own in (1, PRIOR - 2, PRIOR)] == [3, 3, 1]


def test_without_any_record_the_trees_answer() -> None:
    assert _best(_judged([]), 1, 99) == 0
    assert TrackRecord.build(_judged([])).standing(np.array([1, 2], np.uint64)).best().tolist() == [0, 0]


@given(st.lists(JUDGED, max_size=40), st.lists(JUDGED, max_size=10), st.integers(0, 100))
def test_what_finishes_later_changes_no_choice(
    jobs: list[tuple[int, int, list[float]]], others: list[tuple[int, int, list[float]]], moment: int
) -> None:
    past = [one for one in jobs if one[1] <= moment]
    future = [(family, moment + 1 + time, wrong) for family, time, wrong in others]
    families, moments = np.arange(5, dtype=np.uint64), np.full(5, moment)

    with_future = as_of(_judged(past + future), families, moments)
    alone = as_of(_judged(past), families, moments)

    assert with_future.counts.tolist() == alone.counts.tolist()
    np.testing.assert_allclose(with_future.own, alone.own, atol=1e-5)
    np.testing.assert_allclose(with_future.overall, alone.overall, atol=1e-5)


@given(st.lists(JUDGED, max_size=40))
def test_a_record_kept_for_serving_says_what_a_replay_says_after_all_have_finished(
    jobs: list[tuple[int, int, list[float]]],
) -> None:
    judged, families = _judged(jobs), np.arange(5, dtype=np.uint64)

    served = TrackRecord.build(judged).standing(families)
    replayed = as_of(judged, families, np.full(5, 1000))

    np.testing.assert_array_equal(served.counts, replayed.counts)
    np.testing.assert_array_equal(served.own, replayed.own)
    np.testing.assert_array_equal(np.broadcast_to(served.overall, (5, MANY)), replayed.overall)


def test_equal_candidates_leave_the_answer_to_the_trees() -> None:
    same = np.full((1, MANY), 0.5, dtype=np.float32)

    assert Standing(counts=np.array([8]), own=same, overall=same).best().tolist() == [0]


def test_two_records_join_in_order_of_finish() -> None:
    first, second = _judged(_always(1, 0, jobs=2, first=5)), _judged(_always(2, 1, jobs=2, first=4))

    both = join(first, second)

    assert (both.families.tolist(), both.times.tolist()) == ([2, 1, 2, 1], [4, 5, 5, 6])
    assert both.errors[:, 0].tolist() == [1, 0, 1, 0]


def test_a_record_comes_back_from_disk(tmp_path: Path) -> None:
    record = TrackRecord.build(_judged([*_always(1, 3, jobs=50), *_always(2, 1, jobs=50)]))

    record.save(tmp_path)

    assert TrackRecord.load(tmp_path).standing(np.array([2, 1], np.uint64)).best().tolist() == [1, 3]


def test_a_record_that_is_gone_is_a_fault_of_the_model(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"cannot read .*\.npy: "):
        TrackRecord.load(tmp_path)


@pytest.mark.parametrize("name", ["families", "counts", "errors", "overall"])
@pytest.mark.parametrize("damage", ["shorter", "other_kind"])
def test_arrays_that_do_not_belong_together_are_a_fault_of_the_model(
    tmp_path: Path, name: str, damage: str
) -> None:
    TrackRecord.build(_judged([*_always(1, 3, jobs=50), *_always(2, 1, jobs=50)])).save(tmp_path)
    file = tmp_path / f"{name}.npy"
    array = np.load(file)
    np.save(file, array[:-1] if damage == "shorter" else array.astype(np.complex64))

    with pytest.raises(ModelError, match=r"cannot read .*\.npy: it holds ") as caught:
        TrackRecord.load(tmp_path)
    assert caught.value.hint == "jobcast train"
