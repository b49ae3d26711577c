import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast.forecast import NoForecast
from jobcast.predict.sizing.base import Run, SizingAdvice
from jobcast.predict.sizing.sizer import KEPT, Sizer
from jobcast.units import Bytes, Seconds

GB = 1_000_000_000
HOUR = Seconds(3600.0)


def taught(*peaks: float, price: float = 1.0, request: Bytes | None = None) -> Sizer:
    sizer = Sizer(price=price)
    for peak in peaks:
        sizer.learn(Run(family="align", request=request), peak=Bytes(round(peak)), run_time=HOUR)
    return sizer


def amount(sizer: Sizer, run: Run) -> Bytes:
    advice = sizer.advise(run)
    assert isinstance(advice, SizingAdvice)
    return advice.amount


def test_an_unknown_family_keeps_its_request() -> None:
    assert Sizer().advise(Run(family="align", request=Bytes(7 * GB))) == SizingAdvice(
        amount=Bytes(7 * GB), basis="request"
    )


def test_an_unknown_family_without_a_request_gets_no_advice() -> None:
    assert Sizer().advise(Run(family="align")) == NoForecast(reason="no_finished_run")


def test_after_one_run_a_margin_is_left_that_shrinks_with_the_second() -> None:
    assert taught(10 * GB).advise(Run(family="align")) == SizingAdvice(
        amount=Bytes(13 * GB), basis="few_runs", runs=1, candidates={"few_runs": 13.0 * GB}
    )
    assert amount(taught(10 * GB, 10 * GB), Run(family="align")) == 11.5 * GB


def test_a_request_above_all_peaks_bounds_the_advice() -> None:
    sizer = taught(10 * GB, request=Bytes(12 * GB))

    assert amount(sizer, Run(family="align", request=Bytes(12 * GB))) == 12 * GB


def test_a_request_that_was_too_little_bounds_nothing() -> None:
    sizer = taught(10 * GB, request=Bytes(9 * GB))

    assert amount(sizer, Run(family="align", request=Bytes(9 * GB))) == 13 * GB


def test_a_request_beyond_all_of_the_family_stands() -> None:
    sizer = taught(10 * GB, 10 * GB, 10 * GB, request=Bytes(16 * GB))

    assert sizer.advise(Run(family="align", request=Bytes(32 * GB))) == SizingAdvice(
        amount=Bytes(32 * GB), basis="request"
    )


def test_steady_runs_are_sized_a_hair_above_their_peak() -> None:
    sizer = taught(*[10 * GB] * 20)

    assert sizer.advise(Run(family="align", request=Bytes(64 * GB))) == SizingAdvice(
        amount=Bytes(10_005_000_000),
        basis="history",
        runs=20,
        candidates={"history": pytest.approx(10.005 * GB)},
    )


def test_families_do_not_learn_from_one_another() -> None:
    sizer = taught(*[10 * GB] * 20)

    assert amount(sizer, Run(family="index", request=Bytes(3 * GB))) == 3 * GB


def test_asking_changes_nothing() -> None:
    sizer = taught(10 * GB, 12 * GB, 9 * GB, 11 * GB)
    run = Run(family="align", input_size=3.0)

    assert sizer.advise(run) == sizer.advise(run)


def test_memory_that_follows_the_input_is_sized_by_a_line() -> None:
    sizer = Sizer()
    for size in np.random.default_rng(1).uniform(1, 100, 60):
        run = Run(family="align", input_size=size)
        sizer.learn(run, peak=Bytes(round(size * GB)), run_time=HOUR, advice=sizer.advise(run))

    advice = sizer.advise(Run(family="align", input_size=120.0))

    assert isinstance(advice, SizingAdvice)
    assert advice.basis == "linear"
    assert advice.amount == pytest.approx(120 * GB, rel=0.01)


def test_memory_that_jumps_with_the_input_is_sized_by_neighbours() -> None:
    sizer = Sizer()
    for size in np.random.default_rng(1).uniform(1, 100, 120):
        run = Run(family="align", input_size=size)
        peak = Bytes((60 if 40 < size < 60 else 10) * GB)
        sizer.learn(run, peak=peak, run_time=HOUR, advice=sizer.advise(run))

    assert amount(sizer, Run(family="align", input_size=50.0)) == pytest.approx(60 * GB, rel=0.01)
    assert amount(sizer, Run(family="align", input_size=90.0)) == pytest.approx(10 * GB, rel=0.01)


def test_many_unfinished_runs_call_for_caution() -> None:
    calm, busy = taught(8 * GB, 9 * GB, 10 * GB), taught(8 * GB, 9 * GB, 10 * GB)
    for _ in range(100):
        busy.submitted(Run(family="align"))

    assert amount(busy, Run(family="align")) > 1.2 * amount(calm, Run(family="align"))

    for _ in range(100):
        busy.lost(Run(family="align"))

    assert amount(busy, Run(family="align")) == amount(calm, Run(family="align"))


@pytest.mark.parametrize("size", [-4.0, float("inf"), float("nan")])
def test_a_size_that_can_be_none_counts_as_unknown(size: float) -> None:
    sizer = Sizer()
    for _ in range(20):
        sizer.learn(Run(family="align", input_size=size), peak=Bytes(10 * GB), run_time=HOUR)

    assert sizer.advise(Run(family="align", input_size=size)) == sizer.advise(Run(family="align"))


def test_old_runs_are_forgotten() -> None:
    assert amount(taught(90 * GB, *[10 * GB] * KEPT), Run(family="align")) == 10_005_000_000


def test_runs_without_length_are_learnt_too() -> None:
    sizer = Sizer()
    for _ in range(5):
        sizer.learn(Run(family="index"), peak=Bytes(GB), run_time=Seconds(0.0))

    assert amount(sizer, Run(family="index")) == 1_000_500_000


@pytest.mark.parametrize(("failed", "again"), [(5, 10), (10, 20), (30, 60)])
def test_a_retry_takes_the_largest_peak_or_doubles(failed: int, again: int) -> None:
    assert taught(4 * GB, 10 * GB).retry(Run(family="align"), Bytes(failed * GB)) == again * GB


def test_a_retry_of_an_unknown_family_doubles() -> None:
    assert Sizer().retry(Run(family="align"), Bytes(3 * GB)) == 6 * GB


def test_a_higher_price_buys_fewer_failures() -> None:
    def failures(price: float) -> int:
        sizer, run, failed = Sizer(price=price), Run(family="align"), 0
        for peak in np.random.default_rng(3).lognormal(np.log(5 * GB), 0.4, 400):
            advice = sizer.advise(run)
            failed += isinstance(advice, SizingAdvice) and advice.amount < peak
            sizer.learn(run, peak=Bytes(round(peak)), run_time=HOUR, advice=advice)
        return failed

    counts = [failures(price) for price in (0.0, 1.0, 10.0)]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > 2 * counts[2]


@given(
    st.lists(
        st.tuples(st.integers(1, 10**12), st.floats(0, 1e6), st.none() | st.floats(0, 1e12)), max_size=40
    )
)
def test_advice_is_positive_and_finite_whatever_was_learnt(
    runs: list[tuple[int, float, float | None]],
) -> None:
    sizer = Sizer()
    for peak, seconds, size in runs:
        run = Run(family="align", request=Bytes(GB), input_size=size)
        advice = sizer.advise(run)
        sizer.learn(run, peak=Bytes(peak), run_time=Seconds(seconds), advice=advice)
        assert isinstance(advice, SizingAdvice)
        assert 0 < advice.amount < 10**14
