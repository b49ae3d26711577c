"""What flags and files say of a submission, in the words of LSF, of memPrediction and of the history."""

import json
from datetime import UTC, datetime

import pytest
import yaml

from jobcast import clock
from tests.cli.asking import CURE, NOW, READABLE, flags
from tests.trained import a_job


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


def test_a_yaml_gives_the_same_as_flags_and_flags_come_first(jobcast, trained, tmp_path):
    row = {**a_job(), "job_name": a_job()["name"]}
    row.pop("name")
    (tmp_path / "job.yaml").write_text(yaml.safe_dump(row), "utf-8")
    assert jobcast("predict", "--job_yaml", "job.yaml").stdout == jobcast("predict", *flags()).stdout
    (tmp_path / "job.yaml").write_text(yaml.safe_dump({**row, "user": "nobody", "queue": "nowhere"}), "utf-8")
    changed = jobcast("predict", "--job_yaml", "job.yaml", "--user", row["user"], "--queue", row["queue"])
    assert changed.stdout == jobcast("predict", *flags()).stdout


def test_job_yaml_of_this_folder_is_read_where_nothing_is_given(jobcast, trained, tmp_path):
    (tmp_path / "job.yaml").write_text(yaml.safe_dump(a_job()), "utf-8")
    result = jobcast("predict")
    assert result.stdout == jobcast("predict", *flags()).stdout
    assert result.stderr == "no job is given: reading that of job.yaml\n"
    chinese = jobcast("--lang", "zh", "predict")
    assert chinese.stderr == "未给出作业：读取 job.yaml 中的作业\n"
    assert jobcast("predict", *flags()).stderr == ""


@pytest.mark.parametrize("content", [b"- a\n- b\n", b"", b"user: [", b"\xff\xfe", b"just text"])
def test_a_yaml_that_holds_no_job_is_an_expected_failure(jobcast, trained, tmp_path, content):
    (tmp_path / "job.yaml").write_bytes(content)
    result = jobcast("predict", "--job_yaml", "job.yaml")
    assert (result.stdout, result.exit_code) == ("", 1)
    error, cure = result.stderr.splitlines()
    assert error.startswith("error: job.yaml can't be read: ")
    assert cure == "cure:  a YAML file with a line for each field, such as user: chen"


def test_a_yaml_that_is_not_there_is_an_expected_failure(jobcast, trained):
    result = jobcast("predict", "--job_yaml", "job.yaml")
    assert result.stderr == (f"error: job.yaml can't be read: No such file or directory\ncure:  {READABLE}\n")
    assert result.exit_code == 1


@pytest.mark.parametrize(
    ("field", "hint"),
    [
        ("usr", "Did you mean user?"),
        ("rusage_memory", "Did you mean rusage_mem?"),
        ("qqqqqq", "the fields are: user, group, "),
        (5, "the fields are: user, group, "),
    ],
)
def test_an_unknown_field_is_answered_with_the_likeliest(jobcast, trained, tmp_path, field, hint):
    (tmp_path / "job.yaml").write_text(yaml.safe_dump({"user": "chen", field: "x"}))
    result = jobcast("predict", "--job_yaml", "job.yaml")
    assert result.stderr.startswith(f"error: A job has no field {field}.\ncure:  {hint}")
    assert (result.stdout, result.exit_code) == ("", 1)


@pytest.mark.usefixtures("trained")
@pytest.mark.parametrize(
    ("flag", "value", "why"),
    [
        ("rusage_mem", "much", "not an amount of memory: much"),
        ("rusage_mem", "-5", "not an amount of memory: -5"),
        ("rusage_mem", "5000P", "more memory than any machine has: 5000P"),
        ("cores", "many", "not a count: many"),
        ("cores", "3.7", "not a count: 3.7"),
        ("cores", "-1", "not a count: -1"),
        ("cores", "nan", "not a count: nan"),
        ("gpus", "inf", "not a count: inf"),
        ("gpus", "1e300", "not a count: 1e300"),
        ("run_limit", "soon", "not a duration: soon"),
        ("started_time", "yesterday", "not a time: yesterday"),
        ("started_time", "Thu Feb 30 10:00:00", "not a time: Thu Feb 30 10:00:00"),
    ],
)
def test_a_bad_amount_in_a_flag_is_a_wrong_use_and_in_a_file_an_expected_failure(
    jobcast, tmp_path, flag, value, why
):
    result = jobcast("predict", *flags(), f"--{flag}", value)
    both = f"--{flag} / --{flag.replace('_', '-')}" if "_" in flag else f"--{flag}"
    assert result.stderr == (
        f"Usage: jobcast predict [OPTIONS]\nTry 'jobcast predict --help'.\nerror: {both}: {why}\n{CURE}"
    )
    assert (result.stdout, result.exit_code) == ("", 2)
    (tmp_path / "job.yaml").write_text(yaml.safe_dump({flag: value}))
    result = jobcast("predict", "--job_yaml", "job.yaml")
    assert result.stderr == f"error: A field can't be read: {why}\n{CURE}"
    assert (result.stdout, result.exit_code) == ("", 1)


def test_a_bad_flag_is_told_in_chinese(jobcast, trained):
    result = jobcast("--lang", "zh", "predict", *flags(), "--cores", "many")
    assert "错误：--cores：不是数目：many\n解决：数目写作 8，" in result.stderr
    assert result.exit_code == 2


@pytest.mark.parametrize("amount", ["4096", "4096.0", "4GB", "4096M", "4 GiB", "4194304K"])
def test_amounts_of_memory_are_in_mb_unless_they_say_otherwise(jobcast, trained, amount):
    expected = jobcast("predict", *flags(), "--rusage_mem", "4096").stdout
    assert jobcast("predict", *flags(), "--rusage_mem", amount).stdout == expected


def test_no_memory_and_an_empty_flag_leave_the_field_open(jobcast, trained):
    expected = jobcast("predict", *flags()).stdout
    assert jobcast("predict", *flags(), "--rusage_mem", "0").stdout == expected
    assert jobcast("predict", *flags(), "--rusage_mem", "", "--description", "").stdout == expected


@pytest.mark.usefixtures("trained")
@pytest.mark.parametrize(
    ("now", "text", "same"),
    [
        (NOW, "Mon Sep 15 09:06:58", "2025-09-15T09:06:58"),
        (NOW, "Mon Sep  1 09:06:58", "2025-09-01T09:06:58"),
        (NOW, "  Tue   Dec 31 23:00:00 ", "2024-12-31T23:00:00"),
        (NOW, "Thu Feb 29 12:00:00", "2024-02-29T12:00:00"),
        (datetime(2026, 11, 22, tzinfo=UTC), "Mon Feb 29 12:00:00", "2016-02-29T12:00:00"),
        (datetime(2024, 2, 29, 13, tzinfo=UTC), "Thu Feb 29 12:00:00", "2024-02-29T12:00:00"),
        (datetime(2025, 12, 31, 23, tzinfo=UTC), "Thu Jan 1 07:00:00", "2026-01-01T07:00:00"),
        (NOW, "2025-09-15T17:06:58+08:00", "2025-09-15T09:06:58"),
        (NOW, "2025-09-15 09:06:58", "2025-09-15T09:06:58"),
    ],
)  # fmt: skip
def test_times_are_understood_as_bjobs_prints_them(jobcast, monkeypatch, now, text, same):
    monkeypatch.setattr(clock, "now", lambda: now)
    told, expected = (jobcast("predict", *flags(), "--started_time", time, "--json") for time in (text, same))
    assert told.exit_code == 0, told.stderr
    assert told.stdout == expected.stdout


def test_times_without_a_zone_are_those_of_the_site(jobcast, trained, monkeypatch):
    expected = jobcast("predict", *flags(), "--started_time", "2025-09-15T09:06:58", "--json").stdout
    monkeypatch.setenv("JOBCAST_TIMEZONE", "Asia/Shanghai")
    for text in ("Mon Sep 15 17:06:58", "2025-09-15T17:06:58"):
        assert jobcast("predict", *flags(), "--started_time", text, "--json").stdout == expected


def test_by_default_the_job_is_submitted_now(jobcast, trained):
    expected = jobcast("predict", *flags(), "--started_time", "2025-09-15T10:00:00", "--json").stdout
    assert jobcast("predict", *flags(), "--json").stdout == expected


def test_names_of_the_history_are_understood_too_and_those_of_flags_come_first(jobcast, trained, tmp_path):
    own = {"cores": 8, "rusage_mem": 4096, "gpus": 1, "at": "2025-09-15T09:00:00", "interactive": True}
    theirs = {
        "cores_requested": "8",
        "memory_requested": "4GB",
        "gpus_requested": 1.0,
        "strated_time": "Mon Sep 15 09:00:00",
        "interactive_mode": "yes",
    }
    for name, fields in (("own", own), ("theirs", theirs)):
        (tmp_path / f"{name}.jsonl").write_text(json.dumps({**a_job(), **fields}))
    expected = jobcast("predict", "--jobs", "own.jsonl", "--json").stdout
    assert jobcast("predict", "--jobs", "theirs.jsonl", "--json").stdout == expected
    (tmp_path / "job.yaml").write_text(
        yaml.safe_dump({**a_job(), "name": "other", "job_description": "other"})
    )
    same = jobcast(
        "predict", "--job_yaml", "job.yaml", "--job_name", a_job()["name"], "--description", "x", "--json"
    )
    assert same.stdout == jobcast("predict", *flags(), "--description", "x", "--json").stdout
