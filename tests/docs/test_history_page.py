"""The page on the history names the columns and the reasons that the program has."""

import re
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

import jobcast
from jobcast.history import SCHEMA, Instant, _doubts
from jobcast.systems.lsf.finished import Reason
from tests.readme import ROOT

LANGUAGES = ("en", "zh")
SOURCE = Path(jobcast.__file__).parent
TYPES = {
    pl.String(): "string",
    pl.Int64(): "int64",
    pl.Int32(): "int32",
    pl.Float64(): "float64",
    pl.Boolean(): "bool",
    pl.List(pl.String): "list of string",
    Instant: "timestamp",
}


def sections(language: str) -> list[str]:
    """Return the page, part by part; columns and reasons are the first and the last."""
    page = (ROOT / "docs" / language / "history.md").read_text("utf-8")
    return re.split(r"^## ", page, flags=re.MULTILINE)[1:]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_names_every_column_with_its_type(language: str) -> None:
    rows = re.findall(r"^\| `(\w+)` \| ([\w ]+) \|", sections(language)[0], flags=re.MULTILINE)
    assert rows == [(name, TYPES[kind]) for name, kind in SCHEMA.items()]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_names_every_reason_to_set_a_record_aside(language: str) -> None:
    rows = re.findall(r"^\| `(\w+)` \|", sections(language)[-1], flags=re.MULTILINE)
    known = {name for name, _ in _doubts(datetime(2026, 1, 1, tzinfo=UTC))} | {str(word) for word in Reason}
    assert len(rows) == len(set(rows))
    assert known <= set(rows)
    code = "\n".join(file.read_text("utf-8") for file in SOURCE.rglob("*.py"))
    assert [word for word in rows if f'"{word}"' not in code] == ["bad_COLUMN"]
    assert 'f"bad_{column}"' in code
