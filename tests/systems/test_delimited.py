import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast.systems.delimited import Layout, Records, read_records, split_record
from jobcast.systems.text import Lines


def read(*batches: list[str], width: int = 2) -> Records:
    """Read batches of lines and put together what comes of them."""
    first, lines, whole = 1, [], Records()
    for texts in batches:
        lines.append(Lines(first=first, texts=texts))
        first += len(texts)
    for records in read_records(iter(lines), Layout(source="x", width=width)):
        whole.rows.extend(records.rows)
        whole.lines.extend(records.lines)
        whole.set_aside.extend(records.set_aside)
    return whole


def test_records_keep_the_line_on_which_they_begin() -> None:
    records = read(["a,b", "", '"c', 'd",e', "f,g"])
    assert records.rows == [["a", "b"], ["c\nd", "e"], ["f", "g"]]
    assert records.lines == [1, 3, 5]


def test_a_record_over_two_batches_is_put_together() -> None:
    assert read(["a,b", '"c'], ['d",e', "f,g"]).rows == [["a", "b"], ["c\nd", "e"], ["f", "g"]]


@pytest.mark.parametrize("stray", ['"a,b', 'a",b,"c', "a,b,c", "a"])
def test_a_line_that_is_no_record_is_set_aside_alone(stray: str) -> None:
    records = read([stray, "c,d", "e,f"])
    assert records.rows == [["c", "d"], ["e", "f"]]
    assert [(each.line, each.reason) for each in records.set_aside] == [(1, "field_count")]


def test_the_last_line_of_a_source_that_stops_within_it_is_truncated() -> None:
    (records,) = read_records(
        iter([Lines(first=1, texts=["a,b", "c"], cut=True)]), Layout(source="x", width=2)
    )
    assert [each.reason for each in records.set_aside] == ["truncated"]


def test_a_torn_line_is_truncated_behind_a_record_that_was_not_closed() -> None:
    lines = [Lines(first=1, texts=["a,b", '"c']), Lines(first=3, texts=[], torn="d")]
    records = list(read_records(iter(lines), Layout(source="x", width=2)))
    aside = [(each.line, each.reason, each.text) for batch in records for each in batch.set_aside]
    assert [row for batch in records for row in batch.rows] == [["a", "b"]]
    assert aside == [(2, "field_count", '"c'), (3, "truncated", "d")]


def test_a_huge_value_is_no_record() -> None:
    assert split_record("x" * 200_000) is None


@given(st.lists(st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]))))
def test_each_line_is_a_row_or_set_aside_or_blank_or_part_of_one(texts: list[str]) -> None:
    records = read(texts)
    assert len(records.rows) + len(records.set_aside) <= len([text for text in texts if text.strip()])
