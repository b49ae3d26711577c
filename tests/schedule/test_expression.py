"""Expressions: precedence, unknown values, and where a bad one goes wrong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast.machine import Fact
from jobcast.schedule.expression import (
    Binary,
    Constant,
    Expression,
    ExpressionError,
    Name,
    Unary,
    evaluate,
    names,
    parse,
    rename,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("10 - 4 - 3", 3),
        ("12 / 4 / 2", 1.5),
        ("7 % 4 + 1", 4),
        ("-2 * -3", 6),
        ("2 - -3", 5),
        ("!true || true", True),
        ("!(true || true)", False),
        ("1 < 2 == true", True),
        ("1 + 1 < 3 && 4 >= 4", True),
        ("true || false && false", True),
        ("1 != 2", True),
        ('"a" == "a"', True),
        ('"a" < "b"', True),
        ("1.5e2", 150.0),
        (".5 + 1.", 1.5),
        ("T && !F", True),
        ("(class_priority * 100) + (user * 10) - (queued)", 1190),
    ],
)
def test_operators_bind_as_in_c_and_from_left_to_right(text: str, value: Fact) -> None:
    assert evaluate(parse(text), {"class_priority": 12, "user": 1, "queued": 20}) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("missing", None),
        ("missing + 1", None),
        ("-missing", None),
        ("!missing", None),
        ("missing == missing", None),
        ("missing != 1", None),
        ("missing < 1", None),
        ("1 / 0", None),
        ("5 % 0", None),
        ('"a" < 1', None),
        ('"a" + 1', None),
        ("missing && true", False),
        ("missing || true", True),
        ("missing || false", False),
    ],
)
def test_what_cannot_be_known_fulfils_nothing(text: str, value: Fact | None) -> None:
    assert evaluate(parse(text), {}) is value


@pytest.mark.parametrize(
    ("text", "position", "wanted"),
    [
        ("1 + ", 3, "a number"),
        ("", 0, "a number"),
        ("1 2", 2, "an operator"),
        ("(1 + 2", 6, '")"'),
        ("1 + )", 4, "a number"),
        ("a = b", 2, "a number"),
        ("speed > 3 & fast", 10, "a number"),
        ('"open', 0, "a number"),
        ("* 3", 0, "a number"),
    ],
)
def test_a_bad_expression_tells_its_position_and_what_would_do(text: str, position: int, wanted: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    assert caught.value.position == position
    assert f"column {position + 1}" in str(caught.value)
    assert str(caught.value).endswith("\n" + " " * position + "^")
    assert wanted in str(caught.value.hint)


@pytest.mark.parametrize("text", ["(" * 5000 + "1" + ")" * 5000, "!" * 5000 + "1", "-" * 100_000])
def test_brackets_without_end_are_refused(text: str) -> None:
    with pytest.raises(ExpressionError):
        parse(text)


def test_names_are_found_and_replaced() -> None:
    tree = parse("QDate * 2 - (other + !flag)")
    assert names(tree) == {"QDate", "other", "flag"}
    renamed = rename(tree, {"QDate": Name("queued_at"), "other": Constant(1)})
    assert renamed == parse("queued_at * 2 - (1 + !flag)")


def trees() -> "st.SearchStrategy[Expression]":
    leaves = st.one_of(st.integers(0, 99).map(Constant), st.sampled_from(["a", "b"]).map(Name))
    signs = st.sampled_from(["+", "-", "*", "<", "<=", "==", "!=", "&&", "||"])
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.builds(Unary, st.sampled_from("!-"), inner), st.builds(Binary, signs, inner, inner)
        ),
        max_leaves=12,
    )


def written(tree: Expression) -> str:
    """Write with all brackets."""
    match tree:
        case Unary(sign, operand):
            return f"{sign}({written(operand)})"
        case Binary(sign, left, right):
            return f"({written(left)}) {sign} ({written(right)})"
        case Name(name):
            return name
        case Constant(value):
            return str(value)


@given(trees())
def test_what_is_written_is_read_back(tree: Expression) -> None:
    assert parse(written(tree)) == tree


@given(st.text(alphabet='ab12 +-*/%<>=!&|()".', max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        evaluate(parse(text), {"a": 1})
    except ExpressionError as error:
        assert 0 <= error.position <= len(text)  # noqa: PT017
