"""What ``jobcast failures make-up`` prints, and where it stops."""

import json

import pytest

SMALL = ("failures", "make-up", "trace", "--jobs", "400", "--machines", "12", "--days", "1")


@pytest.mark.parametrize(
    ("language", "heading"),
    [("en", "Table              Rows\n"), ("zh", "表                 行数\n")],
)
def test_it_says_what_it_wrote_and_what_comes_next(jobcast, tmp_path, language, heading):
    result = jobcast("--lang", language, *SMALL)
    assert result.exit_code == 0, result.stderr
    assert result.stdout.startswith(heading)
    assert result.stderr.endswith("jobcast failures extract trace -o jobs.parquet\n")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["trace"]


def test_programs_get_the_plan_and_the_counts(jobcast):
    answers = [json.loads(jobcast(*SMALL, "--json").stdout) for _ in range(2)]
    assert answers[0] == answers[1]
    answer = answers[0]
    assert {name: answer[name] for name in ("schema", "directory", "jobs", "machines", "days", "seed")} == {
        "schema": 1,
        "directory": "trace",
        "jobs": 400,
        "machines": 12,
        "days": 1,
        "seed": 7,
    }
    assert answer["rows"]["machine_meta"] == 12
    assert answer["rows"]["machine_usage"] == 12 * 288


def test_rows_with_faults_are_counted(jobcast, tmp_path):
    result = jobcast(*SMALL, "--with-faults")
    assert "\n33 rows with faults; how many of each kind is in trace/made-up.json\n" in result.stdout
    answer = json.loads(jobcast(*SMALL, "--with-faults", "--json").stdout)
    assert answer["faulty_rows"]["batch_task"] == {"unknown_status": 3, "unreadable_number": 3}


def test_a_file_in_the_way_is_left_alone(jobcast, tmp_path):
    (tmp_path / "trace").write_text("mine")
    assert jobcast(*SMALL).exit_code == 1
    assert (tmp_path / "trace").read_text() == "mine"


def test_a_folder_with_other_things_is_left_alone(jobcast, tmp_path):
    (tmp_path / "trace").mkdir()
    (tmp_path / "trace/thesis.txt").write_text("dear")
    result = jobcast(*SMALL)
    assert result.exit_code == 1
    assert result.stderr == (
        "error: trace is not the folder of an earlier made-up trace\n"
        "cure:  choose another folder; nothing was touched\n"
    )
    assert [path.name for path in (tmp_path / "trace").iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize(
    "arguments", [("--jobs", "0"), ("--machines", "1"), ("--days", "0"), ("--seed", "-1")]
)
def test_an_impossible_cluster_is_a_misuse(jobcast, arguments):
    assert jobcast("failures", "make-up", "trace", *arguments).exit_code == 2
