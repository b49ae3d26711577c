"""How figures are written for people, in every unit, and for programs."""

import math

import pytest

from jobcast.language import choose, phrase
from jobcast.report.base import Unit
from jobcast.report.formats.figures import harmless, plain, shown
from tests.made_up import HOSTILE

NO_FIGURES = (None, math.nan, math.inf, -math.inf)


@pytest.mark.parametrize(
    ("unit", "value", "text"),
    [
        (Unit.TEXT, "chen", "chen"),
        (Unit.TEXT, 12, "12"),
        (Unit.JOBS, 0, "0"),
        (Unit.JOBS, 1_234_567, "1,234,567"),
        (Unit.GIB, 0.5, "0.500"),
        (Unit.GIB, 1023.6, "1,024"),
        (Unit.TIB, 0.000_012_3, "0.000012"),
        (Unit.TIB, 3.0, "3"),
        (Unit.GIB_HOURS, -12.34, "-12.3"),
        (Unit.TIB_HOURS, 99.96, "100"),
        (Unit.TIB_HOURS, 1e15 + 0.5, "1,000,000,000,000,000"),
        (Unit.SHARE, 0.0, "0.0%"),
        (Unit.SHARE, 0.12345, "12.3%"),
        (Unit.SHARE, 54.0, "5,400.0%"),
        (Unit.SHARE, -0.112, "-11.2%"),
        (Unit.RATIO, 1.0, "×1"),
        (Unit.RATIO, 1.625, "×1.62"),
        (Unit.RATIO, 1e6, "×1,000,000"),
        (Unit.CORES, 7.5, "7.50"),
        (Unit.CORE_HOURS, 9.996, "10.0"),
        (Unit.HOURS, 0.0, "00:00:00"),
        (Unit.HOURS, 0.5, "00:30:00"),
        (Unit.HOURS, 74.7225, "3-02:43:21"),
        (Unit.HOURS, 240_000.0, "10000-00:00:00"),
        (Unit.MONEY, 1234.5, "1,234 CNY"),
        (Unit.MONEY, 0, "0 CNY"),
    ],
)
def test_each_unit_is_written_in_its_own_way(unit, value, text):
    assert shown(value, unit, "CNY") == text


def test_money_without_a_currency_is_a_bare_number():
    assert shown(1234.5, Unit.MONEY) == "1,234"


@pytest.mark.parametrize("unit", Unit)
@pytest.mark.parametrize("value", NO_FIGURES)
def test_what_is_no_figure_is_a_dash_for_people_in_every_unit_and_nothing_for_programs(unit, value):
    assert shown(value, unit, "CNY") == "–"
    assert plain(value) is None


def test_no_name_is_a_dash_and_any_other_stays_as_it_is():
    assert shown("", Unit.TEXT) == "–"
    assert shown(HOSTILE, Unit.TEXT) == HOSTILE
    assert plain(HOSTILE) == HOSTILE


def test_a_text_of_ours_is_said_in_the_language_chosen_now():
    nobody = phrase("report.nobody")
    assert (shown(nobody, Unit.TEXT), plain(nobody)) == ("(not told)", "(not told)")
    choose("zh")
    assert (shown(nobody, Unit.TEXT), plain(nobody)) == ("（未说明）", "（未说明）")


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (0.1 + 0.2, 0.3),
        (1 / 3, 0.333333333),
        (123456789.5, 123456790.0),
        (-1e-12, -1e-12),
        (1.5e300, 1.5e300),
        (2**60, 2**60),
        ("1", "1"),
    ],
)
def test_programs_get_nine_digits_of_what_is_measured_and_all_of_what_is_counted(value, told):
    assert plain(value) == told
    assert type(plain(value)) is type(told)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("布局 résumé <b>", "布局 résumé <b>"),
        ("a\nb\tc", "a�b�c"),
        ("\x1b[31m\x9b1m\x00", "�[31m�1m�"),
        ("abc\u202edcba\u2028\u2066", "abc�dcba��"),
        ("\ufffe\uffff", "��"),
    ],
)
def test_what_breaks_lines_turns_the_direction_or_is_no_sign_is_replaced(name, told):
    assert harmless(name) == told
