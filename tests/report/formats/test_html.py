"""A report as one page: well formed, in two languages, loading nothing, and with names as text only."""

import json
import re
import tomllib
from base64 import b64encode
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import polars as pl
import pytest

import jobcast
from jobcast.history import conform
from jobcast.language import choose
from jobcast.report.base import Figure, Report
from jobcast.report.formats import html
from jobcast.report.formats.charts import specs
from jobcast.report.formats.html import SAID_BY_SCRIPT, as_html
from jobcast.units import GIB
from tests.made_up import HOSTILE, NEW_YEAR
from tests.report.formats.made_up import (
    CELLS,
    EMPTY,
    NOTES,
    PEOPLE,
    SCRIPT,
    SMALL,
    TREND,
    WORST,
    found,
    found_in,
    run,
    run_badly,
    with_figures,
    with_rows,
)
from tests.report.formats.page import Element, read_page

PAGE = Path(html.__file__).parent / "page"
OTHER_SCRIPT = "</script><!--"
NAMES = (SCRIPT, OTHER_SCRIPT, HOSTILE, "' onload='x", '" onclick="x', "&lt;b&gt;", "]]>", "{{ 7 * 7 }}")


def hostile_report() -> Report:
    """Return a report in which such names stand everywhere."""
    runs = [run(n, name) for n, name in enumerate(NAMES * 4)]
    bad = [run_badly(50 + n, name) for n, name in enumerate(NAMES)]
    short = [run(90 + n, name, memory_requested=GIB) for n, name in enumerate(NAMES)]
    return replace(found_in(*runs, *bad, *short), filters={"user": NAMES}, currency=SCRIPT)


@pytest.fixture(scope="module")
def hostile() -> str:
    return as_html(hostile_report())


def scripts(page: Element) -> list[str]:
    """Return the scripts that would run."""
    return [one.source() for one in page.all("script") if "type" not in one.attributes]


def data(page: Element, name: str) -> object:
    (found,) = (one for one in page.all("script") if one.attributes.get("id") == name)
    assert found.attributes["type"] == "application/json"
    return json.loads(found.source())


def assert_whole(text: str) -> Element:
    """Return the page, of which nothing is loaded, and where all links lead somewhere."""
    page = read_page(text)
    elements = list(page.all())
    ids = [one.attributes["id"] for one in elements if "id" in one.attributes]
    assert len(set(ids)) == len(ids)
    assert not {"link", "img", "iframe", "object", "embed", "base", "form", "video", "audio"} & {
        one.name for one in elements
    }
    for one in elements:
        assert not {"src", "srcset", "data", "action", "style", "background"} & one.attributes.keys()
        assert not [name for name in one.attributes if name.startswith("on")]
        if "href" in one.attributes:
            assert one.attributes["href"].removeprefix("#") in ids
    (style,) = page.all("style")
    assert not re.search(r"url\(|@import|image-set|src\(", style.source())
    return page


def test_a_page_is_well_formed_and_loads_nothing():
    for report in (SMALL, EMPTY, hostile_report()):
        assert_whole(as_html(report))


def test_the_policy_lets_the_two_scripts_run_and_nothing_else():
    page = read_page(as_html(SMALL))
    ours = scripts(page)
    assert ours == [(PAGE / "echarts/echarts.min.js").read_text(), (PAGE / "report.js").read_text()]
    hashes = " ".join(f"'sha256-{b64encode(sha256(one.encode()).digest()).decode()}'" for one in ours)
    (policy,) = (one for one in page.all("meta") if "http-equiv" in one.attributes)
    assert policy.attributes == {
        "http-equiv": "Content-Security-Policy",
        "content": f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data:",
    }
    head = page.one("head")
    names = [one.name for one in head.all()]
    assert names.index("style") > [*head.all()].index(policy)  # what comes before a policy is not held to it


def test_names_are_text_and_never_elements(hostile):
    page = assert_whole(hostile)
    assert len(list(page.all("script"))) == 4
    assert len(scripts(page)) == 2
    assert SCRIPT not in hostile
    assert OTHER_SCRIPT not in hostile
    assert "{{ 7 * 7 }}" in page.text()
    assert "49" not in [cell.text() for cell in page.all("th")]
    rows = [cell.text() for cell in page.all("th") if cell.attributes["scope"] == "row"]
    options = [one.text() for one in page.all("option")]
    for name in NAMES:
        assert name in rows
        assert name in options


def test_names_come_back_from_the_data_of_the_charts(hostile):
    assert data(read_page(hostile), "charts") == specs(hostile_report())


def test_the_script_gets_its_words_in_both_languages():
    words = data(read_page(as_html(SMALL)), "words")
    assert list(words) == list(SAID_BY_SCRIPT)
    assert words["dark"] == ["Dark", "深色"]


@pytest.mark.parametrize(
    ("language", "tag", "title", "other"),
    [
        ("en", "en", "What jobs asked for and what they used", "中文"),
        ("zh", "zh-CN", "作业的申请量与使用量", "English"),
    ],
)
def test_a_page_opens_in_the_language_chosen_now(language, tag, title, other):
    choose(language)
    page = read_page(as_html(SMALL))
    assert page.one("html").attributes == {"lang": tag, "data-theme": "auto"}
    assert page.one("title").text() == title
    switch = next(one for one in page.all("button") if one.attributes["id"] == "language")
    assert (switch.text(), switch.attributes["lang"]) == (other, "zh-CN" if tag == "en" else "en")
    assert page.one("h1").text(tag) == title


def test_every_text_is_there_in_both_languages():
    page = read_page(as_html(SMALL))
    for parent in page.all():
        said = [
            one.attributes["lang"]
            for one in parent.children
            if isinstance(one, Element) and one.name == "span" and "lang" in one.attributes
        ]
        assert said == ["en", "zh-CN"] * (len(said) // 2)
    english, chinese = (page.one("body").text(language) for language in ("en", "zh-CN"))
    assert not re.search("[\u4e00-\u9fff]", english.replace("中文", ""))
    known = {"chen", "place", "pnr", "short", "bsub", "rusage", "mem", "SBATCH", "time", "jobcast"}
    known |= {"GiB", "TiB", "MiB", "CNY", "CPU", "JavaScript", "English", "chenli"}
    assert set(re.findall("[A-Za-z]{3,}", chinese)) <= known


def test_each_chart_has_its_table_in_the_same_article(hostile):
    for text in (as_html(SMALL), hostile):
        page = read_page(text)
        drawn = []
        for article in page.all("article"):
            charts = [
                one.attributes["data-chart"] for one in article.all("div") if "data-chart" in one.attributes
            ]
            if charts:
                article.one("table")
            drawn += charts
        assert drawn == list(data(page, "charts"))


def test_a_table_is_written_out():
    article = next(
        one for one in read_page(as_html(SMALL)).all("article") if one.attributes["id"] == "memory_over_users"
    )
    assert [[cell.text("en") for cell in row.all("th", "td")] for row in article.all("tr")] == [
        ["user", "share", "over-requested, TiB·h", "mean run", "jobs over-requesting"],
        ["chen", "62.5%", "1.25", "1-06:00:00", "1,200"],
        ["(not told)", "25.0%", "0.500", "–", "3"],
        ["2 others", "12.5%", "0.250", "00:30:00", "2"],
    ]
    assert article.one("caption").text("zh-CN") == "多申请的内存 × 时间（按用户）"
    assert article.one("details").attributes == {"open": None}  # a table of people is read first


def test_each_fold_is_called_after_its_figure(hostile):
    for text in (as_html(SMALL), hostile):
        for language in ("en", "zh-CN"):
            names = [one.text(language) for one in read_page(text).all("summary")]
            assert len(set(names)) == len(names) > 0
    folds = [one.text("en") for one in read_page(as_html(SMALL)).all("summary")]
    assert "Data: Over-requested memory × time, by user" in folds


def test_each_colour_stands_once_for_both_themes():
    style = (PAGE / "report.css").read_text()
    named = re.findall(r"--(\w+): var\(--light, #\w+\) var\(--dark, #\w+\);", style)
    assert len(named) == len(set(named)) == 20
    assert "--paper: #" not in style


def test_facts_notes_and_remarks_are_written_out():
    page = read_page(as_html(SMALL))
    parts = {one.attributes["id"]: one for one in page.all("section")}
    assert list(parts) == ["overview", "notes", "memory", "time"]
    assert [one.text("en") for one in parts["overview"].all("dt", "dd")] == ["jobs", "3", "cost", "1,234 CNY"]
    assert [one.text("en") for one in parts["notes"].all("h3")] == [
        "chen 1,280 GiB·h · 128 CNY",
        "(not told) ",
    ]
    assert [one.text() for one in parts["notes"].all("code")] == [note.flag for note in NOTES]
    assert [one.text("en") for one in parts["memory"].all("p") if one.attributes["class"] == "remark"] == [
        "None of them asked for memory, so there is no request to compare with."
    ]
    assert parts["time"].one("article").text("en").strip().endswith("None.")
    links = [one.attributes["href"] for one in page.one("nav").all("a")]
    assert links == ["#overview", "#notes", "#memory", "#time"]
    assert page.one("footer").text("en").strip() == (
        "Memory is binary: 1 GiB = 1024 MiB. "
        f"Made by jobcast {jobcast.__version__}. Nothing in this page is loaded from elsewhere."
    )


def test_the_notes_of_many_people_fold_out():
    notes = tuple(replace(NOTES[0], user=f"user{n}") for n in range(9))
    page = read_page(as_html(replace(SMALL, notes=notes)))
    (part,) = (one for one in page.all("section") if one.attributes["id"] == "notes")
    first, more = part.all("ol")
    assert [one.text("en").split()[0] for one in first.all("h3")] == [f"user{n}" for n in range(6)]
    assert [one.text("en").split()[0] for one in more.all("h3")] == [f"user{n}" for n in range(6, 9)]
    assert part.one("summary").text("en") == "3 more people"


def with_long(figure: Figure, rows: int) -> Element:
    """Return the page of a report with this figure only, of so many rows."""
    cells = [(2.0**n, *figure.table.rows[0][1:]) for n in range(rows)]
    return read_page(as_html(with_figures(with_rows(figure, cells))))


def test_a_long_table_of_cells_ends_with_how_long_it_is():
    page = with_long(CELLS, 234)
    assert len(list(page.one("tbody").all("tr"))) == 200
    assert "the first 200 of 234 rows; all of them: jobcast report --format csv" in page.text("en")
    assert "where a table is longer than what is shown, its last line says so" in page.one("noscript").text(
        "en"
    )


@pytest.mark.parametrize("figure", [WORST, TREND, PEOPLE], ids=lambda figure: figure.name)
def test_all_bars_days_and_people_are_in_the_page(figure):
    table = replace(figure.table, rows=figure.table.rows[:1] * 900)
    page = read_page(as_html(with_figures(replace(figure, table=table))))
    assert len(list(page.one("tbody").all("tr"))) == 900
    assert "rows; all of them" not in page.text("en")


NO_MEMORY = {"memory_requested": None, "memory_peak": None}


@pytest.mark.parametrize(
    ("jobs", "remark"),
    [
        ((), "No such job finished in this period."),
        ((run(1),), "No job failed or was cancelled."),
        (
            (run(1, **NO_MEMORY), run(2, **NO_MEMORY)),
            "None of the 2 jobs that ended well has a measured peak",
        ),
        ((run(1, memory_requested=0), run(2, memory_requested=None)), "None of them asked for memory"),
        ((run(1, run_time=0.0), run(2, run_time=0.0)), "No job tells both a run limit and a run time."),
        ((run(1, run_time=None, start_time=None),), "No job tells both when it was submitted"),
        ((run(1, state="failed"), run(2, state="cancelled")), "None of the 2 jobs ended well"),
        ((run(1, user=None, queue=None, name=None),), "Compared: the 1 of 1 jobs"),
    ],
)
def test_a_history_that_tells_little_makes_a_page(jobs, remark):
    page = assert_whole(as_html(found_in(*jobs)))
    assert remark in page.text("en")
    assert data(page, "charts") == specs(found_in(*jobs))


def test_an_empty_page_has_no_links_to_sections_that_are_not_there():
    page = assert_whole(as_html(found_in()))
    assert [one.attributes["href"] for one in page.all("a")] == ["#main"]


def test_a_page_of_a_large_site_stays_small():
    jobs = (
        pl.DataFrame({"number": range(20_000)})
        .select(
            system=pl.lit("lsf"),
            cluster=pl.lit("loom"),
            job_id=pl.col("number").cast(pl.String),
            user=pl.format("{}_{}", pl.lit("u" * 55), pl.col("number") % 2_000),
            queue=pl.format("{}_{}", pl.lit("q" * 56), pl.col("number") % 500),
            name=pl.format("{}_{}", pl.lit("n" * 60), pl.lit("é")),
            finish_time=pl.lit(NEW_YEAR) + pl.duration(minutes=pl.col("number")),
            state=pl.when(pl.col("number") % 7 == 0).then(pl.lit("failed")).otherwise(pl.lit("done")),
            exit_code=pl.col("number") % 256,
            run_time=60.0 * (1 + pl.col("number") % 977),
            run_limit=600.0 * (1 + pl.col("number") % 97),
            memory_requested=(1 + pl.col("number") % 511) * GIB,
            memory_peak=(1 + pl.col("number") * 7 % 499) * GIB,
            cores_requested=1 + pl.col("number") % 64,
            cpu_time=50.0 * (1 + pl.col("number") % 1_977),
            advised_memory=pl.when(pl.col("number") % 3 == 0).then((1 + pl.col("number") % 211) * GIB),
        )
        .with_columns(
            start_time=pl.col("finish_time") - pl.duration(seconds=pl.col("run_time")),
            submit_time=pl.col("finish_time") - timedelta(days=2),
        )
    )
    text = as_html(found(conform(jobs)))
    assert_whole(text)
    assert len(text.encode()) < 3_000_000, len(text.encode())


def test_what_is_shipped_is_what_was_fetched_and_its_licence_is_beside_it():
    told = tomllib.loads((PAGE / "vendored.toml").read_text())
    assert [one.name for one in PAGE.iterdir() if one.is_dir()] == list(told)
    for name, about in told.items():
        (file,) = (PAGE / name).glob("*.js")
        assert sha256(file.read_bytes()).hexdigest() == about["sha256"]
        assert f'version="{about["version"]}"' in file.read_text().replace(" ", "")
        assert "Apache License" in (PAGE / name / "LICENSE").read_text()
        assert "Apache ECharts" in (PAGE / name / "NOTICE").read_text()
