"""jobcast compare."""

import json

import pytest

from tests.cli.test_simulate import FOUR, HEADER
from tests.simulate.made_up import line, log

SHOWN = """\
fcfs: four.swf, fcfs · requested · request · per-event
easy: four.swf, easy · requested · request · per-event

                                 fcfs      easy   difference       %
jobs                                5         5            0    0.0%
mean wait                    00:01:47  00:01:00    -00:00:47  -44.1%
median wait                  00:02:21  00:00:59    -00:01:22  -58.2%
95% waited at most           00:02:28  00:02:13    -00:00:15  -10.3%
longest wait                 00:02:28  00:02:21    -00:00:07   -4.7%
mean flow                    00:02:43  00:01:56    -00:00:47  -29.0%
mean bounded slowdown            3.92      2.55        -1.37  -35.0%
largest bounded slowdown         8.35      3.95        -4.40  -52.7%
core hours                      0.336     0.336            0    0.0%
makespan                     00:03:30  00:03:20    -00:00:10   -4.8%
utilisation                     72.0%     75.6%  +3.6 points   +5.0%
started before earlier ones         0         2           +2       -

by queue, easy against fcfs
queue                            first      easy  difference       %
short  jobs                          3         3           0    0.0%
short  mean wait              00:02:25  00:01:07   -00:01:19  -54.1%
short  mean bounded slowdown      5.21      2.92       -2.29  -43.9%
long   jobs                          2         2           0    0.0%
long   mean wait              00:00:50  00:00:50    00:00:00    0.0%
long   mean bounded slowdown      1.99      1.99        0.00    0.0%

jobs that wait less in easy
job  user  queue  cores  run time    waited     waits  difference
3    u1    short      2  00:01:00  00:02:28  00:00:00   -00:02:28
4    u1    short      2  00:00:20  00:02:27  00:00:59   -00:01:28
"""


@pytest.fixture
def runs(jobcast, tmp_path):
    four = str(log(tmp_path / "four.swf", *FOUR, header=HEADER))
    for policy in ("fcfs", "easy"):
        jobcast("simulate", four, "--policy", policy, "-o", policy)
    return jobcast


def test_runs_are_put_side_by_side(runs):
    result = runs("compare", "fcfs", "easy")
    assert result.exit_code == 0, result.output
    assert result.stdout == SHOWN
    assert result.stderr == ("next: jobcast simulate TRACE --policy NAME -o RUN, and compare it with fcfs\n")


def test_it_speaks_chinese(runs):
    lines = runs("--lang", "zh", "compare", "fcfs", "easy").stdout.splitlines()
    assert lines[0] == "fcfs：four.swf，fcfs · requested · request · per-event"
    assert lines[5].split() == ["平均等待", "00:01:47", "00:01:00", "-00:00:47", "-44.1%"]


def test_programs_get_every_difference(runs):
    answer = json.loads(runs("compare", "fcfs", "easy", "fcfs", "--json").stdout)
    assert [run["name"] for run in answer["runs"]] == ["fcfs", "easy", "fcfs"]
    easy, same = answer["against"]
    assert easy["figures"]["max_wait_s"] == {
        "before": 148,
        "after": 141,
        "difference": -7,
        "ratio": pytest.approx(-7 / 148),
    }
    assert [job["id"] for job in easy["gained"]] == ["3", "4"]
    assert easy["lost"] == []
    assert {one["difference"] for one in same["figures"].values()} == {0}
    assert (answer["traces_differ"], answer["thresholds_differ"]) == (False, False)


def test_runs_that_can_not_be_compared_job_by_job_are_told_of(runs, tmp_path):
    other = str(log(tmp_path / "other.swf", line(), header=HEADER))
    runs("simulate", other, "--threshold", "1", "-o", "other")
    told = runs("compare", "easy", "other").stdout
    assert "did not simulate the same jobs" in told
    assert "different thresholds" in told
    assert "jobs that wait" not in told


def test_runs_of_one_name_are_told_apart_by_their_folders(runs, tmp_path):
    (tmp_path / "before").mkdir()
    (tmp_path / "easy").rename(tmp_path / "before/easy")
    (tmp_path / "fcfs").rename(tmp_path / "easy")
    lines = runs("compare", "before/easy", "easy").stdout.splitlines()
    assert lines[3].split()[:2] == ["before/easy", "easy"]


@pytest.mark.parametrize(
    ("arguments", "code", "complaint"),
    [
        (["fcfs"], 2, "name two runs or more"),
        (["fcfs", "none"], 1, "none holds no simulated run"),
        ([], 2, "RUN RUN"),
    ],
)
def test_what_can_not_be_compared_is_refused(runs, arguments, code, complaint):
    result = runs("compare", *arguments)
    assert result.exit_code == code, result.output
    assert complaint in result.stderr
