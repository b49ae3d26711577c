"""A report for programs: every figure as JSON, and each table as CSV."""

import csv
import io
import json
import math
from dataclasses import replace

import pytest

from jobcast.language import choose, phrase
from jobcast.report.base import Fact, Section, table
from jobcast.report.formats.data import NOTE_COLUMNS, as_csv, as_dict, tables
from tests.made_up import HOSTILE
from tests.report.formats.made_up import (
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

NAMED = replace(PEOPLE, table=one_table())
NOTES = [
    {
        "user": "chen",
        "queue": "pnr",
        "kind": "place_#",
        "system": "lsf",
        "finding": "memory_over",
        "runs": 2,
        "text": "asked for up to 16 GiB, used at most 8 GiB: 1,280 GiB·h could have been free (runs: 2)",
        "flag": 'bsub -R "rusage[mem=9GB]"',
        "gib_h": 1280.0,
        "core_h": 0.0,
        "money": 128.0,
    },
    {
        "user": None,
        "queue": None,
        "kind": "-",
        "system": "slurm",
        "finding": "limit_over",
        "runs": 3,
        "text": "run limit of up to 10-00:00:00, longest run 01:00:00: "
        "with a shorter limit jobs start earlier (runs: 3)",
        "flag": "#SBATCH --time=01:30:00",
        "gib_h": 0.0,
        "core_h": 0.0,
        "money": 0.0,
    },
]
TABLES = {
    "memory_difference": [
        {"interval": "0-1 GiB", "difference_rate_share": None, "request_to_peak_ratio": None},
        {"interval": "1-2 GiB", "difference_rate_share": 3.0, "request_to_peak_ratio": 4.0},
        {"interval": "512+ GiB", "difference_rate_share": -0.125, "request_to_peak_ratio": 0.875},
    ],
    "memory_cells": [
        {"peak_from_gib": 1.0, "request_from_gib": 1.41421356, "jobs": 2},
        {"peak_from_gib": 0.5, "request_from_gib": 16.0, "jobs": 1},
    ],
    "memory_over_users": [
        {"user": "chen", "share": 0.625, "over_tib_h": 1.25, "run_mean_h": 30.0, "over_jobs": 1200},
        {"user": None, "share": 0.25, "over_tib_h": 0.5, "run_mean_h": None, "over_jobs": 3},
        {"user": None, "others": 2, "share": 0.125, "over_tib_h": 0.25, "run_mean_h": 0.5, "over_jobs": 2},
    ],
    "memory_more_histograms": [
        {"user": "chen", "from_gib": 4.0, "peak_jobs": 2, "request_jobs": 0},
        {"user": "chen", "from_gib": 16.0, "peak_jobs": 0, "request_jobs": 2},
        {"user": "li", "from_gib": 0.707106781, "peak_jobs": 1, "request_jobs": 1},
    ],
}
WHOLE = {
    "made": "2026-02-01T12:30:00+00:00",
    "since": "2025-12-31T16:00:00+00:00",
    "until": "2026-01-02T16:00:00+00:00",
    "timezone": "Asia/Shanghai",
    "filters": {"queue": ["pnr", "short"]},
    "currency": "CNY",
    "jobs": 3,
    "notes": NOTES,
    "sections": {
        "overview": {
            "facts": {"jobs": 3, "cost_money": 1234.5},
            "remarks": [],
            "tables": {
                "trend": [
                    {"day": "2026-01-01", "jobs": 2, "request_tib_h": 1.5, "peak_tib_h": 0.25},
                    {"day": "2026-01-02", "jobs": 1, "request_tib_h": 0.0, "peak_tib_h": 0.0},
                ]
            },
        },
        "memory": {
            "facts": {"memory_efficiency_share": None},
            "remarks": ["None of them asked for memory, so there is no request to compare with."],
            "tables": TABLES,
        },
        "time": {
            "facts": {},
            "remarks": ["No job failed or was cancelled."],
            "tables": {"wait_queues": []},
        },
    },
}
CSV = {
    "notes": (
        "user,queue,kind,system,finding,runs,text,flag,gib_h,core_h,money,currency\n"
        'chen,pnr,place_#,lsf,memory_over,2,"asked for up to 16 GiB, used at most 8 GiB: 1,280 GiB·h could have '
        'been free (runs: 2)","bsub -R ""rusage[mem=9GB]""",1280.0,0.0,128.0,CNY\n'
        ',,-,slurm,limit_over,3,"run limit of up to 10-00:00:00, longest run 01:00:00: with a shorter limit jobs '
        'start earlier (runs: 3)",#SBATCH --time=01:30:00,0.0,0.0,0.0,CNY\n'
    ),
    "facts": """\
section,fact,amount,currency
overview,jobs,3,
overview,cost_money,1234.5,CNY
memory,memory_efficiency_share,,
""",
    "memory_difference": """\
interval,difference_rate_share,request_to_peak_ratio
0-1 GiB,,
1-2 GiB,3.0,4.0
512+ GiB,-0.125,0.875
""",
    "memory_over_users": """\
user,share,over_tib_h,run_mean_h,over_jobs
chen,0.625,1.25,30.0,1200
,0.25,0.5,,3
(others: 2),0.125,0.25,0.5,2
""",
    "wait_queues": "queue,wait_median_h\n",
}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_report_is_written_out_as_values_in_english_whatever_is_spoken(language):
    choose(language)
    assert as_dict(SMALL) == WHOLE
    assert list(as_dict(SMALL)) == list(WHOLE)


def test_values_are_json_that_every_reader_takes():
    assert json.loads(json.dumps(as_dict(SMALL), allow_nan=False)) == WHOLE


@pytest.mark.parametrize("figure", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_null(figure):
    report = replace(
        with_figures(with_rows(PEOPLE, [("chen", figure, figure, figure, 0)])),
        sections=(
            Section(
                name="memory",
                facts=(Fact(name="memory_efficiency_share", value=figure),),
                figures=(with_rows(PEOPLE, [("chen", figure, figure, figure, 0)]),),
            ),
        ),
    )
    told = as_dict(report)["sections"]["memory"]
    assert told["facts"] == {"memory_efficiency_share": None}
    assert told["tables"]["memory_over_users"] == [
        {"user": "chen", "share": None, "over_tib_h": None, "run_mean_h": None, "over_jobs": 0}
    ]
    json.dumps(told, allow_nan=False)


@pytest.mark.parametrize(
    "jobs",
    [
        (),
        (run(1),),
        (run(1, run_time=0.0),),
        (run(1, run_time=None, start_time=None),),
        (run(1, memory_peak=None), run(2, memory_peak=None)),
        (run(1, memory_requested=0, memory_peak=0, cores_requested=0, cpu_time=0.0, run_limit=0.0),),
        (run(1, user=None, queue=None, name=None), run_badly(2, user=None, queue=None, name=None)),
        (run(1, memory_peak=2**62, memory_requested=1, cpu_time=1e300),),
        (run_badly(1, advised_memory=1), run(2, advised_memory=2**60)),
    ],
)
def test_no_history_makes_a_figure_that_json_lacks(jobs):
    report = found_in(*jobs)
    json.dumps(as_dict(report), allow_nan=False)
    for one in tables(report).values():
        assert not {"nan", "inf", "-inf"} & set(as_csv(one).replace("\n", ",").split(","))


def test_all_tables_are_there_by_name_and_the_notes_and_facts_among_them():
    assert list(tables(SMALL)) == ["notes", "facts", "trend", *TABLES, "wait_queues"]
    assert [column.name for column in tables(SMALL)["notes"].columns] == [*NOTE_COLUMNS, "currency"]


@pytest.mark.parametrize("name", CSV)
def test_a_table_is_csv_under_the_names_of_its_columns(name):
    assert as_csv(tables(SMALL)[name]) == CSV[name]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_programs_get_ids_whatever_is_spoken(language):
    choose(language)
    rows = [
        (phrase("report_reason.memory_limit"), 1.0),
        (phrase("report_who.people"), 2.0),
        ("exit_code", 3.0),
    ]
    many = phrase("report.others", people="1,234")
    rows += [(phrase("report.nobody"), 4.0), (many, 5.0)]
    told = as_dict(with_figures(with_rows(NAMED, rows)))["sections"]["memory"]["tables"]["memory_over_users"]
    assert told == [
        {"user": "memory_limit", "over_tib_h": 1.0},
        {"user": "people", "over_tib_h": 2.0},
        {"user": "exit_code", "over_tib_h": 3.0},
        {"user": None, "over_tib_h": 4.0},
        {"user": None, "others": 1234, "over_tib_h": 5.0},
    ]
    assert as_csv(one_table(*rows)) == (
        "user,over_tib_h\nmemory_limit,1.0\npeople,2.0\nexit_code,3.0\n,4.0\n(others: 1234),5.0\n"
    )


def test_sentences_of_ours_are_in_csv_in_the_language_chosen_now():
    choose("zh")
    assert "最多申请 16 GiB" in as_csv(tables(SMALL)["notes"])


def test_without_prices_there_is_no_currency():
    report = replace(SMALL, currency="")
    assert as_dict(report)["currency"] is None
    assert as_csv(tables(report)["facts"]).splitlines()[2] == "overview,cost_money,1234.5,"


@pytest.mark.parametrize(
    "name",
    [
        "=cmd()|'/c calc'!A0",
        "+1+1",
        "-2+3",
        "@SUM(1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "＝1+1",
        "－1",
        "=",
    ],
)
def test_no_name_is_a_formula_to_a_spreadsheet(name):
    (_, (told, amount)) = csv.reader(io.StringIO(as_csv(one_table((name, -1.5))), newline=""))
    assert told == (f"'{name}" if len(name) > 1 else name)
    assert amount == "-1.5"  # a figure stays one


@pytest.mark.parametrize("name", [HOSTILE, SCRIPT, "a\rb", "a\nb", 'a,"b', "", " ", "\x00", "布局"])
def test_names_come_back_from_csv_as_they_are(name):
    text = as_csv(one_table((name, 1.0), ("chen", None)))
    assert list(csv.reader(io.StringIO(text, newline=""))) == [
        ["user", "over_tib_h"],
        [name, "1.0"],
        ["chen", ""],
    ]


def test_names_come_back_from_json_as_they_are():
    report = replace(
        with_figures(with_rows(PEOPLE, [(HOSTILE, 1.0, 1.0, 1.0, 1)])), filters={"user": [HOSTILE]}
    )
    told = json.loads(json.dumps(as_dict(report)))
    assert told["filters"] == {"user": [HOSTILE]}
    assert told["sections"]["memory"]["tables"]["memory_over_users"][0]["user"] == HOSTILE


def test_units_stand_at_the_ends_of_names():
    units = [column.unit for column in table(("user", "share", "over_tib_h", "from_gib", "jobs"), ()).columns]
    assert units == ["text", "share", "TiB·h", "GiB", "jobs"]
