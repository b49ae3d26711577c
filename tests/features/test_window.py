from itertools import chain
from statistics import median as median_of

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from jobcast.features.window import LONG, RUNS, FinishedRuns, Window, look_back, median, nothing

RUN = st.tuples(st.integers(0, 4), st.integers(0, 1000), st.integers(0, 40))
"""Family, moment of finish and value of a finished run."""

ASKING = st.tuples(st.integers(0, 6), st.integers(-5, 1010))
"""Family and moment of a submission; the families 5 and 6 have no run."""


def _windows(runs: list[tuple[int, int, int]], asking: list[tuple[int, int]]) -> tuple[np.ndarray, Window]:
    """Return all windows as one, in the order of `asking`, with the long medians of all grown families."""
    runs = sorted(runs, key=lambda run: run[1])
    families, times, values = (np.array(column) for column in zip(*runs, strict=True)) if runs else ([],) * 3
    finished = FinishedRuns.sort(
        np.array(families, np.uint64), np.array(times, np.int64), np.array(values, np.float32)
    )
    keys, moments = (np.array(column) for column in zip(*asking, strict=True))
    ((rows, window),) = look_back(finished, keys.astype(np.uint64), moments, moments)
    return rows, window


@given(st.lists(RUN, max_size=400), st.lists(ASKING, min_size=1, max_size=20))
def test_windows_hold_what_a_plain_look_at_the_list_finds(
    runs: list[tuple[int, int, int]], asking: list[tuple[int, int]]
) -> None:
    rows, window = _windows(runs, asking)

    assert sorted(rows.tolist()) == list(range(len(asking)))
    for place, row in enumerate(rows.tolist()):
        family, moment = asking[row]
        seen = [run for run in sorted(runs, key=lambda run: run[1]) if run[0] == family and run[1] <= moment]
        newest_first = [value for _, _, value in reversed(seen)]
        assert window.counts[place] == len(seen)
        assert window.values[place].tolist() == (newest_first + [0] * RUNS)[:RUNS]
        np.testing.assert_allclose(
            window.means[place], np.mean(newest_first) if seen else np.nan, rtol=1e-5, atol=1e-6
        )
        np.testing.assert_allclose(
            window.ages[place], (moment - seen[-1][1]) / 86400 if seen else np.nan, rtol=1e-5
        )
        if len(seen) > RUNS:
            assert window.long_medians(np.array([place])) == [median_of(newest_first[:LONG])]


@given(st.lists(RUN, max_size=60), st.lists(ASKING, min_size=1, max_size=9), st.randoms())
def test_runs_that_finish_later_are_not_seen(
    runs: list[tuple[int, int, int]], asking: list[tuple[int, int]], chance: st.random_module
) -> None:
    asking = [(family, min(moment, 500)) for family, moment in asking]
    past = [run for run in runs if run[1] <= 500]
    future = [(family, 501 + moment, value + 7) for family, moment, value in chain(runs, runs[:5])]
    chance.shuffle(future)

    (rows, window), (rows_alone, alone) = _windows(past + future, asking), _windows(past, asking)

    assert rows.tolist() == rows_alone.tolist()
    np.testing.assert_equal(window.values, alone.values)
    np.testing.assert_equal(window.counts, alone.counts)
    np.testing.assert_allclose(window.means, alone.means, rtol=1e-5)
    np.testing.assert_equal(window.ages, alone.ages)


def test_the_median_is_the_middle_or_half_way_between_the_middle_two() -> None:
    values = np.array([[5, 1, 3, 9], [5, 1, 3, 9], [5, 1, 3, 9]], dtype=np.float32)

    assert median(values, np.array([1, 3, 4])).tolist() == [5, 3, 4]


def test_without_any_run_windows_are_empty() -> None:
    window = nothing(2)

    assert window.counts.tolist() == [0, 0]
    assert not window.values.any()
    assert np.isnan([window.means, window.ages, window.long_medians(np.arange(2))]).all()
