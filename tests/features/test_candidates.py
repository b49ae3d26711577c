import numpy as np

from jobcast.features.candidates import CANDIDATES, candidates, medians
from jobcast.features.window import RUNS, FinishedRuns


def test_medians_look_back_on_shorter_and_longer_spans() -> None:
    """A family of 100 runs 0, 1, 2 ... 99, and one that has run twice."""
    keys = np.r_[np.zeros(100), np.ones(2)].astype(np.uint64)
    times = np.arange(102)
    runs = FinishedRuns.sort(keys, times, np.r_[np.arange(100), 7, 10].astype(np.float32))
    counts, ends = runs.seen_by(np.array([0, 1], np.uint64), np.array([200, 200]))
    window = runs.window(counts, ends, np.array([200, 200]))

    assert medians(window, np.array([0, 1])).tolist() == [[99, 97.5, 91.5, 67.5], [10, 8.5, 8.5, 8.5]]
    assert medians(window, np.array([1])).tolist() == [[10, 8.5, 8.5, 8.5]]


def test_the_longest_median_is_asked_for_grown_families_only() -> None:
    keys = np.zeros(RUNS, np.uint64)
    runs = FinishedRuns.sort(keys, np.arange(RUNS), np.arange(RUNS, dtype=np.float32))
    window = runs.window(np.array([RUNS]), np.array([RUNS]), np.array([99]))

    assert medians(window, np.array([0])).tolist() == [[15, 13.5, 7.5, 7.5]]


def test_candidates_are_the_trees_and_the_medians() -> None:
    assert CANDIDATES == (
        "trees",
        "median of last 1",
        "median of last 4",
        "median of last 16",
        "median of last 64",
    )
    found = candidates(np.array([3.0]), np.array([[1, 2, 4, 5]], dtype=np.float32))

    assert found.tolist() == [[3, 1, 2, 4, 5]]
