"""jobcast whatif."""

import json
import re
from datetime import timedelta

import polars as pl
import pytest

from tests.made_up import NEW_YEAR, frame, job, month

MACHINES = ("--machines", "3x16:64GB")
ROWS = [
    "mean wait",
    "waiting, hours in all",
    "mean bounded slowdown",
    "memory kept for jobs, GiB·h",
    "of that never used, GiB·h",
    "jobs short of memory, run again",
    "machines for the same wait",
]
SCENARIO = [
    "name",
    "mean_wait_s",
    "wait_hours",
    "mean_bounded_slowdown",
    "memory_gib_hours",
    "idle_gib_hours",
    "short",
    "machines",
]


def test_the_days_after_learning_are_replayed_in_three_ways(jobcast, sampled, few_trees):
    result = jobcast("whatif", *MACHINES)
    assert result.exit_code == 0, result.output
    title, _, heading, *rows = result.stdout.splitlines()
    assert re.fullmatch(
        r"\d+ jobs submitted after 2025-09-11, on 3 machines by easy-sjbf; \d+ with a forecast of memory, "
        r"\d+ of run time",
        title,
    )
    assert re.split(r"  +", heading.strip()) == ["as requested", "with forecasts", "perfect knowledge"]
    assert [re.split(r"  +", row)[0] for row in rows[: len(ROWS)]] == ROWS
    assert [len(re.split(r"  +", row)) for row in rows[: len(ROWS)]] == [4] * len(ROWS)
    assert rows[len(ROWS)] == ""
    assert re.match(r"(Saved|Lost) by forecasts: .*GiB·h of memory", rows[len(ROWS) + 1])
    assert result.stderr.splitlines()[-1] == "next   jobcast simulate store --machines SPEC --gantt FILE.html"


def test_programs_get_everything(jobcast, sampled, few_trees):
    answer = json.loads(jobcast("whatif", *MACHINES, "--quick", "--policy", "easy", "--json").stdout)
    scenarios = answer.pop("scenarios")
    assert list(answer) == [
        "schema",
        "train_end",
        "policy",
        "jobs",
        "refused",
        "set_aside",
        "forecast_memory",
        "forecast_run_time",
        "other_queue",
        "machines",
    ]
    assert (answer["policy"], answer["machines"], answer["refused"]) == ("easy", 3, 0)
    assert [list(scenario) for scenario in scenarios] == [SCENARIO] * 3
    assert [scenario["name"] for scenario in scenarios] == ["requested", "forecast", "perfect"]
    assert [scenario["machines"] for scenario in scenarios] == [None] * 3
    kept = [scenario["memory_gib_hours"] for scenario in scenarios]
    assert kept == sorted(kept, reverse=True)
    assert (scenarios[0]["short"], scenarios[2]["short"], scenarios[2]["idle_gib_hours"]) == (0, 0, 0)


def test_it_speaks_chinese(jobcast, sampled, few_trees):
    result = jobcast("--lang", "zh", "whatif", "--machines", "2x16:16GB", "--quick")
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert re.fullmatch(r"2025-09-11 之后提交的 \d+ 个作业，2 台主机，策略 easy-sjbf；.*", lines[0])
    assert lines[2].split() == ["按申请量", "按预测", "完全知情"]
    assert lines[3].split()[0] == "平均等待"
    assert re.fullmatch(r"未计入：\d+ 个按申请量无法启动的作业，多因没有主机具备所需资源", lines[-1])


def test_it_says_so_where_even_all_machines_are_too_few_and_what_is_lost(jobcast, sampled, few_trees):
    shown = jobcast("whatif", "--machines", "1x16:64GB").stdout.splitlines()
    scenarios = json.loads(jobcast("whatif", "--machines", "1x16:64GB", "--json").stdout)["scenarios"]
    longer = [one["mean_wait_s"] > scenarios[0]["mean_wait_s"] for one in scenarios]
    assert [one["machines"] is None for one in scenarios] == longer
    names = {"forecast": "with forecasts", "perfect": "perfect knowledge"}
    assert [line for line in shown if "even with all machines" in line] == [
        f"{names[one['name']]}: even with all machines jobs wait longer on average than as requested"
        for one in scenarios
        if one["machines"] is None
    ]
    more_waiting = scenarios[1]["wait_hours"] > scenarios[0]["wait_hours"]
    assert any(re.match(r"Lost by forecasts: .*hours of waiting", line) for line in shown) == more_waiting


def test_a_site_s_own_files_decide_and_jobs_of_other_queues_are_counted(
    jobcast, sampled, few_trees, tmp_path
):
    (tmp_path / "lsb.queues").write_text("Begin Queue\nQUEUE_NAME = all\nPRIORITY = 40\nEnd Queue\n")
    result = jobcast("whatif", *MACHINES, "--system", "lsb.queues", "--quick")
    assert result.exit_code == 0, result.output
    assert re.fullmatch(
        r"changed: \d+ \(names a queue that the policy doesn't have; put into its default queue\)",
        result.stdout.splitlines()[-1],
    )


@pytest.mark.parametrize(
    ("arguments", "code", "complaint"),
    [
        ([], 1, "cure:  --machines 24x16:256GB, or --system with the files of your batch system"),
        ([*MACHINES, "--policy", "esay"], 1, "there is no policy esay"),
        ([*MACHINES, "--policy", "easy", "--system", "lsb.queues"], 2, "leave out --policy"),
        ([*MACHINES, "--cluster", "mill"], 1, "cure:  clusters there are: loom"),
        ([*MACHINES, "--train-end", "2030-01-01"], 1, "cure:  --train-end earlier, or --until later"),
        ([*MACHINES, "--until", "2025-09-11"], 1, "no job was submitted after 2025-09-11 11:00"),
    ],
)
def test_what_can_not_be_asked_is_refused_with_a_cure(jobcast, sampled, arguments, code, complaint):
    result = jobcast("whatif", *arguments)
    assert result.exit_code == code, result.output
    assert complaint in result.stderr


def test_an_empty_history_says_how_to_fill_it(jobcast):
    result = jobcast("whatif", *MACHINES)
    assert result.exit_code == 1
    assert "jobcast import" in result.stderr


def test_too_short_a_history_says_so(jobcast, store):
    store.append(
        month(30).with_columns(
            memory_peak=pl.lit(1 << 30, pl.Int64), memory_requested=pl.lit(1 << 31, pl.Int64)
        )
    )
    result = jobcast("whatif", *MACHINES)
    assert (result.exit_code, result.stdout) == (1, "")
    error, cure = result.stderr.splitlines()[-2:]
    assert error.startswith("error: too few finished jobs to learn from: 19 ended well with a measured peak")
    assert cure.startswith("cure: ")


def test_of_several_clusters_one_is_named(jobcast, store):
    later = {"submit_time": NEW_YEAR + timedelta(days=9), "finish_time": NEW_YEAR + timedelta(days=10)}
    store.append(frame(job("1"), job("2", cluster="mill", **later), job("3", **later)))
    result = jobcast("whatif", *MACHINES, "--train-end", "2026-01-02")
    assert "name one with --cluster: loom, mill" in result.stderr
    named = jobcast("whatif", *MACHINES, "--train-end", "2026-01-02", "--cluster", "mill")
    assert "clusters" not in named.stderr


def test_jobs_that_cannot_be_simulated_are_counted(jobcast, sampled, few_trees):
    lines = jobcast("whatif", "--machines", "1x1:64GB", "--quick").stdout.splitlines()
    assert re.fullmatch(r"set aside: \d+ \(wider than the machine\)", lines[1])


def test_what_is_done_about_chances_of_failing_is_told_too(jobcast, store, few_trees, monkeypatch):
    monkeypatch.setenv("JOBCAST_TIMEZONE", "UTC")
    rows = [
        job(
            job_id=f"{user}{hour}",
            user=user,
            command=f"run {user}",
            submit_time=NEW_YEAR + timedelta(hours=hour),
            start_time=NEW_YEAR + timedelta(hours=hour),
            finish_time=NEW_YEAR + timedelta(hours=hour, minutes=30),
            state="failed" if user == "bad" and hour % 3 else "done",
        )
        for hour in range(240)
        for user in ("bad", "good")
    ]
    store.append(frame(*rows))
    asked = ("whatif", *MACHINES, "--quick", "--hold-at", "0.5")
    shown = jobcast(*asked)
    assert shown.exit_code == 0, shown.output
    assert re.search(r"chance of failing known at submission: \d+ jobs, by a model", shown.stdout)
    assert re.search(r"held to be confirmed: \d+ jobs; \d+ of them ended well \(false alarms\)", shown.stdout)
    answer = json.loads(jobcast(*asked, "--json").stdout)["failing"]
    assert (answer["held"], answer["held_well"]) == (53, 0)  # which of them fail is easy to see
    assert [way["name"] for way in answer["ways"]] == ["without", "confirmed", "withdrawn"]
    without, confirmed, withdrawn = (way["failed_core_hours"] for way in answer["ways"])
    assert without == confirmed > withdrawn == 0
