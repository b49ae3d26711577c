"""jobcast simulate --why."""

import json
import shutil
from pathlib import Path

import pytest

from tests.simulate.made_up import line, log

FOUR = (
    line(job=1, submit=0, run=100, time_asked=100, processors_asked=6),
    line(job=2, submit=1, run=50, time_asked=50, processors_asked=8),
    line(job=3, submit=2, run=60, time_asked=60, processors_asked=2),
    line(job=4, submit=3, run=40, time_asked=20, processors_asked=2),
)
HEADER = "; MaxProcs: 8\n; UnixStartTime: 1767225600"

SHOWN = """\
UTC                  what    before it  starts no later than  why
2026-01-01 00:00:01  waits   0          2026-01-01 00:01:40   needs 8 of cpus; 2 are free
2026-01-01 00:01:40  starts                                   there is room
2026-01-01 00:02:30  ends
"""

SHOWN_ZH = """\
UTC                  事件  前面  最迟启动             原因
2026-01-01 00:00:01  等待  0     2026-01-01 00:01:40  需要 cpus 8，空闲 2
2026-01-01 00:01:40  启动                             资源足够
2026-01-01 00:02:30  结束
"""


@pytest.fixture
def four(tmp_path: Path) -> str:
    return str(log(tmp_path / "four.swf", *FOUR, header=HEADER))


def trimmed(text: str) -> str:
    return "".join(f"{row.rstrip()}\n" for row in text.splitlines())


def test_a_job_s_story_is_told_in_the_place_of_figures(jobcast, four):
    result = jobcast("simulate", four, "--why", "2")
    assert result.exit_code == 0, result.output
    assert trimmed(result.stdout) == SHOWN


def test_it_speaks_chinese(jobcast, four):
    assert trimmed(jobcast("--lang", "zh", "simulate", four, "--why", "2").stdout) == SHOWN_ZH


def test_programs_get_the_seconds_too(jobcast, four):
    answer = json.loads(jobcast("simulate", four, "--why", "4", "--json").stdout)
    keys = ("second", "at", "what", "start", "before", "first")
    assert answer["job"] == "4"
    assert [tuple(line[key] for key in keys) for line in answer["story"]] == [
        (3, "2026-01-01 00:00:03", "waits", None, 1, ["2"]),
        (62, "2026-01-01 00:01:02", "start", None, 0, []),
        (82, "2026-01-01 00:01:22", "end", None, 0, []),
    ]
    first = json.loads(jobcast("simulate", four, "--why", "2", "--json").stdout)["story"][0]
    assert (first["start"], first["start_at"]) == (100, "2026-01-01 00:01:40")


def test_the_first_of_those_before_it_are_named(jobcast, tmp_path):
    rows = [
        line(job=number, submit=number, run=50, time_asked=50, processors_asked=8) for number in range(1, 8)
    ]
    shown = jobcast("simulate", str(log(tmp_path / "many.swf", *rows)), "--why", "7").stdout
    assert "waits   5: 2, 3, 4 ...  " in shown


def test_machines_and_rules_of_the_site_decide_here_too(jobcast, four, tmp_path):
    shutil.copytree(Path(__file__).parents[1] / "recordings/loadleveler/weather-centre", tmp_path / "centre")
    shown = jobcast("simulate", four, "--system", "centre", "--why", "1").stdout
    assert [row.split()[2] for row in shown.splitlines()[1:]] == ["starts", "ends"]


def test_a_job_that_is_not_there_is_refused_with_one_that_is(jobcast, four):
    result = jobcast("simulate", four, "--why", "none")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines() == [
        "error: no job none is simulated: the trace has none, or it is among those set aside",
        "cure:  name a job by its id, such as 1",
    ]


@pytest.mark.parametrize("more", [("-o", "run"), ("--parquet", "jobs.parquet"), ("--gantt", "run.html")])
def test_a_story_writes_no_figures(jobcast, four, tmp_path, more):
    result = jobcast("simulate", four, "--why", "2", *more)
    assert result.exit_code == 2
    assert "--why tells a story in the place of figures" in result.stderr
    assert not (tmp_path / more[1]).exists()
