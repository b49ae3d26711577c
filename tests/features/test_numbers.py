import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast.features.numbers import number, number_column, numbers


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("input_size=3147403020", 3147403020.0),
        ("tag=genome.fa input_size=712309", 712309.0),
        ("run (input_size=5,threads=8)", 5.0),
        ("--input_size=2.5e3;", 2500.0),
        ("input_size=-4", -4.0),
        ("input_size=12GB", 12 * 1024**3),
        ("input_size=7KiB", 7 * 1024),
        ("input_size=400M", 400 * 1024**2),
        ("input_size=9B", 9.0),
        ("input_size=1.", 1.0),
        ("input_size=1 input_size=2", 1.0),
        ("input_size=none input_size=2", 2.0),
    ],
)
def test_a_number_is_read_by_its_key(text: str, value: float) -> None:
    assert number(text, "input_size") == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "input_size",
        "input_size=",
        "input_size=null",
        "input_size=1.5.2",
        "input_size=2024-01-31",
        "input_size=12:30",
        "input_size=5x",
        "my_input_size=5",
        "INPUT_SIZE=5",
    ],
)
def test_what_is_no_number_of_that_key_is_absent(text: str) -> None:
    assert number(text, "input_size") is None


def test_all_numbers_of_a_text_are_read_in_order() -> None:
    assert numbers("tag=DA188_L1 input_size=145215827 threads=8,mem=2GB day=2024-01-31") == {
        "input_size": 145215827.0,
        "threads": 8.0,
        "mem": 2.0 * 1024**3,
    }


def test_a_column_keeps_absent_texts_absent() -> None:
    texts = pl.Series("description", ["input_size=5", None, "none", "x input_size=2KB"])

    assert number_column(texts, "input_size").to_list() == [5.0, None, None, 2048.0]
    assert number_column(texts, "input_size").name == "input_size"


def test_a_column_without_any_text_is_absent_throughout() -> None:
    assert number_column(pl.Series([None, None]), "input_size").to_list() == [None, None]


_pieces = st.sampled_from(
    [
        "size",
        "size=",
        "=",
        "1",
        "23",
        ".",
        "-",
        "+",
        "e5",
        "E",
        "G",
        "k",
        "iB",
        "B",
        " ",
        ",",
        ";",
        "(",
        ")",
        ":",
        "\n",
        "终",
        "²",
    ]
)


@given(st.lists(_pieces, max_size=14).map("".join) | st.text(max_size=30))
def test_a_column_reads_as_each_of_its_texts_does(text: str) -> None:
    assert number_column(pl.Series([text]), "size").to_list() == [number(text, "size")]
    assert numbers(text).get("size") == number(text, "size")
