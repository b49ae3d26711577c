import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast.predict.sizing.allocation import HAIR, cheapest, cost, retry
from jobcast.predict.sizing.candidates import Scenarios


def scenarios(*amounts: float) -> Scenarios:
    return Scenarios(np.array(amounts), np.ones(len(amounts)))


def test_what_suffices_costs_what_is_not_used() -> None:
    assert cost(10, 7, most=8, price=100) == 3


def test_a_failure_costs_its_allocation_its_price_and_the_retry() -> None:
    assert cost(5, 7, most=8, price=100) == (5 + 100) + (8 - 7)


def test_failing_near_the_largest_peak_costs_a_doubling() -> None:
    assert cost(8, 9, most=8, price=100) == (8 + 100) + (16 - 9)


@pytest.mark.parametrize(("failed", "again"), [(5, 8), (7.7, 15.4), (8, 16), (20, 40)])
def test_a_retry_takes_the_largest_peak_if_that_is_clearly_more_else_twice(
    failed: float, again: float
) -> None:
    assert retry(failed, 8) == again


def test_equal_peaks_leave_a_hair_of_room() -> None:
    assert cheapest(scenarios(8, 8, 8), most=8, price=1, unseen=0.5) == pytest.approx(8.004)


def test_a_rare_large_run_is_left_to_a_retry() -> None:
    peaks = [1.0] * 99 + [50.0]

    assert cheapest(scenarios(*peaks), most=50, price=0, unseen=0) == pytest.approx(1.0005)


def test_a_high_price_covers_the_rare_large_run_too() -> None:
    peaks = [1.0] * 99 + [50.0]

    assert cheapest(scenarios(*peaks), most=50, price=1e6, unseen=0) == pytest.approx(50.025)


def test_scattered_peaks_leave_room_above_the_largest() -> None:
    assert cheapest(scenarios(4, 5, 6, 7, 8), most=8, price=10, unseen=5) > 9


_peaks = st.lists(st.integers(10**6, 10**11), min_size=1, max_size=30)
_prices = st.integers(0, 10**12)


@given(_peaks, _prices, _prices)
def test_a_higher_price_never_fails_more_of_the_scenarios(peaks: list[int], one: int, other: int) -> None:
    def failing(price: float) -> int:
        amount = cheapest(scenarios(*peaks), most=max(peaks), price=price, unseen=0)
        return sum(peak > amount for peak in peaks) + sum(peak > retry(amount, max(peaks)) for peak in peaks)

    assert failing(max(one, other)) <= failing(min(one, other))


@given(_peaks, _prices)
def test_no_other_scenario_would_have_been_cheaper(peaks: list[int], price: int) -> None:
    most = max(peaks)

    def expected(amount: float) -> float:
        return sum(cost(amount, peak, most=most, price=price) for peak in peaks)

    chosen = cheapest(scenarios(*peaks), most=most, price=price, unseen=0)
    # Costs count at most two failures ahead; a third one needs peaks beyond twice the largest.
    assert expected(chosen) <= min(expected(peak * HAIR) for peak in peaks) * (1 + 1e-9)
