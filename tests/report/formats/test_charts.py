"""What each kind of chart shows, as plain values in both languages."""

import json
import math
from dataclasses import replace

import pytest

from jobcast.language import choose, phrase
from jobcast.report.base import Ring, table
from jobcast.report.formats.charts import spec, specs, text
from tests.made_up import HOSTILE
from tests.report.formats.made_up import (
    BARS,
    CELLS,
    DENSITY,
    EMPTY,
    HISTOGRAMS,
    LINES,
    NOBODY_WAITED,
    OTHERS,
    PEOPLE,
    RATIOS,
    RING,
    SMALL,
    TREND,
    WORST,
    found_in,
    run,
    run_badly,
    with_figures,
    with_rows,
)

SPECS = {
    "memory_by_day": {
        "kind": "lines",
        "title": ["Memory × time", "内存 × 时间"],
        "unit": "TiB·h",
        "rows": ["2026-01-01", "2026-01-02"],
        "series": [
            {"name": ["asked for, TiB·h", "申请，TiB·h"], "values": [1.5, 0.0]},
            {"name": ["used at the peak, TiB·h", "按峰值使用，TiB·h"], "values": [0.25, 0.0]},
        ],
        "limit": None,
    },
    "rusage_efficienct": {
        "kind": "bars",
        "title": ["Request / peak, mean", "申请量 / 峰值的平均"],
        "unit": "ratio",
        "rows": ["0-1 GiB", "1-2 GiB", "512+ GiB"],
        "series": [{"name": ["mean of request / peak", "申请量 / 峰值的平均"], "values": [None, 4.0, 0.875]}],
        "limit": 1.0,
    },
    "overall_scatter": {
        "kind": "density",
        "title": ["Request against peak", "申请量与峰值"],
        "across": {"name": ["peak from", "峰值下限"], "unit": "GiB"},
        "up": {"name": ["request from", "申请量下限"], "unit": "GiB"},
        "jobs": ["jobs", "作业"],
        "diagonal": ["equal", "相等"],
        "steps": 2,
        "cells": [[0, 1, 2], [-2, 8, 1]],
    },
    "mem_hours_user_pie_chart": {
        "kind": "ring",
        "title": ["Over-requested memory × time", "多申请的内存 × 时间"],
        "unit": "TiB·h",
        "slices": [["chen", 1.25], [["(not told)", "（未说明）"], 0.5], [["others", "其余"], 0.25]],
    },
    "more_hist": {
        "kind": "histograms",
        "title": ["Peaks and requests", "峰值与申请量"],
        "across": {"name": ["memory from", "内存下限"], "unit": "GiB"},
        "unit": "jobs",
        "series": [["jobs by peak", "作业（按峰值）"], ["jobs by request", "作业（按申请量）"]],
        "steps": 2,
        "people": [
            {
                "name": "chen",
                "subtitle": ["95 % below 8 GiB, mostly place_#", "95 % 低于 8 GiB，主要为 place_#"],
                "limit": 3.0,
                "bars": [[4, 2, 0], [8, 0, 2]],
            },
            {
                "name": "li",
                "subtitle": ["95 % below 1 GiB", "95 % 低于 1 GiB"],
                "limit": 0.0,
                "bars": [[-1, 1, 1]],
            },
        ],
    },
}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_each_kind_of_chart_is_written_out_in_both_languages_whichever_is_spoken(language):
    choose(language)
    assert specs(SMALL) == SPECS
    json.dumps(specs(SMALL), allow_nan=False)


def test_a_chart_with_nothing_to_show_is_left_out():
    for chart, figure in (
        (LINES, with_rows(TREND, [("2026-01-01", 0, 0.0, None)])),
        (BARS, with_rows(RATIOS, [("0-1 GiB", None, None), ("1-2 GiB", 1.0, 0)])),
        (DENSITY, with_rows(CELLS, [])),
        (RING, with_rows(PEOPLE, [])),
        (RING, with_rows(PEOPLE, [("chen", 0.0, 0.0, 1.0, 0)])),
        (HISTOGRAMS, with_rows(WORST, [])),
        (NOBODY_WAITED.charts[0], NOBODY_WAITED),
    ):
        assert spec(chart, figure) == {}
    assert specs(EMPTY) == {}


def test_bars_that_stand_on_each_other_say_so():
    assert spec(replace(BARS, stacked=True), RATIOS) == {**spec(BARS, RATIOS), "stacked": True}


@pytest.mark.parametrize("first", range(7))
def test_a_ring_puts_the_rest_together_and_keeps_the_sum(first):
    amounts = [8.0, 4.0, 2.0, 1.0, 0.5]
    figure = with_rows(PEOPLE, [(f"user{n}", 0.0, amount, 1.0, 1) for n, amount in enumerate(amounts)])
    slices = spec(Ring(name=RING.name, value="over_tib_h", first=first), figure)["slices"]
    assert sum(amount for _, amount in slices) == sum(amounts)
    names = [f"user{n}" for n in range(min(first, 5))]
    assert [name for name, _ in slices] == [*names, *([["others", "其余"]] if first < 5 else [])]


def test_a_ring_with_few_keeps_those_whom_the_table_put_together():
    slices = spec(replace(RING, first=3), PEOPLE)["slices"]
    assert slices[-1] == [["2 others", "其余 2 人"], 0.25]


def test_what_is_no_number_is_null_in_a_chart():
    values = spec(BARS, with_rows(RATIOS, [("a", None, math.nan), ("b", None, math.inf), ("c", None, 2.0)]))
    assert values["series"][0]["values"] == [None, None, 2.0]


def test_names_stay_as_they_are():
    told = specs(
        with_figures(
            with_rows(TREND, [(HOSTILE, 1, 1.0, 1.0)]), with_rows(PEOPLE, [(HOSTILE, 1.0, 1.0, 1.0, 1)])
        )
    )
    assert told["memory_by_day"]["rows"] == [HOSTILE]
    assert told["mem_hours_user_pie_chart"]["slices"] == [[HOSTILE, 1.0]]


def test_a_text_is_one_where_both_languages_agree():
    assert text(None) == ""
    assert text(12) == "12"
    assert text(phrase("report.gib_hours", amount="5")) == "5 GiB·h"
    assert text(OTHERS) == ["2 others", "其余 2 人"]


def test_every_chart_of_a_history_can_be_drawn_by_somebody_else():
    jobs = [run(n, f"user{n % 20}", advised_memory=2**33) for n in range(60)]
    told = specs(found_in(*jobs, *(run_badly(100 + n, f"user{n}") for n in range(9))))
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert {one["kind"] for one in told.values()} == {"bars", "lines", "ring", "density", "histograms"}
    assert [len(told[name]["people"]) for name in ("more_hist",)] == [15]  # of 20, the worst


def test_an_axis_names_its_unit_where_its_ticks_do_not():
    figure = replace(CELLS, table=table(("asked_cores", "peak_from_gib", "jobs"), [(2.0, 2.0, 1)]))
    told = spec(replace(DENSITY, across="asked_cores", up="peak_from_gib"), figure)
    assert (told["across"]["name"], told["up"]["name"]) == (
        ["asked from, cores", "申请核数下限"],
        ["peak from", "峰值下限"],
    )
