"""``jobcast failures waste``: of a trace, and of the store's history."""

import json
from pathlib import Path

import pytest

from tests.cli.reported import JOBS
from tests.report.trace.attempts import PAPER, attempt, rows

ONCE = (
    attempt(100, 160, "Terminated", instance="ins_1", cpu=40.0, mem=0.1),
    attempt(100, 140, "Terminated", instance="ins_2", cpu=60.0, mem=0.3),
)
OTHERS = (
    *(
        attempt(100, 100, instance="ins_3"),
        attempt(1100, 1300, "Terminated", instance="ins_3", cpu=10.0, mem=0.41),
    ),
    *(
        attempt(100, 150, instance="ins_4"),
        attempt(120, 130, instance="ins_4"),
        attempt(200, 210, instance="ins_4"),
    ),
)
TOLD = """\
3 of 5 instances were rescheduled (60.000%), and 2 jobs with them failed.
Of these                       Instances  Share
after running a while                  2  66.7%
before they ran                        1  33.3%
none of their runs ended well          1  33.3%

Until their good run they lost 0.447 hours; times what that run used: 0.126 core·h, and 0.00166 hours of a whole \
machine's memory.
Of the instances   T × mem  T × cpu
10% waste at most      189   10,000
25% waste at most      189   10,000
50% waste at most      189   10,000
75% waste at most      410   35,380
90% waste at most      410   35,380
99% waste at most      410   35,380
Above 100 (T × mem): 100.0%; above 20,000 (T × cpu): 50.0%. In the paper each is more than half. 100 are a whole \
machine's memory, and one core, for a second each.

Mean                             ran once  rescheduled   ratio
cores (100 are one)                 50.00        34.00   ×0.68
memory (100 are a machine)          0.200        0.360   ×1.80
run time of the good run         00:00:50     00:11:38  ×13.96
from the first start to its end  00:00:50     00:25:03  ×30.06
Attempts set aside: overlapping 1
Rows set aside that can't be true: 1 of 10
"""
BACKWARDS = "ins_9,M1,j_1,1,Terminated,200,100,m_1,1,1,1,1,1,1\n"


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    folder = tmp_path / "trace"
    folder.mkdir()
    text = rows(*ONCE, *PAPER, *OTHERS).write_csv(include_header=False)
    (folder / "batch_instance.csv").write_text(text + BACKWARDS)
    return folder


def test_what_a_trace_wastes_is_written_out(jobcast, trace):
    result = jobcast("failures", "waste", "trace")
    assert (result.stdout, result.exit_code) == (TOLD, 0)
    assert result.stderr == "next: the same with -o waste.svg draws both distributions\n"


def test_the_table_itself_may_be_named(jobcast, trace):
    assert jobcast("failures", "waste", "trace/batch_instance.csv").stdout == TOLD


def test_programs_get_all_of_it(jobcast, trace):
    told = json.loads(jobcast("failures", "waste", "trace", "--json").stdout)
    assert {name: told[name] for name in ("schema", "rows", "rows_set_aside", "instances")} == {
        "schema": 1,
        "rows": 10,
        "rows_set_aside": 1,
        "instances": 5,
    }
    assert told["rescheduled"] == {
        "instances": 3,
        "jobs": 2,
        "after_running": 2,
        "before_running": 1,
        "more_than_once": 0,
        "never_done": 1,
        "unmeasured": 0,
        "lost_hours": pytest.approx(1610 / 3600),
        "core_hours": pytest.approx(453.8 / 3600),
        "machine_hours": pytest.approx(5.991 / 3600),
        "after_done": 0,
        "set_aside": {"overlapping_attempt": 1},
    }
    assert told["mem_s"]["distribution"] == [[189.1, 0.5], [410, 1]]
    assert told["cpu_s"]["above_share"] == 0.5
    assert told["normal"] == {
        "instances": 2,
        "cpu": 50,
        "mem": pytest.approx(0.2),
        "run_s": 50,
        "elapsed_s": 50,
    }
    assert told["ratios"]["cpu"] == pytest.approx(0.68)


def test_of_a_trace_in_which_nothing_was_rescheduled_that_is_said(jobcast, tmp_path):
    (tmp_path / "batch_instance.csv").write_text(rows(*ONCE).write_csv(include_header=False))
    result = jobcast("failures", "waste", ".")
    assert result.stdout == "0 of 2 instances were rescheduled (0.000%), and 0 jobs with them failed.\n"


@pytest.mark.parametrize(("text", "rows"), [("", 0), (BACKWARDS * 3, 3), ("one,two\nthree,four\n", 2)])
@pytest.mark.parametrize("form", [(), ("--json",)])
def test_a_file_that_tells_of_no_instance_is_refused_with_the_cure(jobcast, tmp_path, text, rows, form):
    (tmp_path / "some.csv").write_text(text)
    result = jobcast("failures", "waste", "some.csv", *form)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines() == [
        f"error: some.csv tells of no instance: {rows} of its {rows} rows can't be true",
        "cure:  see that batch_instance is not empty, and is written as the trace's own: CSV without a header",
    ]


def test_a_picture_is_drawn_where_one_is_wanted(jobcast, trace, tmp_path):
    pytest.importorskip("matplotlib")
    result = jobcast("failures", "waste", "trace", "-o", "waste.svg")
    assert (result.stdout, result.exit_code) == (TOLD, 0)
    assert result.stderr.startswith("wrote waste.svg (")
    assert (tmp_path / "waste.svg").read_bytes().startswith(b"<?xml")


def test_where_nothing_can_be_drawn_that_is_said(jobcast, tmp_path):
    pytest.importorskip("matplotlib")
    (tmp_path / "batch_instance.csv").write_text(rows(*ONCE).write_csv(include_header=False))
    result = jobcast("failures", "waste", ".", "-o", "waste.svg")
    assert result.stderr == "no picture: no rescheduled instance tells both its memory and its cores\n"
    assert not (tmp_path / "waste.svg").exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["trace", "-o", "waste.jpg"], "the name waste.jpg tells no kind of picture (svg, png, pdf)"),
        (["-o", "waste.svg"], "-o and --jobs are about a trace: name its folder"),
        (["--jobs", "trace/batch_instance.csv"], "-o and --jobs are about a trace: name its folder"),
        (["trace", "--since", "7d"], "--since, --until and --all-users choose jobs of the history"),
        (["trace", "--all-users"], "--since, --until and --all-users choose jobs of the history"),
        (["nowhere"], "'nowhere' does not exist"),
    ],
)
def test_flags_that_contradict_each_other_are_told(jobcast, trace, arguments, told):
    result = jobcast("failures", "waste", *arguments)
    assert result.exit_code == 2
    assert told in result.stderr


def test_classes_of_jobs_are_told_where_their_rows_are_given(jobcast):
    pytest.importorskip("sklearn")
    made = ("--jobs", "600", "--machines", "12", "--days", "1", "--failing", "40")
    assert jobcast("failures", "make-up", "made", *made).exit_code == 0
    assert jobcast("failures", "extract", "made", "-o", "jobs.parquet").exit_code == 0
    told = jobcast("failures", "waste", "made", "--jobs", "jobs.parquet").stdout
    lines = told[told.index("Class ") :].splitlines()
    assert lines[0].split() == [
        "Class",
        "Jobs",
        "Failed",
        "Share",
        "Mean",
        "run",
        "time",
        "Cores",
        "(100)",
        "Memory",
        "(100)",
        "Instances",
    ]
    answer = json.loads(jobcast("failures", "waste", "made", "--jobs", "jobs.parquet", "--json").stdout)
    classes = answer["classes"]
    assert len(lines) == 1 + len(classes)
    assert sum(one["jobs"] for one in classes) <= 600
    assert 0 < sum(one["failed"] for one in classes) <= answer["rescheduled"]["jobs"]


def test_rows_that_a_trace_should_not_have_change_nothing_but_what_is_set_aside(jobcast):
    made = ("--jobs", "600", "--machines", "12", "--days", "1", "--failing", "40")
    told = {}
    for folder, more in (("sound", ()), ("faulty", ("--with-faults",))):
        assert jobcast("failures", "make-up", folder, *made, *more).exit_code == 0
        told[folder] = json.loads(jobcast("failures", "waste", folder, "--json").stdout)
    sound, faulty = (told[folder]["rescheduled"] for folder in ("sound", "faulty"))
    assert sound["instances"] > 0
    assert faulty == {**sound, "set_aside": {"duplicate_attempt": 3, "overlapping_attempt": 3}}
    assert told["faulty"]["rows_set_aside"] == 4 * 3
    assert {name: told["faulty"][name] for name in ("mem_s", "cpu_s")} == {
        name: told["sound"][name] for name in ("mem_s", "cpu_s")
    }


def test_rows_of_another_kind_are_told(jobcast, trace):
    result = jobcast("failures", "waste", "trace", "--jobs", "trace/batch_instance.csv")
    assert (result.exit_code, result.stdout) == (1, "")


def test_without_matplotlib_no_picture_is_promised(jobcast, trace, monkeypatch):
    monkeypatch.setattr("jobcast.drawing.can_draw", lambda: False)
    result = jobcast("failures", "waste", "trace", "-o", "waste.svg")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines()[1] == "cure:  pip install 'jobcast[plots]'"


def test_a_folder_without_the_table_names_it(jobcast, tmp_path):
    result = jobcast("failures", "waste", ".")
    assert result.exit_code == 1
    assert "holds no table batch_instance" in result.stderr


def test_without_a_trace_it_is_the_section_of_the_report_on_the_history(jobcast, store):
    store.append(JOBS)
    waste, report = (jobcast(*words) for words in (("failures", "waste"), ("report", "--failures")))
    section = report.stdout[
        report.stdout.index("Failures: cost and who") : report.stdout.index("What to change")
    ]
    assert waste.stdout.splitlines()[2:] == section.rstrip().splitlines()
    assert waste.stderr == "next: jobcast report --failures -o report.html, the same with charts\n"
    told = json.loads(jobcast("failures", "waste", "--json").stdout)
    whole = json.loads(jobcast("report", "--json").stdout)
    assert {name: told[name] for name in ("facts", "remarks", "tables")} == whole["sections"]["failures"]
    assert told["jobs"] == whole["jobs"]


def test_of_a_period_without_jobs_that_is_said(jobcast, store):
    store.append(JOBS)
    result = jobcast("failures", "waste", "--since", "2001-01-01", "--until", "2001-01-02")
    assert "No such job finished in this period." in result.stdout


def test_without_a_history_it_is_told_how_to_get_one(jobcast):
    result = jobcast("failures", "waste")
    assert (result.exit_code, "holds no jobs" in result.stderr) == (1, True)
