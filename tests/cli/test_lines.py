"""Many submissions in one file: each line is answered on its own."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

from jobcast import clock
from tests.cli.asking import CURE, GOOD_CSV, GOOD_JSON, NOW, QUEUE, READABLE, number, rows
from tests.trained import a_job


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


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
        "run_time": {"reason": "nothing_similar", "why": "nothing similar is in the history"},
        "failure": {"reason": "nothing_similar", "why": "nothing similar is in the history"},
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
