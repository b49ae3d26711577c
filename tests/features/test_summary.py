import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from jobcast.features.summary import DETAILS, details, percentile_95, statistics
from jobcast.features.window import RUNS, Window


def test_statistics_of_a_window() -> None:
    values = np.zeros((2, RUNS), dtype=np.float32)
    values[0, :3] = [4, 1, 1]
    unknown = np.array([2.0, np.nan], dtype=np.float32)
    window = Window(
        values=values,
        counts=np.array([3, 0]),
        means=unknown,
        ages=unknown,
        long_medians=lambda rows: unknown[rows],
    )

    found = statistics(window)

    recent = (4 + 0.8 + 0.64) / (1 + 0.8 + 0.64)
    np.testing.assert_allclose(found[0], [recent, 2, 4, 4, np.sqrt(2), np.log(4), 2], rtol=1e-6)
    np.testing.assert_equal(found[1], [np.nan] * 5 + [0, np.nan])


@given(st.lists(st.floats(20, 40, width=32), min_size=1, max_size=RUNS))
def test_the_percentile_is_that_of_numpy(values: list[float]) -> None:
    window = np.zeros((1, RUNS), dtype=np.float32)
    window[0, : len(values)] = values

    found = percentile_95(window, np.array([len(values)]))

    np.testing.assert_allclose(found, [np.percentile(values, 95)], rtol=1e-6)


def test_details_of_a_window_are_its_percentile_and_its_medians() -> None:
    values = np.zeros((2, RUNS), dtype=np.float32)
    values[1, :3] = [4, 1, 2]
    unknown = np.full(2, np.nan, dtype=np.float32)
    window = Window(
        values=values,
        counts=np.array([0, 3]),
        means=unknown,
        ages=unknown,
        long_medians=lambda rows: unknown[rows],
    )

    found = details(window, np.array([1]))

    assert len(DETAILS) == found.shape[1]
    np.testing.assert_allclose(found, [[3.8, 4, 2, 2, 2]], rtol=1e-6)
