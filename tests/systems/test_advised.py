"""What hooks note is read back, and nothing else."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast.systems.advised import in_admin_comment, in_description
from jobcast.units import GIB, MIB

NOTHING = (None, None, None)


def comment(text: str | None) -> tuple[object, ...]:
    (row,) = (
        pl.DataFrame({"text": [text]}, schema={"text": pl.String})
        .select(in_admin_comment(pl.col("text")))
        .rows()
    )
    return row


def description(text: str | None) -> tuple[object, ...]:
    (row,) = (
        pl.DataFrame({"text": [text]}, schema={"text": pl.String})
        .select(in_description(pl.col("text")))
        .rows()
    )
    return row


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("jobcast: 7f3a memory=1200M run_limit=3600s", ("7f3a", 1200 * MIB, 3600.0)),
        ("jobcast: 7f3a", ("7f3a", None, None)),
        ("jobcast: 7f3a run_limit=60s", ("7f3a", None, 60.0)),
        ("jobcast: 7f3a memory=2G", ("7f3a", 2 * GIB, None)),
        ("checked; jobcast: 7f3a memory=2G of the site", ("7f3a", 2 * GIB, None)),
        ("jobcast: 7f3a memory=much run_limit=soon", ("7f3a", None, None)),
        ("jobcast: 7f3a memory=0M run_limit=0s", ("7f3a", None, None)),
        ("jobcast: 7f3a memory=9999P run_limit=9999999999999s", ("7f3a", None, None)),
        ("jobcast: 7f3a of memory=2G", ("7f3a", None, None)),
        ("jobcast: memory=2G", NOTHING),
        ("jobcast:", NOTHING),
        ("notjobcast: 7f3a", NOTHING),
        ("", NOTHING),
        (None, NOTHING),
    ],
)
def test_an_administrators_comment_tells_the_advice(text: str | None, expected: tuple[object, ...]) -> None:
    assert comment(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ALLOC_MEMORY_USER=memPrediction(reset=4410MB) jobcast=7f3a", ("7f3a", 4410 * MIB, None)),
        (
            "ALLOC_MEMORY_USER=memPrediction(reset=4410MB) jobcast=7f3a run_limit=3600s",
            ("7f3a", 4410 * MIB, 3600.0),
        ),
        ("nightly jobcast=7f3a run_limit=90s of cpu", ("7f3a", None, 90.0)),
        ("jobcast=7f3a", ("7f3a", None, None)),
        ("ALLOC_MEMORY_USER=memPrediction(reset=4410MB)", NOTHING),
        ("ALLOC_MEMORY_USER=memPrediction(reset=4410MB) run_limit=90s", NOTHING),
        ("notjobcast=7f3a", NOTHING),
        ("jobcast= run_limit=90s", NOTHING),
        ("", NOTHING),
        (None, NOTHING),
    ],
)
def test_a_description_tells_the_advice_where_it_has_an_id(
    text: str | None, expected: tuple[object, ...]
) -> None:
    assert description(text) == expected


@given(st.text(st.characters(exclude_characters=" =\t\n\r\x0b\x0c", categories=["L", "N", "P"]), min_size=1))
def test_any_word_is_an_id(word: str) -> None:
    assert comment(f"jobcast: {word} memory=1M") == (word, MIB, None)
    assert description(f"jobcast={word} run_limit=1s") == (word, None, 1.0)
