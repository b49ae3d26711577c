import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from jobcast.features import coded, text
from jobcast.features.coded import Coded, One


def _column(*texts: str) -> Coded:
    values = sorted(set(texts))
    return Coded(values, np.array([values.index(text) for text in texts]))


def test_a_change_that_makes_texts_equal_merges_them() -> None:
    changed = _column("b2", "a1", "b1").map(lambda one: one[0])

    assert changed.texts() == ["b", "a", "b"]
    assert changed.values == ["a", "b"]


def test_two_columns_are_combined_row_by_row_and_each_pair_once() -> None:
    pairs = []

    def joined(left: str, right: str) -> str:
        pairs.append((left, right))
        return f"{left}/{right}"

    combined = _column("a", "b", "a", "a").join(_column("x", "x", "y", "x"), joined)

    assert combined.texts() == ["a/x", "b/x", "a/y", "a/x"]
    assert pairs == [("a", "x"), ("a", "y"), ("b", "x")]


def test_keys_are_the_same_in_every_process() -> None:
    keys = Coded(["", "a", "p&r -v 终"], np.array([2, 0, 1, 0])).keys()

    assert keys.tolist() == [
        6707969222084481555,
        13020603013274838756,
        3405396810240292928,
        13020603013274838756,
    ]


def test_a_text_that_is_no_valid_unicode_has_a_key() -> None:
    assert _column("broken \udcff").keys().tolist() == [One("broken \udcff").keys()]


@given(st.text(), st.text())
def test_a_text_alone_is_changed_and_numbered_as_one_among_many(left: str, right: str) -> None:
    for _ in range(2):  # the second time from what is remembered
        alone = One(left).map(text.fine).join(One(right), text.without_user)
        among = _column(left).map(text.fine).join(_column(right), text.without_user)
        assert (alone.text, alone.keys()) == (among.values[0], int(among.keys()[0]))


def test_long_texts_are_not_remembered() -> None:
    before = coded._changed.cache_info().currsize, coded._kept_number.cache_info().currsize
    long = One("a" * 1025)

    assert long.map(text.coarse).join(One("b"), text.either) == long
    assert long.keys() == _column(long.text).keys()[0]
    assert (coded._changed.cache_info().currsize, coded._kept_number.cache_info().currsize) == before
