import polars as pl
import pytest

from jobcast.systems.slurm.values import measured, unread
from jobcast.units import GIB, KIB


def on(text: str | None, expression: pl.Expr) -> object:
    """Return what `expression` makes of one text."""
    return pl.DataFrame({"x": pl.Series([text], dtype=pl.String)}).select(expression).item()


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("4728141K", 4728141 * KIB),
        ("0", 0),
        ("1.5G", round(1.5 * GIB)),
        ("2048", 2048),
        ("-5K", None),
        ("K", None),
        ("99999999999999999999K", None),
        ("", None),
        (None, None),
    ],
)
def test_a_measured_amount_is_read_in_any_unit(text: str | None, amount: int | None) -> None:
    assert on(text, measured(pl.col("x"))) == amount


@pytest.mark.parametrize(
    ("text", "odd"),
    [("5K", False), ("-5K", True), ("lots", True), ("Unknown", False), (" ", False), ("4294967294", False)],
)
def test_only_what_is_meant_as_a_value_can_be_unread(text: str, odd: bool) -> None:
    value = pl.when(pl.col("x") == "5K").then(5 * KIB)
    assert on(text, unread(pl.col("x"), value)) is odd
