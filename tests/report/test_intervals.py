"""Amounts sorted into intervals and cells."""

import polars as pl
import pytest

from jobcast.report.intervals import (
    CORE_BOUNDS,
    MEMORY_BOUNDS,
    SHARE_BOUNDS,
    TOLERATED,
    by_number,
    cell,
    counted_labels,
    density,
    interval,
    labels,
    lower_bound,
    share_labels,
)
from tests.report.made_up import whole


def numbers(amounts: list[float | None], bounds: tuple[float, ...]) -> list[int | None]:
    frame = pl.DataFrame({"amount": amounts}, schema={"amount": pl.Float64})
    return frame.select(interval(pl.col("amount"), bounds)).to_series().to_list()


def test_an_interval_holds_its_upper_bound_and_not_its_lower_one():
    assert numbers([*MEMORY_BOUNDS], MEMORY_BOUNDS) == [*range(10)]
    assert numbers([bound + 1e-9 for bound in MEMORY_BOUNDS], MEMORY_BOUNDS) == [*range(1, 11)]


def test_the_first_interval_begins_at_nothing_and_the_last_one_never_ends():
    assert numbers([0, 1e-12, 0.5, 1e9, float("inf")], MEMORY_BOUNDS) == [0, 0, 0, 10, 10]


def test_what_is_not_known_lies_in_no_interval():
    assert numbers([None, 1.5], MEMORY_BOUNDS) == [None, 1]


def test_each_interval_has_a_name():
    assert labels(MEMORY_BOUNDS) == [
        "0-1", "1-2", "2-4", "4-8", "8-16", "16-32", "32-64", "64-128", "128-256", "256-512", "512+",
    ]  # fmt: skip
    assert counted_labels(CORE_BOUNDS) == ["1", "2", "3-4", "5-8", "9-16", "17-32", "33-64", "65-128", "129+"]
    assert share_labels(SHARE_BOUNDS) == [
        "0-10 %", "10-20 %", "20-30 %", "30-40 %", "40-50 %", "50-60 %", "60-70 %", "70-80 %", "80-90 %",
        "90-100 %", "100-150 %", "> 150 %",
    ]  # fmt: skip


def test_each_memory_interval_has_a_tolerance():
    assert dict(zip(labels(MEMORY_BOUNDS), TOLERATED, strict=True)) == {
        "0-1": 5, "1-2": 4, "2-4": 3, "4-8": 2, "8-16": 2, "16-32": 1.5, "32-64": 1.5, "64-128": 1.3,
        "128-256": 1.3, "256-512": 1.3, "512+": 1.3,
    }  # fmt: skip


@pytest.mark.parametrize("steps", [1, 2, 4])
def test_a_cell_holds_its_lower_bound_and_not_its_upper_one(steps):
    bounds = [lower_bound(number, steps) for number in range(-40, 41)]
    amounts = pl.DataFrame({"amount": [*bounds, *(bound * 0.999999 for bound in bounds)]})
    found = amounts.select(cell(pl.col("amount"), steps))["amount"].to_list()
    assert found == [*range(-40, 41), *range(-41, 40)]


@pytest.mark.parametrize("steps", [2, 4])
def test_a_cell_begins_at_a_part_of_a_doubling(steps):
    assert [lower_bound(number * steps, steps) for number in range(-2, 4)] == [0.25, 0.5, 1, 2, 4, 8]
    assert lower_bound(1, steps) == pytest.approx(2 ** (1 / steps))


def test_nothing_and_the_unknown_lie_in_no_cell():
    amounts = pl.DataFrame({"amount": [0.0, None, -1.0, 1.0]})
    assert amounts.select(cell(pl.col("amount"), 2))["amount"].to_list() == [None, None, None, 0]


def test_a_table_has_a_row_for_every_interval():
    figures = pl.DataFrame({"interval": [2, None, 0], "jobs": [5, 9, 7]})
    assert whole(by_number(figures, "memory", ["0-1", "1-2", "2+"], (0,))) == [
        ("memory", "jobs"),
        ("0-1", 7),
        ("1-2", 0),
        ("2+", 5),
    ]


def test_a_density_tells_its_fullest_cells_first_and_leaves_out_what_lies_in_none():
    cells = pl.DataFrame({"a": [2, 0, None, 0, 1], "b": [0, 2, 1, 1, None], "n": [1, 1, 9, 3, 9]})
    found = density(cells.rename({"n": "jobs"}), ("a", "b"), ("across", "up"), 1)
    assert whole(found) == [("across", "up", "jobs"), (1, 2, 3), (1, 4, 1), (4, 1, 1)]
