import numpy as np

from jobcast.features.coded import Coded, combine, mix, one


def _column(*texts: str) -> Coded:
    values = sorted(set(texts))
    return Coded(values, np.array([values.index(text) for text in texts]))


def _texts(column: Coded) -> list[str]:
    return [column.values[code] for code in column.codes]


def test_a_change_that_makes_texts_equal_merges_them() -> None:
    changed = _column("b2", "a1", "b1").map(lambda text: text[0])

    assert _texts(changed) == ["b", "a", "b"]
    assert changed.values == ["a", "b"]


def test_two_columns_are_combined_row_by_row_and_each_pair_once() -> None:
    pairs = []

    def joined(left: str, right: str) -> str:
        pairs.append((left, right))
        return f"{left}/{right}"

    combined = combine(_column("a", "b", "a", "a"), _column("x", "x", "y", "x"), joined)

    assert _texts(combined) == ["a/x", "b/x", "a/y", "a/x"]
    assert pairs == [("a", "x"), ("a", "y"), ("b", "x")]


def test_an_absent_text_is_empty() -> None:
    assert _texts(one(None)) == [""]


def test_keys_are_the_same_in_every_process() -> None:
    keys = Coded(["", "a", "p&r -v 终"], np.array([2, 0, 1, 0])).keys()

    assert keys.tolist() == [
        6707969222084481555,
        13020603013274838756,
        3405396810240292928,
        13020603013274838756,
    ]
    assert mix(keys, keys[::-1]).tolist() == [
        252654915918499285,
        14027587803735738245,
        12874478817707970054,
        615011018169757872,
    ]


def test_a_text_that_is_no_valid_unicode_has_a_key() -> None:
    assert len(one("broken \udcff").keys()) == 1
