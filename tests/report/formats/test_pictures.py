"""Every chart as a picture file: what is written into it, how it is called, and in which language."""

import re
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from xml.etree import ElementTree

import pytest

from jobcast import drawing
from jobcast.errors import StoreError
from jobcast.language import choose, current, phrase
from jobcast.report.base import Bars, Figure, Report, table
from jobcast.report.formats.pictures import draw_all
from jobcast.store import durable
from tests.made_up import HOSTILE
from tests.report.formats.made_up import (
    CELLS,
    DENSITY,
    EMPTY,
    HISTOGRAMS,
    OTHERS,
    PEOPLE,
    RATIOS,
    RING,
    SCRIPT,
    SMALL,
    TREND,
    WORST,
    with_figures,
    with_rows,
)

pytestmark = pytest.mark.skipif(find_spec("matplotlib") is None, reason="matplotlib is an extra")

FILES = {
    "memory_by_day": ["memory_by_day.svg"],
    "rusage_efficienct": ["rusage_efficienct.svg"],
    "overall_scatter": ["overall_scatter.svg"],
    "mem_hours_user_pie_chart": ["mem_hours_user_pie_chart.svg"],
    "more_hist": ["more_hist-01.svg", "more_hist-02.svg"],
}
DOLLARS = "$x_1$ and $y^2"


def drawn(folder: Path, report: Report) -> dict[str, list[str]]:
    """Draw, and return what is written into each picture; Matplotlib says so in comments of the SVG."""
    draw_all(report, folder, "svg")
    return {
        file.name: re.findall(r"<!-- (.*?) -->", file.read_text("utf-8"), re.DOTALL)
        for file in sorted(folder.iterdir())
    }


def written(folder: Path, *figures: Figure) -> list[str]:
    """Return what is written into the only picture of the figures."""
    (found,) = drawn(folder, with_figures(*figures)).values()
    return found


@pytest.mark.parametrize("kind", drawing.KINDS)
def test_every_chart_becomes_a_file_called_after_it(tmp_path, kind):
    names = {name: [f"{Path(file).stem}.{kind}" for file in files] for name, files in FILES.items()}
    assert draw_all(SMALL, tmp_path / "pictures", kind) == names
    found = sorted(file.name for file in (tmp_path / "pictures").iterdir())
    assert found == sorted(file for files in names.values() for file in files)


def test_the_same_report_gives_the_same_bytes(tmp_path):
    for folder in ("once", "again"):
        draw_all(SMALL, tmp_path / folder, "svg")
    for file in (tmp_path / "once").iterdir():
        assert file.read_bytes() == (tmp_path / "again" / file.name).read_bytes()


def test_lines_have_days_amounts_and_names(tmp_path):
    assert written(tmp_path, TREND) == [
        "2026-01-01", "2026-01-02",
        "0", "0.200", "0.400", "0.600", "0.800", "1", "1.20", "1.40",
        "Memory × time", "asked for, TiB·h", "used at the peak, TiB·h",
    ]  # fmt: skip


def test_bars_have_intervals_and_the_unit_of_their_column(tmp_path):
    assert written(tmp_path, RATIOS) == [
        "0-1 GiB", "1-2 GiB", "512+ GiB",
        "×0", "×0.500", "×1", "×1.50", "×2", "×2.50", "×3", "×3.50", "×4",
        "Request / peak, mean", "mean of request / peak",
    ]  # fmt: skip


@pytest.mark.parametrize(("stacked", "highest"), [(False, "4"), (True, "6")])
def test_bars_stand_beside_each_other_or_on_each_other(tmp_path, stacked, highest):
    series = ("memory_limit_jobs", "node_jobs")
    rows = [("2026-01-01", 2, 4), ("2026-01-02", 1, 0)]
    bars = Bars(name="failures_by_day", series=series, stacked=stacked)
    found = written(
        tmp_path, Figure(name="failure_days", table=table(("day", *series), rows), charts=(bars,))
    )
    assert found[-3:] == ["Failed jobs by reason", "memory limit", "machine"]
    assert found[-4] == highest


def test_a_ring_has_names_and_shares(tmp_path):
    assert written(tmp_path, PEOPLE) == [
        "62.5%", "25.0%", "12.5%", "Over-requested memory × time",
        "chen  62.5%", "(not told)  25.0%", "others  12.5%",
    ]  # fmt: skip


def test_small_slices_of_a_ring_are_told_by_the_legend_alone(tmp_path):
    rows = [(f"user{n}", 0.0, 1.0 + n, 1.0, 1) for n in range(10)]
    figure = replace(
        with_rows(PEOPLE, [*rows, (OTHERS, 0.0, 945.0, 1.0, 1)]), charts=(replace(RING, first=10),)
    )
    found = written(tmp_path, figure)
    assert [text for text in found if re.fullmatch(r"[\d.]+%", text)] == ["94.5%"]
    assert [text for text in found if "  " in text] == [
        *(f"user{n}  {(1 + n) / 10:.1f}%" for n in range(10)),
        "others  94.5%",
    ]
    (file,) = tmp_path.iterdir()
    assert len(set(re.findall(r"fill: (#\w{6}); stroke: #ffffff", file.read_text()))) == 11


@pytest.mark.parametrize(
    ("cells", "times"),
    [
        ([(2.0**-11, 2.0**-10), (128.0, 256.0)], ["10 s", "1 min", "10 min", "1 h", "6 h", "1 d", "7 d"]),
        ([(4.0, 4.0), (24.0, 24.0)], ["6 h", "12 h", "1 d"]),
        ([(2.0**-6, 2.0**-6), (2.0**-5, 2.0**-5)], ["1 min", "2 min"]),
    ],
)
def test_times_stand_at_what_clocks_and_calendars_count(tmp_path, cells, times):
    found = written(
        tmp_path,
        Figure(
            name="limit_cells",
            table=table(("run_from_h", "limit_from_h", "jobs"), [(*cell, 1) for cell in cells]),
            charts=(replace(DENSITY, name="limit_scatter", across="run_from_h", up="limit_from_h"),),
        ),
    )
    assert found[: 2 * len(times) + 2] == [*times, "run from", *times, "limit from"]


def test_a_density_has_amounts_on_both_axes_and_a_scale(tmp_path):
    amounts = ["512 MiB", "1 GiB", "2 GiB", "4 GiB", "8 GiB", "16 GiB", "32 GiB"]
    assert written(tmp_path, CELLS) == [
        *amounts, "peak from", *amounts, "request from", "Request against peak", "equal", "1", "jobs",
    ]  # fmt: skip


def test_a_density_may_hold_few_jobs_or_many(tmp_path):
    for most in (1, 7, 10**7):
        found = written(tmp_path / f"{most}", with_rows(CELLS, [(1.0, 2.0, 1), (2.0, 2.0, most)]))
        assert "1" in found
        assert not [text for text in found if "$" in text or "\\" in text]


def test_a_histogram_is_of_one_person(tmp_path):
    assert drawn(tmp_path, with_figures(WORST)) == {
        "more_hist-01.svg": [
            "4 GiB", "8 GiB", "16 GiB", "32 GiB", "memory from",
            "0", "1", "2",
            "chen: 95 % below 8 GiB, mostly place_#", "95 %", "jobs by peak", "jobs by request",
        ],
        "more_hist-02.svg": [
            "512 MiB", "1 GiB", "2 GiB", "memory from",
            "0", "1",
            "li: 95 % below 1 GiB", "95 %", "jobs by peak", "jobs by request",
        ],
    }  # fmt: skip


def test_jobs_are_counted_in_whole_numbers(tmp_path):
    rows = [("0-1 GiB", 1, 0, 0), ("1-2 GiB", 0, 2, 0)]
    figure = Figure(
        name="memory_intervals",
        table=table(("interval", "peak_jobs", "request_jobs", "without_request_jobs"), rows),
        charts=(Bars(name="overall_histogram", series=("peak_jobs", "request_jobs")),),
    )
    assert written(tmp_path, figure)[2:5] == ["0", "1", "2"]


def test_pictures_speak_chinese_where_there_is_a_font_for_it(tmp_path, monkeypatch):
    choose("zh")
    monkeypatch.setattr(drawing, "_chinese_fonts", lambda: ["DejaVu Sans"])  # boxes stand for the characters
    assert written(tmp_path, PEOPLE) == [
        "62.5%", "25.0%", "12.5%", "多申请的内存 × 时间",
        "chen  62.5%", "（未说明）  25.0%", "其余  12.5%",
    ]  # fmt: skip


def test_pictures_speak_english_where_there_is_none(tmp_path, monkeypatch):
    choose("zh")
    monkeypatch.setattr(drawing, "_chinese_fonts", list)
    assert written(tmp_path, PEOPLE)[5:] == ["(not told)  25.0%", "others  12.5%"]
    assert current() == "zh"  # all else goes on in Chinese


@pytest.mark.parametrize(
    "name", [HOSTILE, SCRIPT, "../../x", "-->", DOLLARS, "_x", "\U00013000 \ufffe", "%s {0}"]
)
def test_a_name_is_only_text_in_a_picture_and_in_none_of_their_names(tmp_path, recwarn, name):
    told = replace(
        HISTOGRAMS,
        subtitles={name: phrase("report.p95_of", amount="8", kind=name)},
        limits={name: 8.0},
    )
    report = with_figures(
        with_rows(PEOPLE, [(name, 1.0, 1.0, 1.0, 1)]),
        with_rows(TREND, [(name, 1, 1.0, 1.0)]),
        replace(with_rows(WORST, [(name, 4.0, 1, 1)]), charts=(told,)),
    )
    draw_all(report, tmp_path / "pictures", "svg")
    names = ["mem_hours_user_pie_chart.svg", "memory_by_day.svg", "more_hist-01.svg"]
    assert sorted(str(one.relative_to(tmp_path)) for one in tmp_path.rglob("*.*")) == [
        f"pictures/{one}" for one in names
    ]
    for file in names:
        drawing_of = ElementTree.parse(tmp_path / "pictures" / file).getroot()  # noqa: S314 - our own
        assert {one.tag.rpartition("}")[2] for one in drawing_of.iter()} <= ELEMENTS
    assert list(recwarn) == []


ELEMENTS = {
    *("svg", "metadata", "RDF", "Work", "type", "date", "format", "creator", "Agent", "title"),
    *("defs", "style", "g", "path", "use", "clipPath", "rect", "image"),
}


def test_a_dollar_is_no_mathematics(tmp_path):
    assert f"{DOLLARS}  100.0%" in written(tmp_path, with_rows(PEOPLE, [(DOLLARS, 1.0, 1.0, 1.0, 1)]))


def test_a_long_name_is_cut_and_many_rows_are_not_all_named(tmp_path):
    days = [(f"2026-01-{day:02d}", 1, 1.0, 1.0) for day in range(1, 31)]
    found = written(tmp_path / "days", with_rows(TREND, days))
    assert [text for text in found if text.startswith("2026")] == [
        f"2026-01-{day:02d}" for day in range(1, 31, 3)
    ]
    assert "x" * 17 + "…  100.0%" in written(
        tmp_path / "name", with_rows(PEOPLE, [("x" * 60, 1.0, 1.0, 1.0, 1)])
    )


def test_where_there_is_nothing_to_draw_nothing_is_written(tmp_path):
    assert draw_all(EMPTY, tmp_path / "pictures", "svg") == {}
    assert not (tmp_path / "pictures").exists()


def test_pictures_of_an_earlier_report_are_removed_and_nothing_else(tmp_path):
    draw_all(SMALL, tmp_path, "svg")
    others = ["memory_by_day.png", "mine.svg", "more_hist-1.svg", "more_hist-02.svg.bak", "xmore_hist-01.svg"]
    for name in others:
        (tmp_path / name).write_text("mine")
    (tmp_path / "cores_by_day.svg").mkdir()
    (tmp_path / "kept_by_day.svg").symlink_to(tmp_path / "mine.svg")
    assert draw_all(with_figures(TREND), tmp_path, "svg") == {"memory_by_day": ["memory_by_day.svg"]}
    found = sorted(file.name for file in tmp_path.iterdir())
    assert found == sorted([*others, "cores_by_day.svg", "memory_by_day.svg"])
    assert (tmp_path / "mine.svg").read_text() == "mine"
    draw_all(EMPTY, tmp_path, "svg")
    assert not (tmp_path / "memory_by_day.svg").exists()


def test_a_disk_that_is_full_leaves_no_half_picture(tmp_path, monkeypatch):
    def refuse(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(durable.os, "fsync", refuse)
    with pytest.raises(StoreError, match="no room to write"):
        draw_all(SMALL, tmp_path, "png")
    assert list(tmp_path.iterdir()) == []
