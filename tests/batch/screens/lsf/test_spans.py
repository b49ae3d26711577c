"""Spans of time as bacct takes them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast.batch.screens.lsf.spans import Span, read_span

NOW = datetime(2026, 11, 27, 15, 30, 20, tzinfo=UTC)


def at(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("2026/11/1,2026/11/30", Span(at(2026, 11, 1), at(2026, 12, 1))),
        ("11/1/8:00,11/1/9:30", Span(at(2026, 11, 1, 8), at(2026, 11, 1, 9, 31))),
        ("11/1/8:,.", Span(at(2026, 11, 1, 8), at(2026, 11, 27, 15, 30) + 20)),
        ("26", Span(at(2026, 11, 26), at(2026, 11, 27))),
        ("8:15", Span(at(2026, 11, 27, 8, 15), at(2026, 11, 27, 8, 16))),
        (".-60,", Span(at(2026, 11, 27, 14, 30) + 20, at(2026, 11, 27, 15, 30) + 20)),
        (",20", Span(0, at(2026, 11, 21))),
        (",", Span(0, at(2026, 11, 27, 15, 30) + 20)),
    ],
)
def test_spans_are_as_exact_as_they_are_told(text, span):
    assert read_span(text, NOW) == span


@pytest.mark.parametrize("text", ["", "yesterday", "13/1,14/1", "2026/2/30", "28,27", "8:61", "1:2:3"])
def test_what_is_no_span_is_told(text):
    with pytest.raises(ValueError, match="is no span of time"):
        read_span(text, NOW)


def test_a_span_holds_its_first_second_and_not_its_last():
    assert [Span(5, 7).holds(second) for second in (4.9, 5, 6.9, 7, None)] == [
        False,
        True,
        True,
        False,
        False,
    ]


@given(st.text("0123456789/:.,-", max_size=20))
def test_any_text_is_a_span_or_none(text):
    try:
        span = read_span(text, NOW)
    except ValueError:
        return
    assert span.start <= span.end
