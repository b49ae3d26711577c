from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from jobcast.systems import columns
from tests.amounts import AMOUNTS, NO_AMOUNTS, NO_SPANS, SPANS

BERLIN = ZoneInfo("Europe/Berlin")


def on(value: object, expression: pl.Expr) -> object:
    """Return what `expression` makes of one value."""
    return pl.select(pl.lit(value).alias("x")).select(expression).item()


@pytest.mark.parametrize(
    ("text", "amount"),
    [*AMOUNTS.items(), *dict.fromkeys(NO_AMOUNTS).items(), ("9999999999999999P", None)],
)
def test_amounts_of_memory(text: str, amount: int | None) -> None:
    assert on(text, columns.memory(pl.col("x"), unit="GB")) == amount


@pytest.mark.parametrize(("text", "seconds"), [*SPANS.items(), *dict.fromkeys(NO_SPANS).items()])
def test_clock_durations(text: str, seconds: float | None) -> None:
    assert on(text, columns.clock(pl.col("x"))) == seconds


@pytest.mark.parametrize(
    ("text", "zone", "moment"),
    [
        ("2024-06-14T10:06:58", UTC, datetime(2024, 6, 14, 10, 6, 58, tzinfo=UTC)),
        ("2024-06-14 10:06:58.5", BERLIN, datetime(2024, 6, 14, 8, 6, 58, 500_000, tzinfo=UTC)),
        ("2024-06-14T10:06:58Z", BERLIN, datetime(2024, 6, 14, 10, 6, 58, tzinfo=UTC)),
        ("2024-06-14T10:06:58+02:00", UTC, datetime(2024, 6, 14, 8, 6, 58, tzinfo=UTC)),
        ("2024-06-14T10:06:58", timezone(timedelta(hours=5.5)), datetime(2024, 6, 14, 4, 36, 58, tzinfo=UTC)),
        ("2024-10-27T02:30:00", BERLIN, datetime(2024, 10, 27, 0, 30, tzinfo=UTC)),
        ("2024-03-31T02:30:00", BERLIN, None),
        ("Unknown", UTC, None),
    ],
)
def test_iso_times(text: str, zone: tzinfo, moment: datetime | None) -> None:
    assert on(text, columns.iso_time(pl.col("x"), zone)) == moment


@pytest.mark.parametrize("zone", [UTC, BERLIN, timezone(timedelta(hours=5.5))], ids=str)
def test_local_times_lead_back(zone: tzinfo) -> None:
    moment = datetime(2024, 6, 14, 10, 6, 58, tzinfo=UTC)
    assert on(moment, columns.to_utc(columns.to_local(pl.col("x"), zone), zone)) == moment


@pytest.mark.parametrize(("number", "year"), [(0, 1970), (1e9, 2001), (9e15, None), (float("nan"), None)])
def test_seconds_since_1970(number: float, year: int | None) -> None:
    moment = on(number, columns.epoch(pl.col("x")))
    assert (moment.year if isinstance(moment, datetime) else None) == year


def test_each_distinct_text_is_read_once_and_given_to_all_rows_that_hold_it() -> None:
    table = pl.DataFrame({"line": [1, 2, 3, 4], "asked": ["4G", None, "4G", "odd"]})
    read = []

    def watched(texts: pl.Series) -> pl.Series:
        read.extend(text for text in texts if text)
        return texts.str.to_uppercase()

    readings = [pl.col("asked").map_batches(watched, return_dtype=pl.String).alias("upper")]

    assert columns.read_once(table, "asked", readings)["upper"].to_list() == ["4G", None, "4G", "ODD"]
    assert sorted(read) == ["4G", "odd"]


def test_a_column_that_says_nothing_is_read_as_nothing() -> None:
    table = pl.DataFrame({"asked": pl.Series([None, None], dtype=pl.String)})
    read = columns.read_once(table, "asked", [columns.memory(pl.col("asked")).alias("bytes")])

    assert read.to_dict(as_series=False) == {"bytes": [None, None]}
