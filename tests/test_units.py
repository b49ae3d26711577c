"""Amounts are read as batch systems write them, and printed so that people and programs read the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast.units import (
    GIB,
    KIB,
    MIB,
    format_amount,
    format_duration,
    format_memory,
    parse_duration,
    parse_memory,
    to_mib,
)
from tests.amounts import AMOUNTS, NO_AMOUNTS, NO_SPANS, SPANS


@pytest.mark.parametrize(("text", "amount"), AMOUNTS.items())
def test_memory_is_read_with_its_unit(text, amount):
    assert parse_memory(text, unit="G") == amount


def test_a_bare_number_is_counted_in_the_unit_of_the_site():
    assert parse_memory("2", unit="M") == 2 * MIB
    assert parse_memory("2", unit="MB") == 2 * MIB
    assert parse_memory("2K", unit="M") == 2 * KIB


@pytest.mark.parametrize("text", NO_AMOUNTS)
def test_what_is_no_amount_of_memory_is_refused(text):
    with pytest.raises(ValueError, match="not an amount of memory"):
        parse_memory(text)


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1 KiB"),
        (1536, "1.5 KiB"),
        (GIB, "1 GiB"),
        (int(58.44 * GIB), "58.4 GiB"),
        (int(650.9 * GIB), "651 GiB"),
        (1024 * GIB - 1, "1 TiB"),
        (int(99.96 * MIB), "100 MiB"),
        (int(9.996 * MIB), "10 MiB"),
        (2**60, "1024 PiB"),
    ],
)
def test_memory_is_printed_with_three_figures(amount, text):
    assert format_memory(amount) == text


@given(st.integers(min_value=0, max_value=2**59))
def test_printed_memory_is_read_back_within_half_a_percent(amount):
    assert abs(parse_memory(format_memory(amount)) - amount) <= amount * 0.0051


@given(st.integers(min_value=0, max_value=2**60))
def test_mib_never_fall_short(amount):
    assert to_mib(amount) * MIB >= amount > (to_mib(amount) - 1) * MIB


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (0, "0"),
        (0.0, "0"),
        (7, "7"),
        (4.0, "4"),
        (1_234_567, "1,234,567"),
        (1234.5, "1,234"),
        (-1234.6, "-1,235"),
        (100.4, "100"),
        (99.96, "100"),
        (99.94, "99.9"),
        (10.04, "10.0"),
        (9.996, "10.0"),
        (2.5, "2.50"),
        (0.9996, "1.00"),
        (-0.5, "-0.500"),
        (0.012345, "0.0123"),
        (0.0000123, "0.000012"),
        (1e-9, "0.000000"),
        (2**70, "1,180,591,620,717,411,303,424"),
    ],
)
def test_amounts_are_printed_with_three_digits_and_thousands_apart(amount, text):
    assert format_amount(amount) == text


@given(st.floats(min_value=1e-3, max_value=1e12))
def test_printed_amounts_are_within_half_a_percent(amount):
    assert abs(float(format_amount(amount).replace(",", "")) - amount) <= amount * 0.00501


@pytest.mark.parametrize(("text", "seconds"), SPANS.items())
def test_durations_are_read_as_slurm_prints_them(text, seconds):
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", NO_SPANS)
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(ValueError, match="not a duration"):
        parse_duration(text)


@given(st.integers(min_value=0, max_value=10**8))
def test_printed_durations_are_read_back(seconds):
    assert parse_duration(format_duration(seconds)) == seconds


def test_durations_are_printed_as_seff_prints_them():
    assert format_duration(269_000.4) == "3-02:43:20"
    assert format_duration(0) == "00:00:00"
