import numpy as np
import pytest

from jobcast.predict.sizing.candidates import Candidate, Past, expected_hours, history, linear, neighbours

GROWING = Past(
    peaks=np.arange(1.0, 21) * 1e9,
    hours=np.arange(1.0, 21),
    sizes=np.arange(1.0, 21) * 1e6,
)
SIZELESS = Past(peaks=GROWING.peaks, hours=GROWING.hours, sizes=np.full(20, np.nan))


def test_history_expects_every_peak_seen_alike() -> None:
    seen = history(GROWING, 5e6)

    assert seen is not None
    assert seen.amounts.tolist() == GROWING.peaks.tolist()
    assert set(seen.weights) == {1.0}


def test_neighbours_expect_most_what_the_nearest_run_needed() -> None:
    near = neighbours(GROWING, 10e6)

    assert near is not None
    assert near.amounts[near.weights.argmax()] == 10e9
    assert near.amounts.min() >= 6e9
    assert near.amounts.max() <= 16e9


def test_neighbours_of_one_size_all_count_alike() -> None:
    near = neighbours(Past(peaks=GROWING.peaks, hours=GROWING.hours, sizes=np.full(20, 7.0)), 7.0)

    assert near is not None
    assert near.amounts.tolist() == GROWING.peaks.tolist()
    assert near.weights.tolist() == [1.0] * 20


def test_a_line_reaches_beyond_what_was_seen() -> None:
    on_the_line = linear(GROWING, 30e6)

    assert on_the_line is not None
    assert on_the_line.amounts == pytest.approx(np.full(20, 30e9))


def test_a_line_is_not_believed_beyond_three_times_the_largest_peak() -> None:
    far = linear(GROWING, 500e6)

    assert far is not None
    assert far.amounts == pytest.approx(np.full(20, 60e9))


@pytest.mark.parametrize("candidate", [neighbours, linear])
@pytest.mark.parametrize(
    ("past", "size"),
    [
        pytest.param(GROWING, None, id="the run's size is unknown"),
        pytest.param(SIZELESS, 5e6, id="no size was ever known"),
        pytest.param(
            Past(peaks=GROWING.peaks[:7], hours=GROWING.hours[:7], sizes=GROWING.sizes[:7]),
            5e6,
            id="few runs",
        ),
    ],
)
def test_candidates_that_need_a_size_say_nothing_without(
    candidate: Candidate, past: Past, size: float | None
) -> None:
    assert candidate(past, size) is None


def test_sizes_that_hardly_differ_make_no_line() -> None:
    assert linear(Past(peaks=GROWING.peaks, hours=GROWING.hours, sizes=1e9 + np.arange(20.0)), 1e9) is None


def test_run_time_is_expected_from_similar_runs_where_the_size_is_known() -> None:
    assert expected_hours(GROWING, None) == pytest.approx(10.5)
    assert expected_hours(GROWING, 4e6) == pytest.approx(5, abs=0.1)
