"""jobcast predict."""

import csv
import json
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from jobcast import clock
from jobcast.features.family import LADDER
from jobcast.forecast import Contribution
from jobcast.language import catalogue, say
from jobcast.predict import families
from tests.made_up import HOSTILE
from tests.trained import END, a_job, made_up_history

NOW = END.replace(hour=10)


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


def flags(**known: str) -> list[str]:
    """Return the flags of the last job of the history, some of them changed."""
    row = a_job()
    fields = {"job_name": row.pop("name"), **row, **known}
    return [word for name, value in fields.items() if value for word in (f"--{name}", value)]


def number(result) -> int:
    assert result.exit_code == 0, result.output
    return int(result.stdout.splitlines()[-1])


def test_the_answer_is_told_and_its_last_line_is_the_request_in_mb(jobcast, trained):
    result = jobcast("predict", *flags())
    answer = json.loads(jobcast("predict", *flags(), "--json").stdout)["forecast"]
    assert result.exit_code == 0
    assert result.stderr == ""
    peak, request, basis, by, last = result.stdout.splitlines()
    assert peak.startswith("peak memory  50% below ")
    assert ", 95% below " in peak
    assert request.startswith("request      ")
    assert request.endswith("; 5.0% of such jobs use more")
    assert basis == f"basis        {answer['basis']['words']}"
    assert by == f"model        {trained} (default)"
    assert last == str(answer["request_mb"])
    assert answer["quantiles_mb"] == {"0.5": answer["quantiles_mb"]["0.5"], "0.95": answer["request_mb"]}
    assert 0 < answer["quantiles_mb"]["0.5"] <= answer["request_mb"]


def test_the_answer_speaks_chinese(jobcast, trained):
    result = jobcast("--lang", "zh", "predict", *flags())
    peak, request, basis, by, last = result.stdout.splitlines()
    assert peak.startswith("内存峰值  50% 低于 ")
    assert "，95% 低于 " in peak
    assert request.startswith("申请量    ")
    assert basis.startswith("依据      ")
    assert by == f"模型      {trained}（default）"
    assert int(last) > 0


def test_json_has_all_of_the_forecast(jobcast, trained):
    answer = json.loads(jobcast("predict", *flags(), "--json").stdout)
    assert list(answer) == ["schema", "model", "forecast"]
    assert (answer["schema"], answer["model"]) == (1, trained)
    forecast = answer["forecast"]
    assert list(forecast) == ["quantiles_mb", "request_mb", "risk", "basis", "contributions"]
    assert list(forecast["basis"]) == ["level", "rung", "runs", "age_days", "median_from", "words"]
    assert len(forecast["contributions"]) == 5
    assert list(forecast["contributions"][0]) == ["feature", "factor"]
    assert forecast["basis"]["age_days"] == round(forecast["basis"]["age_days"], 2)


def test_every_flag_of_memprediction_is_taken_verbatim(jobcast, trained, tmp_path):
    (tmp_path / "job.yaml").write_text("user: nobody\n")
    result = jobcast(
        "predict", "--job_yaml", "job.yaml", "-c", trained, "--job_name", "syn", "--cwd", "/proj/a",
        "--command", "vcs", "--project", "comet", "--queue", a_job()["queue"], "--started_time",
        "Mon Sep 15 10:06:58", "--rusage_mem", "4096", "--user", "chen", "--extra", "anything", "-d",
    )  # fmt: skip
    assert number(result) > 0
    assert " × " in result.stdout
    assert number(jobcast("predict", *flags(), "--config", trained, "--debug")) > 0


@pytest.mark.parametrize("hyphened", ["job-name", "started-time", "rusage-mem", "run-limit"])
def test_flags_may_be_written_with_hyphens(jobcast, trained, hyphened):
    value = {"job-name": "syn", "started-time": "2025-09-15", "run-limit": "1-02:00:00"}.get(hyphened, "4096")
    assert number(jobcast("predict", *flags(), f"--{hyphened}", value)) > 0


def test_explaining_tells_the_factors_of_the_request_under_a_heading_of_their_own(jobcast, trained):
    answer = json.loads(jobcast("predict", *flags(), "--explain", "--json").stdout)["forecast"]
    factors = [(one["feature"], f"{one['factor']:.2f}") for one in answer["contributions"]]
    lines = jobcast("predict", *flags(), "--explain").stdout.splitlines()
    at = lines.index("request moved by")
    assert (
        lines[at - 1]
        == f"median       from {catalogue()['candidate.' + answer['basis']['median_from']]['en']}"
    )
    assert [tuple(line.split(" × ")) for line in lines[at + 1 : -2]] == [
        (" " * 13 + feature, factor) for feature, factor in factors if factor != "1.00"
    ]
    assert not [line for line in jobcast("predict", *flags()).stdout.splitlines() if " × " in line]


# ---- from files


def test_a_yaml_gives_the_same_as_flags_and_flags_come_first(jobcast, trained, tmp_path):
    row = {**a_job(), "job_name": a_job()["name"]}
    row.pop("name")
    (tmp_path / "job.yaml").write_text(yaml.safe_dump(row), "utf-8")
    assert jobcast("predict", "--job_yaml", "job.yaml").stdout == jobcast("predict", *flags()).stdout
    (tmp_path / "job.yaml").write_text(yaml.safe_dump({**row, "user": "nobody", "queue": "nowhere"}), "utf-8")
    changed = jobcast("predict", "--job_yaml", "job.yaml", "--user", row["user"], "--queue", row["queue"])
    assert changed.stdout == jobcast("predict", *flags()).stdout


def rows(count: int) -> list[dict[str, str]]:
    return [a_job(-1 - 9 * n) for n in range(count)]


def test_many_from_csv_get_one_number_each_in_order(jobcast, trained, tmp_path):
    with (tmp_path / "jobs.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(a_job()))
        writer.writeheader()
        writer.writerows([*rows(4), dict.fromkeys(a_job(), "never_heard_of")])
    result = jobcast("predict", "--jobs", "jobs.csv")
    alone = []
    for row in rows(4):
        row["job_name"] = row.pop("name")
        given = [word for name, value in row.items() if value for word in (f"--{name}", value)]
        alone.append(number(jobcast("predict", *given)))
    assert result.stdout.split() == [*map(str, alone), "-"]
    assert result.stderr == "jobs.csv:6: no forecast: nothing similar is in the history\n"
    assert result.exit_code == 0


def test_many_from_json_lines_with_json(jobcast, trained, tmp_path):
    lines = [json.dumps({**row, "submit_time": "2025-09-15T08:00:00+00:00", "cores": 4}) for row in rows(3)]
    (tmp_path / "jobs.jsonl").write_text(
        "\n".join([lines[0], "", *lines[1:], '{"user": "nobody"}\n']), "utf-8"
    )
    answer = json.loads(jobcast("predict", "--jobs", "jobs.jsonl", "--json").stdout)
    assert list(answer) == ["schema", "model", "forecasts"]
    assert [one["forecast"] is None for one in answer["forecasts"]] == [False, False, False, True]
    assert [one["line"] for one in answer["forecasts"]] == [1, 3, 4, 5]
    assert answer["forecasts"][3] == {
        "line": 5,
        "forecast": None,
        "reason": "nothing_similar",
        "why": "nothing similar is in the history",
    }
    assert answer["forecasts"][0]["forecast"]["contributions"] == []


def test_a_byte_order_mark_and_blank_lines_before_json_are_no_trouble(jobcast, trained, tmp_path):
    (tmp_path / "jobs.csv").write_text("\ufeffuser,queue\nchen," + a_job()["queue"] + "\n", "utf-8")
    assert jobcast("predict", "--jobs", "jobs.csv").stdout.strip().isdigit()
    (tmp_path / "jobs.jsonl").write_text(f'\n  {{"queue": "{a_job()["queue"]}"}}\n', "utf-8")
    assert jobcast("predict", "--jobs", "jobs.jsonl").stdout.strip().isdigit()


@pytest.mark.parametrize("content", ["", "user,queue\n"])
def test_no_submissions_get_no_numbers(jobcast, trained, tmp_path, content):
    (tmp_path / "jobs.csv").write_text(content)
    result = jobcast("predict", "--jobs", "jobs.csv")
    assert (result.stdout, result.stderr, result.exit_code) == ("", "", 0)
    assert json.loads(jobcast("predict", "--jobs", "jobs.csv", "--json").stdout)["forecasts"] == []


READABLE = "name a file that you may read, with its folder"


@pytest.mark.usefixtures("trained")
@pytest.mark.parametrize(
    ("name", "content", "why", "cure"),
    [
        ("missing.csv", None, "No such file or directory", READABLE),
        (".", None, "Is a directory", READABLE),
        (
            "a.csv",
            b"usr;queue\nchen;pnr\n",
            "its first line names no field of a job",
            "the fields are: user, ",
        ),
        ("a.csv", b"\xff\xfeu\0s\0e\0r\0\n\0", "its first line names no field of a job", "the fields are: "),
        ("a.csv", b'"user\nchen\n', "its first line names no field of a job", "the fields are: user, "),
    ],
)
def test_files_that_cannot_be_read_are_told_with_a_cure(jobcast, name, content, why, cure):
    if content is not None:
        Path(name).write_bytes(content)
    result = jobcast("predict", "--jobs", name)
    assert result.stdout == ""
    error, hint = result.stderr.splitlines()
    assert error.startswith(f"error: {name} can't be read: {why}")
    assert hint.startswith(f"cure:  {cure}")
    assert result.exit_code == 1


QUEUE = a_job()["queue"]
GOOD_CSV, GOOD_JSON = f"chen,{QUEUE}".encode(), json.dumps({"queue": QUEUE}).encode()


@pytest.mark.usefixtures("trained")
@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"chen,pnr,more,and more", "not a submission: chen,pnr,more,and more"),
        (b"chen,pnr\rmore", "not CSV: new-line character seen in unquoted field"),
        (b'"chen,pnr', "not CSV: unexpected end of data"),
        (b'"chen"x,pnr', "not CSV: ',' expected after '\"'"),
        (b"x" * 200_000 + b",pnr", "not CSV: field larger than field limit (131072)"),
    ],
)
def test_a_bad_line_of_csv_stops_none_of_the_others(jobcast, line, why):
    Path("a.csv").write_bytes(b"\n".join([b"user,queue", GOOD_CSV, line, b"", GOOD_CSV, b""]))
    result = jobcast("predict", "--jobs", "a.csv")
    first, bad, last = result.stdout.split()
    assert (bad, first) == ("-", last)
    assert first.isdigit()
    assert result.stderr.startswith(f"a.csv:3: {why}")
    assert len(result.stderr.splitlines()) == 1
    assert result.exit_code == 0
    answers = json.loads(jobcast("predict", "--jobs", "a.csv", "--json").stdout)["forecasts"]
    assert [one["line"] for one in answers] == [2, 3, 5]
    assert [one.get("reason") for one in answers] == [None, "bad_submission", None]
    assert (answers[1]["forecast"], answers[1]["why"][: len(why)]) == (None, why)


@pytest.mark.usefixtures("trained")
@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"[1, 2]", "not a submission: [1, 2]"),
        (b"not json", "not JSON: Expecting value: line 1 column 1"),
        (b'{"user": "a\0b"}', "not JSON: Invalid control character"),
        (b'{"user": ' + b"[" * 100_000, "not JSON: maximum recursion depth exceeded"),
        (b'{"cores": ' + b"9" * 5_000 + b"}", "not JSON: Exceeds the limit"),
        (b'{"usr": "chen"}', "A job has no field usr."),
        (b'{"cores": [1]}', "A field can't be read: not a count: [1]"),
        (b'{"cores": Infinity}', "A field can't be read: not a count: inf"),
        (b'{"interactive": "maybe"}', "A field can't be read: neither yes nor no: maybe"),
        (b'{"rusage_mem": {"a": 1}}', "A field can't be read: not an amount of memory: {'a': 1}"),
        (b'{"rusage_mem": "' + b"9" * 400 + b'"}', "A field can't be read: not an amount of memory: 9999"),
        (b'{"run_limit": "' + b"9" * 400 + b'"}', "A field can't be read: not a duration: 9999"),
        (b'{"at": "0001-01-01T00:00:00+14:00"}', "A field can't be read: not a time: 0001-01-01T00:00:00+14:00"),
    ],
)  # fmt: skip
def test_a_bad_line_of_json_stops_none_of_the_others(jobcast, line, why):
    Path("a.jsonl").write_bytes(b"\n".join([line, GOOD_JSON, b"", line, GOOD_JSON]))
    result = jobcast("predict", "--jobs", "a.jsonl")
    assert [number.isdigit() for number in result.stdout.split()] == [False, True, False, True]
    told = [told for told in result.stderr.splitlines() if not told.startswith("cure:  ")]
    assert [one[: len(f"a.jsonl:1: {why}")] for one in told] == [f"a.jsonl:1: {why}", f"a.jsonl:4: {why}"]
    assert len(result.stderr) < 1_000
    assert result.exit_code == 0


def test_a_line_break_in_a_value_forges_no_line(jobcast, trained):
    Path("a.jsonl").write_text('{"cores": "x\\na.jsonl:9: forged"}\n')
    told = jobcast("predict", "--jobs", "a.jsonl").stderr.splitlines()
    assert told[0] == r"a.jsonl:1: A field can't be read: not a count: x\na.jsonl:9: forged"


def test_each_cure_of_bad_lines_is_told_once(jobcast, trained, tmp_path):
    (tmp_path / "a.jsonl").write_text('{"usr": "chen"}\n{"cores": "x"}\n{"usr": "li"}\n')
    result = jobcast("predict", "--jobs", "a.jsonl")
    assert result.stdout == "-\n-\n-\n"
    assert result.stderr == (
        "a.jsonl:1: A job has no field usr.\n"
        "a.jsonl:2: A field can't be read: not a count: x\n"
        "a.jsonl:3: A job has no field usr.\n"
        f"cure:  Did you mean user?\n{CURE}"
    )
    assert result.exit_code == 1
    assert jobcast("predict", "--jobs", "a.jsonl", "--json").exit_code == 1


def test_a_line_in_no_known_encoding_is_read_as_the_history_reads_it(jobcast, trained, tmp_path):
    lines = [GOOD_CSV, "chen,综合".encode("gb18030"), b"chen,\xff\xfe", GOOD_CSV]
    (tmp_path / "a.csv").write_bytes(b"\n".join([b"user,queue", *lines]))
    result = jobcast("predict", "--jobs", "a.csv")
    assert len(result.stdout.split()) == 4
    assert "can't be read" not in result.stderr
    assert result.exit_code == 0


def test_long_commands_and_line_breaks_in_quotes_are_answered(jobcast, trained, tmp_path):
    cells = ['"' + "x" * 100_000 + '"', '"two\nlines"', '"\x00\x1b[31m"', "a"]
    rows = [f"{cell},{QUEUE}" for cell in cells]
    (tmp_path / "a.csv").write_text("\n".join(["command, queue", *rows]))
    answer = json.loads(jobcast("predict", "--jobs", "a.csv", "--json").stdout)
    assert [one["line"] for one in answer["forecasts"]] == [2, 3, 5, 6]
    assert all(one["forecast"] for one in answer["forecasts"])


def test_a_file_with_old_line_ends_and_a_column_without_a_name(jobcast, trained, tmp_path):
    (tmp_path / "a.csv").write_bytes(f"user,queue,\rchen,{QUEUE},\rchen,{QUEUE},7\r".encode())
    result = jobcast("predict", "--jobs", "a.csv")
    assert [number.isdigit() for number in result.stdout.split()] == [True, False]
    assert result.stderr.splitlines()[0] == "a.csv:3: A job has no field #3."


def test_submissions_are_read_from_standard_input(jobcast, trained, store):
    program = [sys.executable, "-m", "jobcast", "--store", str(store.path), "predict", "--jobs", "-"]
    done = subprocess.run(program, input=GOOD_JSON + b"\n\nno\n", capture_output=True, check=True)
    assert [number.isdigit() for number in done.stdout.split()] == [True, False]
    assert done.stderr.decode() == "stdin:3: not JSON: Expecting value: line 1 column 1 (char 0)\n"


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


def test_factors_that_move_nothing_are_left_out_and_their_heading_too(jobcast, trained, monkeypatch):
    def explained(*factors: float) -> list[str]:
        moved = tuple(Contribution(feature=f"f{n}", factor=factor) for n, factor in enumerate(factors))
        monkeypatch.setattr(families, "_contributions", lambda _row: moved)
        return jobcast("predict", *flags(), "--explain").stdout.splitlines()[4:-2]

    assert explained(2.0, 1.004, 0.996, 0.5) == [
        "request moved by",
        "             f0 × 2.00",
        "             f3 × 0.50",
    ]
    assert explained(1.0, 1.001) == []


def test_many_are_explained_in_json_only(jobcast, trained, tmp_path):
    (tmp_path / "a.csv").write_bytes(b"user,queue\n" + GOOD_CSV)
    for language, told in (("en", "factors in JSON only: add --json."), ("zh", "因素：请加 --json。")):
        result = jobcast("--lang", language, "predict", "--jobs", "a.csv", "--explain")
        assert result.stderr.splitlines()[-1].endswith(told)
        assert (result.stdout, result.exit_code) == ("", 2)
    answer = json.loads(jobcast("predict", "--jobs", "a.csv", "--explain", "--json").stdout)
    assert len(answer["forecasts"][0]["forecast"]["contributions"]) == 5


def test_a_yaml_beside_many_jobs_is_a_misuse(jobcast, trained):
    for language, told in (
        ("en", "error: --jobs and --job_yaml can't be given together."),
        ("zh", "--jobs 与 --job_yaml 不能同时使用。"),
    ):
        result = jobcast("--lang", language, "predict", "--jobs", "a.csv", "--job_yaml", "job.yaml")
        assert result.stderr.splitlines()[-1].endswith(told)
        assert (result.stdout, result.exit_code) == ("", 2)


# ---- fields and amounts


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


CURE = "cure:  counts as 8, memory as 4096 or 4GB, run limits as 1-02:00:00, times as 2024-06-14T10:06:58\n"


@pytest.mark.usefixtures("trained")
@pytest.mark.parametrize(
    ("flag", "value", "why"),
    [
        ("rusage_mem", "much", "not an amount of memory: much"),
        ("rusage_mem", "-5", "not an amount of memory: -5"),
        ("rusage_mem", "9999999999P", "more memory than any machine has: 9999999999P"),
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


# ---- which model


def test_a_model_is_found_by_name_folder_or_a_file_in_it(jobcast, trained, shelf, tmp_path):
    copy = shutil.copytree(shelf.folder(trained), tmp_path / "elsewhere/mine")
    expected = jobcast("predict", *flags()).stdout
    assert jobcast("predict", *flags(), "-c", trained).stdout == expected
    assert jobcast("predict", *flags(), "-c", "").stdout == expected
    assert jobcast("predict", *flags(), "--model", str(shelf.path / "active")).stdout == expected
    for place in (copy, copy / "card.json", copy / "median.txt", "elsewhere/mine"):
        answer = json.loads(jobcast("predict", *flags(), "-c", str(place), "--json").stdout)
        assert answer["model"] == "mine"


def test_a_model_that_is_not_there_is_never_another_one(jobcast, trained, shelf, monkeypatch):
    monkeypatch.chdir(shelf.folder(trained))
    for wanted in ("typo", "typo/card.json", "../typo"):
        result = jobcast("predict", *flags(), "-c", wanted)
        assert (
            result.stderr
            == f"error: there is no model {wanted} in {shelf.path}\ncure:  jobcast models list\n"
        )
        assert (result.stdout, result.exit_code) == ("", 1)


def test_without_a_model_the_cure_is_to_train(jobcast, shelf):
    result = jobcast("predict", *flags())
    assert result.stderr == f"error: no model is active in {shelf.path}\ncure:  jobcast train\n"
    assert (result.stdout, result.exit_code) == ("", 1)


def test_with_models_none_of_which_is_active_the_cure_is_to_activate_one(jobcast, shelf, trained):
    (shelf.path / "active").unlink()
    result = jobcast("predict", *flags())
    assert result.stderr == (
        f"error: no model is active in {shelf.path}\ncure:  jobcast models activate NAME\n"
    )
    assert (result.stdout, result.exit_code) == ("", 1)


@pytest.mark.parametrize(
    ("name", "cure"),
    [
        ("card.json", "jobcast train"),
        ("median.txt", "jobcast models rollback"),
        ("upper.txt", "jobcast models rollback"),
        ("memory/keys.npy", "jobcast train"),
        ("record/errors.npy", "jobcast train"),
    ],
)
def test_a_damaged_model_is_an_expected_failure_that_names_the_file(jobcast, trained, shelf, name, cure):
    file = shelf.folder(trained) / name
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    result = jobcast("predict", *flags())
    what, told = result.stderr.splitlines()
    assert what.startswith("error: ")
    assert str(file) in what
    assert told == f"cure:  {cure}"
    assert (result.stdout, result.exit_code) == ("", 1)


# ---- saying no, and hostile texts


def test_nothing_similar_is_no_forecast_and_nothing_on_stdout(jobcast, trained):
    strange = ["predict", "--user", "nobody", "--command", "qqq", "--cwd", "/else", "--queue", "nowhere"]
    result = jobcast(*strange)
    assert result.stdout == ""
    assert result.stderr == "no forecast: nothing similar is in the history\n"
    assert result.exit_code == 1
    assert jobcast("--lang", "zh", *strange).stderr == "没有预测：历史中没有相似的作业\n"
    as_json = jobcast(*strange, "--json")
    assert json.loads(as_json.stdout) == {
        "schema": 1,
        "model": trained,
        "forecast": None,
        "reason": "nothing_similar",
        "why": "历史中没有相似的作业",
    }
    assert as_json.exit_code == 1


def test_nothing_given_is_no_question(jobcast, trained):
    result = jobcast("predict")
    assert result.stderr == (
        "error: Nothing is known of the job.\n"
        "cure:  jobcast predict --user NAME --command TEXT, or --job_yaml FILE, or --jobs FILE\n"
    )
    assert (result.stdout, result.exit_code) == ("", 1)


def test_hostile_texts_are_texts(jobcast, trained, tmp_path):
    hostile = dict.fromkeys(("user", "name", "command", "cwd", "project", "description"), HOSTILE)
    (tmp_path / "jobs.jsonl").write_text(json.dumps({**hostile, "queue": a_job()["queue"]}))
    assert jobcast("predict", "--jobs", "jobs.jsonl").stdout.strip().isdigit()
    surrogates = {**hostile, "queue": a_job()["queue"], "command": "\udcff"}
    (tmp_path / "jobs.jsonl").write_text(json.dumps(surrogates))
    assert jobcast("predict", "--jobs", "jobs.jsonl").stdout.strip().isdigit()


def test_hostile_words_do_not_command_the_terminal(jobcast, trained, tmp_path):
    (tmp_path / "jobs.jsonl").write_text(json.dumps({HOSTILE: 1}))
    for code, arguments in (
        (1, ["--jobs", "jobs.jsonl"]),
        (1, [*flags(), "-c", "\x1b[31m"]),
        (2, [*flags(), "--cores", "\x1b[31m"]),
    ):
        result = jobcast("predict", *arguments)
        assert result.exit_code == code
        assert not set("\x1b\x00\x9b\u202e\u2028") & set(result.output)


def test_every_rung_has_words_for_its_basis():
    assert {f"basis.{rung.name}" for rung in LADDER} | {"basis.words"} == {
        key for key in catalogue() if key.startswith("basis.")
    }


def test_a_past_of_some_days_is_told_in_days(jobcast, trained):
    late = jobcast("predict", *flags(), "--started_time", "2025-10-15T00:00:00").stdout
    assert "last 30 days ago" in late
    told = {
        text: json.loads(jobcast("--lang", lang, "predict", *flags(), "--started_time", at, "--json").stdout)
        for lang, at, text in (
            ("en", "2025-09-16T00:00:00", ", last a day ago"),
            ("zh", "2025-09-16T00:00:00", "，最近一次在 1 天前"),
        )
    }
    for text, answer in told.items():
        assert answer["forecast"]["basis"]["words"].endswith(text)


def test_one_run_reads_as_well_as_many():
    for rung in LADDER:
        assert ": 1, last within a day" in say(f"basis.{rung.name}", runs=1, when=say("predict.today"))


def test_a_submission_before_the_newest_run_is_answered_as_of_now_and_no_run_is_younger_than_today(
    jobcast, trained
):
    early = [*flags(), "--started_time", "2025-09-01T00:00:00"]
    basis = json.loads(jobcast("predict", *early, "--json").stdout)["forecast"]["basis"]
    assert basis["age_days"] == 0
    assert "last within a day" in basis["words"]


def test_it_needs_neither_polars_nor_lightgbm_nor_rich(shelf, trained, store):
    program = """
import sys
from jobcast.cli.main import main
sys.argv = ["jobcast", "--store", sys.argv[1], "predict", "--queue", sys.argv[2]]
try: main()
except SystemExit as end: code = end.code
heavy = {"polars", "lightgbm", "rich", "pandas", "sklearn", "scipy", "yaml", "xgboost", "jobcast.train"}
print(code, sorted(heavy & set(sys.modules)))
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(store.path), made_up_history()["queue"][0]],
        capture_output=True,
        text=True,
        check=True,
    )
    request, imported = done.stdout.splitlines()[-2:]
    assert request.isdigit()
    assert imported == "0 []"
    assert done.stderr == ""
