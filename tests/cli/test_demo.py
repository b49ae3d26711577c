"""The demo as people see it: all it prints, all it writes, and where it stops."""

import json
import shlex

import pytest

from tests.alike import differences
from tests.readme import SMALL, TRANSCRIPTS


@pytest.mark.parametrize("language", TRANSCRIPTS)
def test_the_demo_prints_the_whole_way(jobcast, language):
    result = jobcast("--lang", language, *SMALL)
    assert result.exit_code == 0, result.stderr
    assert result.stderr == ""
    expected = TRANSCRIPTS[language].read_text("utf-8")
    assert differences(expected, result.stdout) == [], "make readme writes it anew"


def test_everything_lands_in_one_directory_and_the_next_commands_run(jobcast, tmp_path, store):
    printed = jobcast(*SMALL).stdout
    assert sorted(path.name for path in tmp_path.iterdir()) == ["demo"]
    written = sorted(path.name for path in (tmp_path / "demo").iterdir())
    assert written == [
        "lsb.acct", "memory.svg", "next-job.yaml", "report.html", "store", "trace", "trace-jobs.parquet",
        "truth.parquet",
    ]  # fmt: skip
    lines = [
        line.strip().removeprefix("next").strip() for line in printed.partition("\nnext ")[2].splitlines()
    ]
    for line in lines:
        words = shlex.split(line.partition("  ")[0])
        assert words.pop(0) == "jobcast"
        result = jobcast(*words)
        assert result.exit_code == 0, (line, result.stderr)


def test_the_same_demo_twice_is_the_same_for_programs_but_for_its_times(jobcast):
    answers = [json.loads(jobcast(*SMALL, "--json").stdout) for _ in range(2)]
    seconds = [answer.pop("seconds") for answer in answers]
    assert answers[0] == answers[1]
    assert [*seconds[0]] == [
        "cluster",
        "sample",
        "train",
        "evaluate",
        "predict",
        "failures",
        "picture",
        "report",
    ]
    assert answers[0]["schema"] == 1
    assert answers[0]["sampled"] == 1_200
    assert sum(answers[0]["set_aside"].values()) == 3
    perfect = answers[0]["verdict"]["scores"][-1]
    assert (perfect["way"], perfect["short"], perfect["median_error"]) == ("perfect_knowledge", 0, 1)


def test_a_directory_with_other_things_is_left_alone(jobcast, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/thesis.txt").write_text("dear")
    result = jobcast("demo", "--into", "mine")
    assert result.exit_code == 1
    assert result.stderr == (
        "error: mine is not the folder of an earlier demo\n"
        "cure:  choose another directory with --into; nothing was touched\n"
    )
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["thesis.txt"]


def test_a_file_in_the_way_is_left_alone(jobcast, tmp_path):
    (tmp_path / "demo").write_text("mine")
    assert jobcast("demo").exit_code == 1
    assert (tmp_path / "demo").read_text() == "mine"


@pytest.mark.parametrize("arguments", [("--jobs", "10"), ("--days", "1"), ("--seed", "-1")])
def test_too_small_a_cluster_is_a_misuse(jobcast, arguments):
    assert jobcast("demo", *arguments).exit_code == 2
