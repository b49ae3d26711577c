"""A report as Markdown, and a site's own template filled; nothing that users named is taken for Markdown or HTML."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from jobcast.language import choose, phrase
from jobcast.report.formats.data import tables
from jobcast.report.formats.markdown import (
    PICTURES,
    TABLES,
    TOTALS,
    as_markdown,
    filled,
    notes_as_markdown,
    table_as_markdown,
    variables,
)
from jobcast.units import GIB
from tests.made_up import HOSTILE
from tests.report.formats.made_up import (
    EMPTY,
    NOTES,
    PEOPLE,
    SCRIPT,
    SMALL,
    found_in,
    one_table,
    run,
    run_badly,
    with_figures,
    with_rows,
)

DRAWN = {
    "memory_by_day": ["june-pictures/memory_by_day.svg"],
    "more_hist": ["june-pictures/more_hist-01.svg", "june-pictures/more_hist-02.svg"],
}
WHOLE = r"""# What jobs asked for and what they used

jobs that finished from 2026\-01\-01 00:00 to 2026\-01\-03 00:00 · queue: pnr, short · made 2026\-02\-01 20:30

## What to change first

People who can save most first. Advice: the largest peak of these runs and 10 %, the most cores that any run kept busy on average, the longest run and half as much again. Could have been free: what was held less what would have been held with it.

- **chen · place\_\# · pnr**: asked for up to 16 GiB, used at most 8 GiB: 1,280 GiB·h could have been free \(runs: 2\), worth 128 CNY; next time: `bsub -R "rusage[mem=9GB]"`
- **\(not told\) · \-**: run limit of up to 10\-00:00:00, longest run 01:00:00: with a shorter limit jobs start earlier \(runs: 3\); next time: `#SBATCH --time=01:30:00`

## Overview

- jobs: **3**
- cost: **1,234 CNY**

### Day by day

Memory: jobs that tell both request and peak, each times its run time. Cores: asked for, and CPU time. A period of more than 92 days is told by weeks.

![Memory × time](june-pictures/memory_by_day.svg)

| from day | jobs | asked for, TiB·h | used at the peak, TiB·h |
| --- | ---: | ---: | ---: |
| 2026\-01\-01 | 2 | 1.50 | 0.250 |
| 2026\-01\-02 | 1 | 0 | 0 |

## Memory

- of it used: **–**

None of them asked for memory, so there is no request to compare with.

### Request less peak

By the interval of the peak: the sum, the mean, and the mean in percent of the peak, of request less peak; and the mean of request / peak, whose line at 1 is a perfect request.

| memory | mean difference, % of the peak | mean of request / peak |
| --- | ---: | ---: |
| 0\-1 GiB | – | – |
| 1\-2 GiB | 300.0% | ×4 |
| 512\+ GiB | \-12.5% | ×0.875 |

### Request against peak

Each cell holds jobs of like peak and request. Above the diagonal: asked for more than was used.

| peak from, GiB | request from, GiB | jobs |
| ---: | ---: | ---: |
| 1 | 1.41 | 2 |
| 0.500 | 16 | 1 |

### Over-requested memory × time, by user

Request less peak where the request was larger, times the run time.

| user | share | over-requested, TiB·h | mean run | jobs over-requesting |
| --- | ---: | ---: | ---: | ---: |
| chen | 62.5% | 1.25 | 1\-06:00:00 | 1,200 |
| \(not told\) | 25.0% | 0.500 | – | 3 |
| 2 others | 12.5% | 0.250 | 00:30:00 | 2 |

### Those who over-request most

Jobs by peak and by request, two bars to a doubling; the line is the 95th percentile of the peaks.

![Peaks and requests](june-pictures/more_hist-01.svg)

![Peaks and requests](june-pictures/more_hist-02.svg)

| user | memory from, GiB | jobs by peak | jobs by request |
| --- | ---: | ---: | ---: |
| chen | 4 | 2 | 0 |
| chen | 16 | 0 | 2 |
| li | 0.707 | 1 | 1 |

## Time

No job failed or was cancelled.

### Waiting, by queue

From submission to start; the 30 queues with most jobs.

–

_Memory is binary: 1 GiB = 1024 MiB._
"""  # noqa: E501 - a page
NAMES = (
    SCRIPT,
    HOSTILE,
    "a | b \\| c \\\\| d",
    "`code` ``code`` ```",
    "two\n\n# lines\r- of | text\u2028more\x0bmore\x85more",
    "[x](javascript:alert(1))",
    "![x](https://evil.example/x.png)",
    "<https://evil.example>",
    "https://evil.example/?a=b www.evil.example",
    "[x]: https://evil.example",
    "&lt;script&gt; &#60; &amp;",
    "*bold* _em_ ~~gone~~ $x$ ^up^ ==mark== {.class}",
    "\\",
    "--- | ---",
    "<!-- comment",
    "1. one",
)


def tokens(text: str) -> Iterator[Token]:
    """Yield all that a reader of Markdown with tables, strikethrough and HTML makes of `text`."""
    reader = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    for token in reader.parse(text):
        yield token
        yield from token.children or ()


def kinds(text: str) -> set[str]:
    return {token.type for token in tokens(text)}


def cells(text: str) -> list[list[str]]:
    """Return what a reader sees in the rows of a table, its headings among them."""
    rows: list[list[str]] = []
    for token in tokens(text):
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline" and rows:
            rows[-1].append("".join(part.content for part in token.children or ()))
    return rows


def test_a_report_is_written_out():
    assert as_markdown(SMALL, DRAWN) == WHOLE


def test_it_speaks_chinese():
    choose("zh")
    lines = as_markdown(SMALL, DRAWN).splitlines()
    assert lines[:5] == [
        "# 作业的申请量与使用量",
        "",
        r"2026\-01\-01 00:00 至 2026\-01\-03 00:00 结束的作业 · 队列：pnr, short · 生成于 2026\-02\-01 20:30",
        "",
        "## 最值得先改的",
    ]
    assert lines[8:10] == [
        (
            r"- **chen · place\_\# · pnr**：最多申请 16 GiB，最多使用 8 GiB：本可节省 1,280 GiB·h（作业数：2），"
            '合 128 CNY；下次：`bsub -R "rusage[mem=9GB]"`'
        ),
        (
            r"- **（未说明） · \-**：运行时限最长 10\-00:00:00，最长运行 01:00:00：缩短时限可更早开始（作业数：3）；"
            "下次：`#SBATCH --time=01:30:00`"
        ),
    ]
    assert "![内存 × 时间](june-pictures/memory_by_day.svg)" in lines
    assert r"| 其余 2 人 | 12.5% | 0.250 | 00:30:00 | 2 |" in lines
    assert lines[-1] == "_内存按二进制计：1 GiB = 1024 MiB。_"
    assert not {"jobs", "user", "peak", "the", "memory", "and", "others"} & set(
        re.findall("[a-z]+", "\n".join(lines).replace("june-pictures/memory_by_day", ""))
    )


def test_an_empty_report_says_what_to_choose_instead():
    text = as_markdown(EMPTY, {})
    assert text.split("\n\n")[2] == (
        "No such job finished in this period. Choose another with --since and --until; "
        "jobcast doctor tells which days the history holds."
    )
    assert notes_as_markdown(EMPTY) == (
        "Nothing to change stands out: no kind of job with three runs or more asks for far more or less than it uses."
    )


@pytest.mark.parametrize("name", NAMES)
def test_no_name_breaks_a_table_or_is_taken_for_markdown_or_html(name):
    text = table_as_markdown(one_table((name, 1.0), ("chen", 2.0)))
    seen = re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e]", "\N{REPLACEMENT CHARACTER}", name)
    assert cells(text) == [["user", "over-requested, TiB·h"], [seen, "1"], ["chen", "2"]]
    assert len(text.splitlines()) == 4
    assert kinds(text) == TABLE_ONLY


TABLE_ONLY = {"inline", "text"} | {
    f"{name}_{end}" for name in ("table", "thead", "tbody", "tr", "th", "td") for end in ("open", "close")
}


@given(st.text(min_size=1))
def test_no_text_at_all_breaks_a_table(name):
    text = table_as_markdown(one_table((name, 1.0), ("chen", 2.0)))
    assert [row[1:] for row in cells(text)] == [["over-requested, TiB·h"], ["1"], ["2"]]
    assert kinds(text) <= TABLE_ONLY | {"text_special"}


@pytest.mark.parametrize("name", NAMES)
def test_no_name_is_more_than_text_in_notes_filters_facts_and_remarks(name):
    p95 = phrase("report.p95_of", amount="1", kind=name)
    report = replace(
        SMALL,
        filters={"user": [name]},
        currency=name,
        notes=tuple(replace(note, user=name, kind=name, queue=name, text=p95) for note in NOTES),
        sections=(replace(SMALL.sections[0], figures=(), remarks=(p95,)),),
    )
    found = kinds(as_markdown(report, {}))
    assert not {kind for kind in found if kind.startswith(("html", "link", "image", "table", "s_", "code_b"))}
    bare = as_markdown(report, {}).replace("\\:", "").replace("www\\.", "")
    assert "://" not in bare
    assert "www." not in bare


def test_a_flag_stays_code_whatever_stands_in_it():
    flag = "bsub -R `x` <b>"
    text = notes_as_markdown(replace(SMALL, notes=(replace(NOTES[0], flag=flag),)))
    assert [token.content for token in tokens(text) if token.type == "code_inline"] == ["bsub -R 'x' <b>"]


def test_a_long_table_ends_with_how_long_it_is():
    text = table_as_markdown(one_table(*((f"user{n}", 1.0) for n in range(2_000))))
    lines = text.splitlines()
    assert len(lines) == 2 + 30 + 2
    assert lines[-2:] == ["", "the first 30 of 2,000 rows; all of them: jobcast report --format csv"]


def test_every_chart_of_a_history_stands_where_its_table_is():
    report = found_in(*(run(n) for n in range(9)), *(run_badly(20 + n, "li") for n in range(3)))
    names = [chart.name for section in report.sections for one in section.figures for chart in one.charts]
    text = as_markdown(report, {name: [f"p/{name}.svg"] for name in names})
    assert re.findall(r"!\[[^]]+\]\(p/(\w+)\.svg\)", text) == names
    around = ("heading", "paragraph", "bullet_list", "list_item", "strong", "em")
    known = {f"{name}_{end}" for name in around for end in ("open", "close")}
    assert kinds(text) - TABLE_ONLY == {"image", "code_inline"} | known


def test_memprediction_s_template_is_filled():
    jobs = [run(n, advised_memory=2**33) for n in range(9)]
    report = found_in(*jobs, run_badly(20, "li"), run(21, "fang", memory_requested=GIB))
    drawn = {name: [f"june-pictures/{name}.svg"] for name in PICTURES.values()}
    names = ["START_DATE", "END_DATE", *PICTURES, *TABLES, *TOTALS]
    text, unknown = filled("".join(f"{name} ${name}\n" for name in names), variables(report, drawn))
    assert unknown == []
    assert "$" not in text
    told = dict(line.split(" ", 1) for line in text.splitlines() if not line.startswith("|"))
    assert list(told) == names
    assert (told["START_DATE"], told["END_DATE"]) == ("2026-01-01", "2026-01-31")
    assert {told[name] for name in PICTURES} == {f"june-pictures/{name}.svg" for name in PICTURES.values()}
    assert {told[name][0] for name in TABLES} == {"|"}
    assert {name: told[name] for name in TOTALS} == {
        "TOTAL_OVER_RUSAGE_MEMORY_TABLE": "0.104",
        "TOTAL_UNDER_RUSAGE_MEMORY_TABLE": "0.00488",
    }


def test_there_are_other_variables_for_notes_and_every_picture_and_table():
    values = variables(SMALL, DRAWN)
    assert values["NOTES"] == notes_as_markdown(SMALL)
    assert values["MEMORY_OVER_USERS_TABLE"] == table_as_markdown(PEOPLE.table)
    assert values["MEM_RUNTIME_TABLE"] == values["MEMORY_OVER_USERS_TABLE"]
    assert values["WAIT_QUEUES_TABLE"] == "–"
    assert (values["MEMORY_BY_DAY"], values["MORE_HIST"]) == (
        "june-pictures/memory_by_day.svg",
        "june-pictures/more_hist-01.svg",
    )
    assert {f"{name.upper()}_TABLE" for name in tables(SMALL)} <= values.keys()


def test_notes_and_facts_are_tables_in_a_template():
    values = variables(SMALL, {})
    assert (
        values["FACTS_TABLE"]
        == """\
| section | figure | amount |
| --- | --- | --- |
| Overview | jobs | 3 |
| Overview | cost | 1,234 CNY |
| Memory | of it used | – |"""
    )
    assert values["NOTES_TABLE"].splitlines()[2] == (
        "| chen | pnr | place\\_\\# | lsf | too much memory | 2 | asked for up to 16 GiB, used at most 8 GiB: "
        '1,280 GiB·h could have been free \\(runs: 2\\) | bsub \\-R "rusage\\[mem\\=9GB\\]" | 1,280 | 0 | 128 | CNY |'
    )
    choose("zh")
    assert variables(SMALL, {})["FACTS_TABLE"].splitlines()[3] == "| 概览 | 费用 | 1,234 CNY |"


def test_what_a_report_lacks_is_a_dash_in_a_template():
    values = variables(EMPTY, {})
    names = {*PICTURES, *TABLES, *TOTALS, "WAIT_BY_QUEUE", "WAIT_QUEUES_TABLE"}
    assert {values[name] for name in names} == {"–"}
    assert filled("$OVERALL_SCATTER $ERROR_TABLE", values)[0] == "– –"


def test_a_picture_that_is_not_there_leaves_nothing_behind():
    template = (
        "a ![one]($OVERALL_SCATTER) ![](${ERROR}) b\n"
        "![two](${WAIT_BY_QUEUE})\n![](./$LESS_HIST 'title')![three]($MEMORY_BY_DAY) ![](x.svg) $WAIT_BY_QUEUE\n"
    )
    text, unknown = filled(template, variables(SMALL, DRAWN))
    assert text == ("a  ![](${ERROR}) b\n\n![three](june-pictures/memory_by_day.svg) ![](x.svg) –\n")
    assert unknown == ["ERROR"]


def test_what_notes_are_worth_is_told_where_there_are_prices():
    dollars = notes_as_markdown(replace(SMALL, currency="$")).splitlines()
    assert r"\(runs: 2\), worth 128 \$; next time: " in dollars[2]
    free = replace(SMALL, notes=tuple(replace(note, money=0.0) for note in SMALL.notes))
    assert "worth" not in notes_as_markdown(free)


def test_unknown_variables_are_told_and_stay():
    text, unknown = filled("$NOPE ${START_DATE} ${ALSO_NOT} $$HOME 5 $ $5 $NOPE", variables(SMALL, {}))
    assert text == "$NOPE 2026-01-01 ${ALSO_NOT} $HOME 5 $ $5 $NOPE"
    assert unknown == ["ALSO_NOT", "NOPE"]


def test_what_a_name_says_is_no_variable():
    report = with_figures(with_rows(PEOPLE, [("$START_DATE ${NOTES}", 1.0, 1.0, 1.0, 1)]))
    text, unknown = filled("$MEM_RUNTIME_TABLE", variables(report, {}))
    assert r"| \$START\_DATE \$\{NOTES\} |" in text
    assert unknown == []
