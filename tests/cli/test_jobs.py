"""jobcast jobs."""

import csv
import io
import json
from datetime import timedelta

import polars as pl
import pytest

from jobcast.history import SCHEMA
from jobcast.units import GIB
from tests.made_up import HOSTILE, NEW_YEAR, frame, job

TABLE = """\
Job     User  Queue  Name     State   Finished          Run time  Cores   CPU  Mem request  Mem peak  Used
103     chen  short  lint     done    2026-01-03 00:00  01:00:00      -     -            -     5 GiB     -
102[3]  fang  pnr    布局     failed  2026-01-02 00:00  01:00:00      -     -            -         -     -
101     chen  pnr    synth_a  done    2026-01-01 12:00  01:00:00      4  50 %       16 GiB     4 GiB  25 %
"""


@pytest.fixture(autouse=True)
def history(store):
    store.append(
        frame(
            job(
                "101",
                name="synth_a",
                cores_requested=4,
                cpu_time=7200.0,
                memory_requested=16 * GIB,
                memory_peak=4 * GIB,
            ),
            job(
                "102",
                array_index=3,
                name="布局",
                user="fang",
                state="failed",
                finish_time=NEW_YEAR + timedelta(days=1),
            ),
            job(
                "103",
                name="lint",
                queue="short",
                memory_peak=5 * GIB,
                finish_time=NEW_YEAR + timedelta(days=2),
            ),
        )
    )


def ids(result) -> list[str]:
    assert result.exit_code == 0, result.output
    return result.stdout.splitlines()


def test_the_table_shows_the_newest_first(jobcast):
    result = jobcast("jobs")
    assert result.stdout == TABLE
    assert result.stderr == "next: jobcast job ID\n"


def test_the_table_speaks_chinese_and_the_zone_of_the_settings(jobcast, monkeypatch):
    monkeypatch.setenv("JOBCAST_TIMEZONE", "Asia/Shanghai")
    result = jobcast(
        "--lang", "zh", "jobs", "--columns", "id,name,state,finish_time,memory_peak", "--limit", "2"
    )
    assert result.stdout == (
        "作业    名称  状态    结束时间          内存峰值\n"
        "103     lint  done    2026-01-03 08:00     5 GiB\n"
        "102[3]  布局  failed  2026-01-02 08:00         -\n"
    )
    assert result.stderr == "已列出 2 个，可能还有更多：--limit 0 显示全部。\n下一步：jobcast job ID\n"


def test_a_single_column_stands_alone_for_pipes(jobcast):
    result = jobcast("jobs", "--columns", "id")
    assert result.stdout == "103\n102[3]\n101\n"
    assert result.stderr == ""


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (["--user", "fang"], ["102"]),
        (["--user", "fang", "--user", "chen"], ["103", "102", "101"]),
        (["--queue", "pnr", "--state", "done"], ["101"]),
        (["--project", "none"], []),
        (["--system", "lsf", "--limit", "1"], ["103"]),
        (["--name", "*t*"], ["103", "101"]),
        (["--name", "布?"], ["102"]),
        (["--name", "."], []),
        (["--since", "2026-01-02"], ["103", "102"]),
        (["--until", "2026-01-02T00:00"], ["101"]),
        (["--since", "2026-01-01T20:00+08:00", "--until", "2026-01-02"], ["101"]),
        (["--since", "1h"], []),
        (["--sort", "-memory_peak"], ["103", "101", "102"]),
        (["--sort", "memory_peak", "--limit", "1"], ["101"]),
        (["--sort", "cpu_percent"], ["101", "103", "102"]),
    ],
)
def test_filters_and_order(jobcast, filters, found):
    assert ids(jobcast("jobs", "--columns", "job_id", *filters)) == found


def test_json_gives_all_columns_of_the_history_in_its_units(jobcast):
    answer = json.loads(jobcast("jobs", "--json", "--user", "chen").stdout)
    assert answer["schema"] == 1
    assert [list(one) for one in answer["jobs"]] == [list(SCHEMA)] * 2
    assert answer["jobs"][1]["memory_requested"] == 16 * GIB
    assert answer["jobs"][1]["finish_time"] == "2026-01-01T12:00:00+00:00"
    assert json.loads(jobcast("jobs", "--json", "--user", "nobody").stdout) == {
        "schema": 1,
        "jobs": [],
        "notes": [],
    }


def test_csv_gives_the_wanted_columns(jobcast):
    result = jobcast("jobs", "--csv", "--columns", "id,name,finish_time,memory_peak")
    assert result.stdout == (
        "id,name,finish_time,memory_peak\n"
        f"103,lint,2026-01-03T00:00:00+00:00,{5 * GIB}\n"
        "102[3],布局,2026-01-02T00:00:00+00:00,\n"
        f"101,synth_a,2026-01-01T12:00:00+00:00,{4 * GIB}\n"
    )


def test_hostile_names_are_exact_in_csv_and_json_and_harmless_in_tables(jobcast, store):
    store.append(
        frame(job(HOSTILE, name=HOSTILE, hosts=["h1", "h2"], finish_time=NEW_YEAR + timedelta(days=9)))
    )
    rows = list(csv.DictReader(io.StringIO(jobcast("jobs", "--csv", "--limit", "1").stdout, newline="")))
    assert (rows[0]["name"], rows[0]["hosts"]) == (HOSTILE, "h1 h2")
    text = jobcast("jobs", "--json", "--limit", "1").stdout
    assert json.loads(text)["jobs"][0]["name"] == HOSTILE
    harmless = "a\"b'c\\n\\t\\x1b[31m\\x00\\u202e<b>;$(rm -rf /)`x`\\u2028\\x9b1m终\n"
    assert jobcast("jobs", "--columns", "name", "--limit", "1").stdout == harmless
    table = jobcast("jobs", "--limit", "1").stdout
    for output in (text, table):
        assert not set("\x1b\x00\x9b\u202e\u2028") & set(output)
    assert len(table.splitlines()) == 2


def waste(*days: float, first_id: int = 200, **known) -> list[dict]:
    """Return jobs of one kind that ended so many days after the new year."""
    told = {"user": "li", "name": "route_7", "memory_requested": 64 * GIB, "memory_peak": 16 * GIB, **known}
    return [
        job(str(first_id + n), finish_time=NEW_YEAR + timedelta(days=day), **told)
        for n, day in enumerate(days)
    ]


KILLED = {"state": "failed", "exit_reason": "memory_limit", "memory_peak": 64 * GIB}
TOO_LITTLE = (
    "li · route_# · pnr: note: used more than asked for: 0; killed over memory: 1, at a cost of 64 GiB·h (runs: 6); "
    'next time: bsub -M 96GB -R "rusage[mem=96GB]"'
)


@pytest.mark.parametrize(
    "filters",
    [
        ["--user", "li"],
        ["--state", "done"],
        ["--state", "failed"],
        ["--limit", "1"],
        ["--limit", "2", "--sort", "finish_time", "--user", "li"],
        ["--name", "route*", "--until", "2026-01-12"],
        ["--since", "2026-01-15"],
    ],
)
def test_notes_rest_on_all_runs_of_the_kinds_listed_whichever_were_chosen(jobcast, store, filters):
    store.append(frame(*waste(10, 11, 12, 13, 14), *waste(15, first_id=300, **KILLED)))
    said = [line for line in jobcast("jobs", *filters).stderr.splitlines() if "note:" in line]
    assert said == [TOO_LITTLE]
    told = json.loads(jobcast("jobs", "--json", *filters).stdout)["notes"]
    assert told == [
        {
            "user": "li",
            "queue": "pnr",
            "kind": "route_#",
            "system": "lsf",
            "finding": "memory_under",
            "runs": 1,
            "text": TOO_LITTLE.partition("note: ")[2].partition("; next time: ")[0],
            "flag": 'bsub -M 96GB -R "rusage[mem=96GB]"',
            "gib_h": 64,
            "core_h": 0,
            "money": 0,
        }
    ]


def test_jobs_of_other_kinds_are_told_of_only_where_they_are_listed(jobcast, store):
    store.append(frame(*waste(10, 11, 12), *waste(13, 14, 15, first_id=300, user="fang", name="place")))
    said = jobcast("jobs", "--user", "fang").stderr.splitlines()
    assert [line.partition(":")[0] for line in said if "note:" in line] == ["fang · place · pnr"]
    told = json.loads(jobcast("jobs", "--json").stdout)["notes"]
    assert {(note["user"], note["kind"]) for note in told} == {("li", "route_#"), ("fang", "place")}


def test_runs_within_ninety_days_of_those_listed_tell_and_three_at_least(jobcast, store):
    store.append(frame(*waste(10, 10.5, 100)))
    assert len(json.loads(jobcast("jobs", "--json", "--limit", "1").stdout)["notes"]) == 1
    store.append(frame(*waste(301.5, first_id=300, user="fang")))
    assert len(json.loads(jobcast("jobs", "--json", "--user", "li", "--limit", "1").stdout)["notes"]) == 1
    store.append(frame(*waste(101.5, first_id=400)))
    assert json.loads(jobcast("jobs", "--json", "--user", "li", "--limit", "1").stdout)["notes"] == []


def test_below_a_table_stand_three_notes_and_in_json_all(jobcast, store):
    kinds = [waste(10, 11, 12, first_id=200 + 10 * n, name="abcde"[n]) for n in range(5)]
    store.append(frame(*(row for kind in kinds for row in kind)))
    said = jobcast("jobs").stderr.splitlines()
    assert [line.partition(":")[0] for line in said if "note:" in line] == [
        *("li · a · pnr", "li · b · pnr", "li · c · pnr")
    ]
    assert [note["kind"] for note in json.loads(jobcast("jobs", "--json").stdout)["notes"]] == list("abcde")


def test_one_column_and_csv_come_without_notes(jobcast, store):
    store.append(frame(*waste(10, 11, 12)))
    assert jobcast("jobs", "--columns", "id", "--user", "li").output == "202\n201\n200\n"
    assert jobcast("jobs", "--csv", "--columns", "id", "--user", "li").output == "id\n202\n201\n200\n"


def test_jobs_of_nobody_get_notes_too(jobcast, store):
    store.append(frame(*waste(10, 11, 12, user=None, name=None, queue=None)))
    said = jobcast("jobs", "--limit", "1").stderr.splitlines()
    assert [line.partition(" note:")[0] for line in said if "note:" in line] == ["-:"]


def test_an_empty_answer_says_how_to_fill_the_history(jobcast):
    result = jobcast("jobs", "--user", "nobody")
    assert result.stdout == ""
    assert result.stderr == (
        "no such jobs in the history\nnext: jobcast import --help    or: jobcast sample\n"
    )
    assert result.exit_code == 0


def test_a_misspelt_column_is_answered_with_the_likeliest(jobcast):
    result = jobcast("jobs", "--columns", "id,memroy_peak")
    assert result.stderr.splitlines()[-1] == "error: memroy_peak is no column. Did you mean memory_peak?"
    assert result.exit_code == 2
    assert jobcast("jobs", "--sort", "-size").exit_code == 2


@pytest.mark.parametrize("form", [("--json",), ("--csv",), (), ("--sort", "submit_time", "--json")])
def test_a_time_that_no_calendar_has_does_not_stop_the_listing(jobcast, store, form):
    absurd = pl.lit(-(10**17)).cast(pl.Datetime("us", "UTC")).alias("submit_time")
    store.append(frame(job("104", finish_time=NEW_YEAR + timedelta(days=3))).with_columns(absurd))
    result = jobcast("jobs", *form)
    assert result.exit_code == 0, result.output
    assert "104" in result.stdout
