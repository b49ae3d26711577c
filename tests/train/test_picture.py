"""The picture of a back-test: what is written into it, in which language, and for how much there is room."""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from importlib.util import find_spec
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from jobcast import drawing
from jobcast.language import choose, say
from jobcast.train.picture import draw

pytestmark = pytest.mark.skipif(find_spec("matplotlib") is None, reason="matplotlib is an extra")

NOON = datetime(2026, 1, 3, 12, tzinfo=UTC)


def answers(*peaks: float, days: int = 1) -> dict[str, pl.DataFrame]:
    """Return answers to jobs with such peaks on each of some days, in GiB."""
    rows = [
        {"finish_time": NOON + timedelta(days=day), "memory_peak": peak, "request": 2.0}
        for day in range(days)
        for peak in peaks
    ]
    return {"last-run": pl.DataFrame(rows)}


def written(path: Path, judged: dict[str, pl.DataFrame], zone: tzinfo = UTC) -> list[str]:
    """Draw, and return what is written into the picture; Matplotlib says so in comments of the SVG."""
    draw(judged, path / "a.svg", risk=0.05, zone=zone)
    return re.findall(r"<!-- (.*?) -->", (path / "a.svg").read_text("utf-8"))


def test_axes_have_units_and_the_promise_is_named(tmp_path):
    found = written(tmp_path, answers(1.0, 4.0))
    assert {"0%", "100%", "2026-01-03", "day of finish", "jobs within their request"} <= set(found)
    assert {"measured peak, GiB", "GiB, sum over the jobs", "requested in vain (up), short (down)"} <= set(
        found
    )
    assert found[-2:] == ["last run", "promised 95%"]  # one legend for both


def test_intervals_end_with_the_largest_peak(tmp_path):
    found = written(tmp_path, answers(1.0, 4.0))
    assert [text for text in found if text[0] in "≤&"] == ["≤1", "≤2", "≤4"]


def test_many_days_are_not_all_named(tmp_path):
    found = written(tmp_path, answers(1.0, days=61))
    days = [text for text in found if text.startswith("2026-")]
    assert days == ["2026-01-03", "2026-01-16", "2026-01-29", "2026-02-11", "2026-02-24"]


@pytest.mark.parametrize("zone", [ZoneInfo("Pacific/Auckland"), timezone(timedelta(hours=13))])
def test_days_are_those_of_the_site(tmp_path, zone):
    assert "2026-01-04" in written(tmp_path, answers(1.0), zone)


def test_it_speaks_english_where_no_font_has_chinese_characters(tmp_path, monkeypatch):
    choose("zh")
    monkeypatch.setattr(drawing, "_chinese_fonts", list)
    found = written(tmp_path, answers(1.0))
    assert found[-2:] == ["last run", "promised 95%"]
    assert say("picture.day") == "结束日期"  # all else goes on in Chinese


def test_it_speaks_chinese_where_there_is_a_font_for_it(tmp_path, monkeypatch):
    choose("zh")
    monkeypatch.setattr(drawing, "_chinese_fonts", lambda: ["DejaVu Sans"])  # boxes stand for the characters
    assert written(tmp_path, answers(1.0))[-2:] == ["上次运行", "承诺 95%"]
