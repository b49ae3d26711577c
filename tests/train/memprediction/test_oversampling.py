"""SMOTE makes up jobs in rare intervals, and says where it could not."""

import numpy as np
import pytest

from jobcast.train.memprediction.oversampling import Sample, oversample
from jobcast.train.memprediction.settings import Oversampling

INF = float("inf")
BINS = (-INF, 4.0, 16.0, 64.0, INF)


def sample(*counts: int) -> Sample:
    """Return so many jobs in each interval of `BINS`; the features follow the peak."""
    chance = np.random.default_rng(0)
    bounds = [(1, 4), (5, 16), (17, 64), (65, 99)]
    peaks = np.concatenate([chance.uniform(*bound, size) for bound, size in zip(bounds, counts, strict=True)])
    codes = chance.integers(1, 4, (len(peaks), 3))
    features = np.column_stack([codes, peaks * 2, peaks * 3])
    return Sample(features=features.astype(np.float32), peaks=peaks.astype(np.float32))


def counts(made: Sample) -> list[int]:
    return np.histogram(made.peaks, [0, 4, 16, 64, 1000])[0].tolist()


@pytest.mark.parametrize(
    ("strategy", "expected"),
    [
        ("auto", [50, 50, 50, 50]),
        ("all", [50, 50, 50, 50]),
        ("not majority", [50, 50, 50, 50]),
        ("minority", [50, 20, 10, 50]),
        ("not minority", [50, 50, 50, 8]),
        ({2: 30, 3: 9}, [50, 20, 30, 9]),
        ({0: 3}, [50, 20, 10, 8]),
    ],
)
def test_the_strategy_says_how_many_jobs_there_will_be(strategy, expected):
    made = oversample(sample(50, 20, 10, 8), Oversampling(bins=BINS, sampling_strategy=strategy), seed=1)
    assert counts(made) == expected


def test_real_jobs_come_first_and_unchanged():
    real = sample(50, 20, 10, 8)
    made = oversample(real, Oversampling(bins=BINS), seed=1)
    np.testing.assert_array_equal(made.features[:88], real.features)
    np.testing.assert_array_equal(made.peaks[:88], real.peaks)


def test_the_peak_is_interpolated_along_with_the_features():
    made = oversample(sample(50, 20, 10, 8), Oversampling(bins=BINS), seed=1)
    np.testing.assert_allclose(made.features[:, 3], made.peaks * 2, rtol=1e-4)


def test_an_interval_with_few_jobs_looks_at_fewer_neighbours_and_says_so():
    made = oversample(sample(50, 20, 10, 3), Oversampling(bins=BINS), seed=1)
    assert counts(made) == [50, 50, 50, 50]
    assert made.warnings == ("SMOTE in (64, inf] GB chose among the only 3 jobs",)


def test_an_interval_with_a_single_job_is_left_as_it_is_and_said():
    made = oversample(sample(50, 20, 10, 1), Oversampling(bins=BINS), seed=1)
    assert counts(made) == [50, 50, 50, 1]
    assert made.warnings == ("SMOTE left (64, inf] GB as it is: it takes two jobs to make up a third",)


def test_empty_intervals_and_a_single_interval_are_no_error():
    assert counts(oversample(sample(50, 0, 0, 0), Oversampling(bins=BINS), seed=1)) == [50, 0, 0, 0]


def test_jobs_outside_all_bounds_take_no_part():
    made = oversample(sample(50, 20, 10, 8), Oversampling(bins=(4, 16, 64)), seed=1)
    assert counts(made) == [50, 20, 20, 8]


def test_the_same_seed_makes_up_the_same_jobs():
    one, again, other = (
        oversample(sample(50, 20, 10, 8), Oversampling(bins=BINS), seed=seed) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(one.features, again.features)
    assert not np.array_equal(one.features, other.features)


def test_smote_nc_makes_up_no_users_between_users():
    real = sample(50, 20, 10, 8)
    made = oversample(real, Oversampling(bins=BINS, method="SMOTENC"), seed=1)
    assert counts(made) == [50, 50, 50, 50]
    assert set(made.features[:, :3].ravel().tolist()) == {1, 2, 3}
    plain = oversample(real, Oversampling(bins=BINS), seed=1)
    assert not set(plain.features[:, :3].ravel().tolist()) <= {1, 2, 3}
