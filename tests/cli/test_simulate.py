"""jobcast simulate."""

import json
import re
from datetime import timedelta

import polars as pl
import pytest

from jobcast.simulate import compiled, placed
from jobcast.simulate.run import read_run
from tests.made_up import NEW_YEAR, frame, job
from tests.simulate.made_up import line, log

FOUR = (
    line(job=1, submit=0, run=100, time_asked=100, processors_asked=6, user=1, queue=1),
    line(job=2, submit=1, run=50, time_asked=50, processors_asked=8, user=2, queue=1),
    line(job=3, submit=2, run=60, time_asked=60, processors_asked=2, user=1, queue=2),
    line(job=4, submit=3, run=20, time_asked=20, processors_asked=2, user=1, queue=2),
    line(job=5, submit=3, run=0),
    line(job=6, submit=9, run=70, time_asked=50, processors_asked=1, queue=2),
)
HEADER = "; MaxProcs: 8\n; UnixStartTime: 1767225600\n; Queue: 1 long\n; Queue: 2 short"

SHOWN = """\
four.swf: 5 jobs on 8 processors, from 2026-01-01 on for 00:03:20
set aside: 1 (no run time)
changed: 1 (ran longer than it asked for; ends at its limit)
policy easy, estimates requested, correction request, events per-event: SECONDS s, SPEED jobs/s (counts)

                                 easy
jobs                                5
mean wait                    00:01:00
median wait                  00:00:59
95% waited at most           00:02:13
longest wait                 00:02:21
mean flow                    00:01:56
mean bounded slowdown            2.55
largest bounded slowdown         3.95
core hours                      0.336
makespan                     00:03:20
utilisation                     75.6%
started before earlier ones         2

queue  jobs  mean wait  95% waited at most  mean bounded slowdown  core hours
short     3   00:01:07            00:02:13                   2.92      0.0583
long      2   00:00:50            00:01:34                   1.99       0.278

user  jobs  mean wait  95% waited at most  mean bounded slowdown  core hours
u1       3   00:00:20            00:00:53                   1.98       0.211
-        1   00:02:21            00:02:21                   3.82      0.0139
u2       1   00:01:39            00:01:39                   2.98       0.111

cores  jobs  mean wait  95% waited at most  mean bounded slowdown  core hours
1         1   00:02:21            00:02:21                   3.82      0.0139
2-4       2   00:00:30            00:00:56                   2.48      0.0444
5-16      2   00:00:50            00:01:34                   1.99       0.278

jobs: all that ran count alike; none is dropped at either end
submission: as recorded, whoever follows whom
decisions: after every event, also of the same second
wait: first start - submission
flow: end - submission
bounded slowdown: max(flow / max(run time, 10 s), 1), mean over jobs
utilisation: run time x cores of all jobs / (8 processors x time from the first submission to the last end)
percentiles: on the line between the two nearest jobs
"""


@pytest.fixture
def four(tmp_path):
    return str(log(tmp_path / "four.swf", *FOUR, header=HEADER))


def test_a_log_is_simulated_and_measured(jobcast, four):
    result = jobcast("simulate", four)
    assert result.exit_code == 0, result.output
    assert re.sub(r"[\d.]+ s, [\d,]+ jobs/s", "SECONDS s, SPEED jobs/s", result.stdout) == SHOWN
    assert result.stderr == (
        "next: the same with -o RUN keeps it; jobcast compare RUN RUN puts two side by side\n"
    )


def test_it_speaks_chinese(jobcast, four):
    lines = jobcast("--lang", "zh", "simulate", four).stdout.splitlines()
    assert lines[0] == "four.swf：5 个作业，8 个处理器，自 2026-01-01 起历时 00:03:20"
    assert lines[1] == "未计入：1（没有运行时间）"
    assert lines[7].split() == ["平均等待", "00:01:00"]
    assert "等待：首次开始 − 提交" in lines


def test_programs_get_every_figure_and_how_it_is_meant(jobcast, four):
    answer = json.loads(jobcast("simulate", four, "--threshold", "100", "--policy", "fcfs", "--json").stdout)
    assert {name: answer[name] for name in ("schema", "jobs", "mean_wait_s", "mean_bounded_slowdown")} == {
        "schema": 1,
        "jobs": 5,
        "mean_wait_s": (0 + 99 + 148 + 147 + 141) / 5,
        "mean_bounded_slowdown": pytest.approx((1 + 1.49 + 2.08 + 1.67 + 1.91) / 5),
    }
    assert (answer["max_bounded_slowdown"], answer["utilisation"]) == (2.08, 1210 / (8 * 210))
    assert answer["trace"] == {
        "name": "four.swf",
        "origin": "2026-01-01T00:00:00+00:00",
        "jobs": 5,
        "processors": 8,
        "set_aside": {"no_run_time": 1},
        "changed": {"run_capped": 1},
    }
    assert answer["setup"] == {
        "policy": "fcfs",
        "estimates": "requested",
        "correction": "request",
        "events": "per-event",
    }
    assert answer["conventions"]["threshold_s"] == 100
    assert answer["conventions"]["bounded_slowdown"] == "max(flow / max(run time, 100 s), 1), mean over jobs"
    assert list(answer["queues"]) == ["short", "long"]
    assert answer["sizes"]["2-4"]["jobs"] == 2


def test_a_run_is_kept_and_told_of(jobcast, four, tmp_path):
    result = jobcast("simulate", four, "-o", "easy", "--parquet", "jobs.parquet")
    assert result.stderr.splitlines() == [
        "wrote jobs.parquet",
        "kept the run in easy",
        "next: simulate another policy with -o OTHER, then jobcast compare easy OTHER",
    ]
    jobs = pl.read_parquet(tmp_path / "jobs.parquet")
    assert jobs.equals(pl.read_parquet(tmp_path / "easy/jobs.parquet"))
    assert jobs["start"].to_list() == [0, 100, 2, 62, 150]
    facts = json.loads((tmp_path / "easy/run.json").read_text())
    assert (facts["setup"]["policy"], facts["metrics"]["overall"]["jobs"]) == ("easy", 5)


def test_the_history_is_simulated_too(jobcast, store):
    store.append(
        frame(
            job("1", cores_requested=2, run_limit=7200.0),
            job("2", cores_requested=2, run_limit=7200.0),
            job("3", cores_requested=2, finish_time=NEW_YEAR + timedelta(days=9)),
        )
    )
    everything = json.loads(jobcast("simulate", "store", "--processors", "2", "--json").stdout)
    assert (everything["jobs"], everything["max_wait_s"]) == (3, 3600)
    some = json.loads(
        jobcast("simulate", "store", "--processors", "2", "--since", "2026-01-05", "--json").stdout
    )
    assert some["jobs"] == 1


def test_an_empty_history_is_said_to_be_empty_whatever_machines_there_are(jobcast, store):
    result = jobcast("simulate", "store")
    assert (result.exit_code, result.stderr.splitlines()[0]) == (1, "error: store holds no jobs")


def test_a_history_says_how_many_processors_it_needs(jobcast, store):
    store.append(frame(job("1", cores_requested=2)))
    result = jobcast("simulate", "store")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines() == [
        "error: store doesn't say how many processors there are",
        "cure:  --processors N, or --machines 32x8:64GB; at least 2 were in use at once",
    ]


@pytest.mark.parametrize(
    ("arguments", "code", "complaint"),
    [
        (["none.swf"], 1, "cannot open none.swf"),
        (["four.swf", "--policy", "esay"], 1, "there is no policy esay"),
        (["four.swf", "--processors", "0"], 2, "write a whole number from 1"),
        (["four.swf", "--threshold", "nan"], 2, "nan is not a number of seconds above 0"),
        (["four.swf", "--since", "7d"], 2, "TRACE is then 'store'"),
        (["four.swf", "-o", "no/where/easy"], 1, "no/where"),
        (["four.swf", "-o", "four.swf"], 1, "is no simulated run"),
        ([], 2, "TRACE"),
    ],
)
def test_what_can_not_be_done_is_refused(jobcast, four, arguments, code, complaint):
    result = jobcast("simulate", *arguments)
    assert result.exit_code == code, result.output
    assert complaint in result.stderr


def test_machines_have_each_a_part_of_the_processors(jobcast, four):
    answer = json.loads(jobcast("simulate", four, "--machines", "2x4:1GB", "-o", "placed", "--json").stdout)
    assert (answer["engine"] != "counts", answer["trace"]["processors"], answer["jobs"]) == (True, 8, 5)
    assert answer["setup"]["events"] == "per-timestamp"
    jobs = pl.read_parquet("placed/jobs.parquet")
    assert sum(share["tasks"] for share in jobs["allocation"][1]) == 8
    assert {share["machine"] for share in jobs["allocation"][1]} == {"m1", "m2"}


@pytest.fixture
def site(tmp_path):
    """Write files of LSF whose queues are not all those of the logs."""
    site = tmp_path / "conf"
    site.mkdir()
    (site / "lsb.queues").write_text(
        "Begin Queue\nQUEUE_NAME = short\nPRIORITY = 40\nEnd Queue\n"
        "Begin Queue\nQUEUE_NAME = night\nPRIORITY = 20\nSHINE = Y\nEnd Queue\n"
    )
    (site / "lsb.params").write_text("Begin Parameters\nDEFAULT_QUEUE = night\nEnd Parameters\n")
    return str(site)


def test_a_site_s_own_files_decide(jobcast, four, site):
    result = jobcast("simulate", four, "--system", site)
    assert result.exit_code == 0, result.output
    assert (
        "changed: 2 (names a queue that the policy doesn't have; put into its default queue)" in result.stdout
    )
    assert "SHINE: unknown" in result.stderr


def test_one_queue_that_all_are_put_into_is_told_where_the_policy_has_queues(jobcast, tmp_path, site):
    rows = (line(job=1, user=1), line(job=2, submit=1, user=1))
    bare = str(log(tmp_path / "bare.swf", *rows, header=HEADER))
    shown = [jobcast("simulate", bare, *more).stdout for more in ((), ("--system", site))]
    assert ["\n\nqueue " in each for each in shown] == [False, True]
    assert shown[1].split("\n\nqueue ")[1].splitlines()[1].split()[:2] == ["night", "2"]


def test_jobs_count_in_the_queue_that_the_policy_puts_them_into(jobcast, four, site, tmp_path):
    shown = jobcast("simulate", four, "--system", site, "-o", "own", "--gantt", "own.html").stdout
    by_queue = shown.split("\n\nqueue ")[1].split("\n\n")[0].splitlines()[1:]
    assert [row.split()[:2] for row in by_queue] == [["short", "3"], ["night", "2"]]
    assert pl.read_parquet("own/jobs.parquet")["queue"].to_list() == ["night"] * 2 + ["short"] * 3
    assert '"groups":{"queue":["night","short"]' in (tmp_path / "own.html").read_text()
    jobcast("simulate", four, "-o", "easy")
    compared = json.loads(jobcast("compare", "easy", "own", "--json").stdout)
    assert set(compared["against"][0]["queues"]) == {"long", "short", "night"}


def test_a_page_for_the_browser_is_written(jobcast, four, tmp_path):
    result = jobcast("simulate", four, "--gantt", "run.html")
    assert result.stderr.startswith("wrote run.html\n")
    assert (tmp_path / "run.html").read_text().startswith("<!DOCTYPE html>")


def test_the_page_shows_each_job_of_the_time_that_is_named(jobcast, four, tmp_path):
    span = ("--gantt-span", "2026-01-01T00:02:00", "2026-01-01T00:03:00")
    assert jobcast("simulate", four, "--gantt", "some.html", *span).exit_code == 0
    jobcast("simulate", four, "--gantt", "all.html")
    some, whole = ((tmp_path / name).read_text() for name in ("some.html", "all.html"))
    assert len(some) < len(whole)


@pytest.mark.parametrize(
    ("arguments", "code", "complaint"),
    [
        (["--gantt-span", "2026-01-01", "2026-01-02"], 2, "add --gantt FILE"),
        (["--gantt", "a.html", "--gantt-span", "2026-01-02", "2026-01-01"], 2, "let TO come after FROM"),
        (["--machines", "many"], 1, "'many' tells no machines"),
        (["--machines", "2x4", "--processors", "8"], 2, "leave out --processors"),
        (["--machines", "2x4", "--events", "per-event"], 2, "leave out --events per-event"),
        (["--system", "lsb.queues", "--policy", "easy"], 2, "leave out --policy"),
        (["--system", "lsb.queues"], 1, "lsb.queues"),
        (["--system", "four.swf"], 1, "not the configuration files of one batch system"),
    ],
)
def test_rules_and_machines_that_contradict_are_refused(jobcast, four, arguments, code, complaint):
    result = jobcast("simulate", four, *arguments)
    assert result.exit_code == code, result.output
    assert complaint in result.stderr


def test_jobs_start_only_at_multiples_of_a_cycle(jobcast, four, tmp_path):
    result = jobcast("simulate", four, "--cycle", "60", "--parquet", "jobs.parquet")
    assert "events per-timestamp --cycle 60: " in result.stdout
    assert "\ndecisions: only at whole multiples of the seconds that --cycle names\n" in result.stdout
    assert pl.read_parquet(tmp_path / "jobs.parquet")["start"].to_list() == [0, 120, 180, 60, 180]
    assert (
        json.loads(jobcast("simulate", four, "--cycle", "0", "--json").stdout)["setup"]["events"]
        == "per-event"
    )


@pytest.mark.parametrize("wrong", ["-1", "1.5", "604801"])
def test_a_cycle_that_is_none_is_refused(jobcast, four, wrong):
    assert jobcast("simulate", four, "--cycle", wrong).exit_code == 2
    assert jobcast("simulate", four, "--cycle", "60", "--events", "per-event").exit_code == 2


@pytest.fixture
def chain(tmp_path):
    """Write a log of three jobs, the last of which came 5 s after the end of the second."""
    rows = (
        line(job=1, submit=0, run=100, time_asked=100, processors_asked=8),
        line(job=2, submit=10, run=100, time_asked=100, processors_asked=8),
        line(job=3, submit=105, run=10, time_asked=10, processors_asked=1, preceding=2, think=5),
    )
    return str(log(tmp_path / "chain.swf", *rows, header=HEADER))


def test_jobs_that_follow_others_come_when_those_are_over(jobcast, chain, tmp_path):
    kept = [
        jobcast("simulate", chain, *more, "-o", name) for name, more in (("as", ()), ("then", ("--follow",)))
    ]
    assert [each.exit_code for each in kept] == [0, 0]
    assert "who follows another comes when that one is over" in kept[1].stdout
    jobs = [pl.read_parquet(tmp_path / name / "jobs.parquet") for name in ("as", "then")]
    assert [table.select("id", "submit", "start").rows() for table in jobs] == [
        [("1", 0, 0), ("2", 10, 100), ("3", 105, 200)],
        [("1", 0, 0), ("2", 10, 100), ("3", 205, 205)],
    ]
    compared = jobcast("compare", "as", "then")
    assert "did not simulate the same jobs" not in compared.stdout


def test_where_nobody_follows_it_is_said_and_processors_are_counted_as_ever(jobcast, four):
    result = jobcast("simulate", four, "--follow", "--json")
    assert result.stderr == "nobody in four.swf follows another job: --follow changes nothing\n"
    answer = json.loads(result.stdout)
    assert (answer["engine"], answer["conventions"]["submission"]) == (
        "counts",
        "as recorded, whoever follows whom",
    )


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "en",
            "no job in lost.swf is left that follows another (links dropped: 3): --follow changes nothing",
        ),
        ("zh", "lost.swf 中作业的跟随关系均已去除（3 个），再无作业跟随另一作业：--follow 不起作用"),
    ],
)
def test_where_all_links_were_dropped_it_is_said_how_many(jobcast, tmp_path, language, said):
    rows = (
        line(job=1, preceding=2),
        line(job=2, submit=1, preceding=1),
        line(job=3, submit=2, preceding=9),
        line(job=4, submit=3),
    )
    lost = str(log(tmp_path / "lost.swf", *rows, header=HEADER))
    result = jobcast("--lang", language, "simulate", lost, "--follow")
    assert result.exit_code == 0, result.output
    assert result.stderr.splitlines()[0] == said


MACHINES = ("--machines", "4x2", "--estimates", "last-two")


def test_it_tells_what_sent_a_run_to_the_slower_engine(jobcast, four, monkeypatch):
    monkeypatch.setattr(placed, "WORTH_COMPILING", 1)
    result = jobcast("simulate", four, *MACHINES)
    assert result.stderr.splitlines()[0] == (
        "run by the plain core, which is slower, because of: estimates learnt on the way"
    )
    answer = json.loads(jobcast("simulate", four, *MACHINES, "--json").stdout)
    assert (answer["engine"], answer["core_because"], answer["conventions"]["engine"]) == (
        "core",
        ["estimates"],
        "the plain core, which decides as in operation; because of: estimates learnt on the way",
    )


def test_it_tells_what_is_missing_to_be_faster(jobcast, four, monkeypatch):
    monkeypatch.setattr(placed, "WORTH_COMPILING", 1)
    monkeypatch.setattr(compiled, "find_spec", lambda _name: None)
    assert jobcast("--lang", "zh", "simulate", four, *MACHINES[:2]).stderr.splitlines()[:2] == [
        "由普通核心运行，速度较慢，原因：未安装 numba",
        "pip install 'jobcast[fast]' 可加快速度：编译引擎需要 numba",
    ]


def test_short_runs_by_the_core_need_no_excuse(jobcast, four):
    answer = json.loads(jobcast("simulate", four, *MACHINES, "--json").stdout)
    assert (answer["engine"], answer["core_because"], answer["compiling"]) == ("core", [], 0)


ACTING = """\
chance of failing known at submission: 5 jobs, from how their families had ended by then
behind others: 5 jobs; 2 of them ended well
held to be confirmed: 5 jobs; 2 of them ended well (false alarms)
                                   nothing is done  all confirmed  those that fail withdrawn
core-hours of runs that failed                4.44           4.44                       1.11
mean wait of jobs that ended well         00:04:10       08:30:50                   08:14:10
95 % of them waited at most               00:07:54       08:34:34                   08:17:54
their mean bounded slowdown                   5.99         340.39                     329.39
What users would have withdrawn isn't known: the truth lies between the last columns.
"""


@pytest.fixture
def failing(tmp_path):
    """Return a log of somebody whose jobs fail, and who is right in the end; it begins at midnight."""
    rows = ((0, 500, 0), (1000, 500, 0), (2000, 500, 0), (3000, 500, 1), (3001, 50, 1), (3002, 500, 0))
    lines = (
        line(
            job=job, submit=submit, wait=0, run=run, time_asked=500, processors_asked=8, user=1, status=status
        )
        for job, (submit, run, status) in enumerate(rows, 1)
    )
    return log(tmp_path / "failing.swf", *lines, header=HEADER)


def test_chances_of_failing_are_acted_on_and_told_of(jobcast, failing, monkeypatch):
    monkeypatch.setenv("JOBCAST_TIMEZONE", "UTC")
    shown = jobcast("simulate", str(failing), "--lower-at", "0.9", "--hold-at", "0.99").stdout
    assert "--lower-at 0.9 --lowered-for 86400 --hold-at 0.99 --confirm-after 3600" in shown
    assert ACTING in shown
    answer = json.loads(jobcast("simulate", str(failing), "--hold-at", "0.99", "--json").stdout)
    assert answer["failing"]["held"] == 5
    assert [way["name"] for way in answer["failing"]["ways"]] == ["without", "confirmed", "withdrawn"]


def test_such_a_run_is_kept_with_what_it_would_have_done(jobcast, failing, tmp_path):
    jobcast("simulate", str(failing), "--lower-at", "0.9", "-o", str(tmp_path / "acting"))
    facts = read_run(tmp_path / "acting").facts
    assert facts.failing is not None
    assert facts.failing.lowered == 5


@pytest.mark.parametrize(
    ("arguments", "code", "complaint"),
    [
        (("--hold-at", "0.5", "--follow"), 2, "--hold-at and --follow don't go together"),
        (("--lower-at", "0"), 2, "0<x<=1"),
        (("--lower-at", "0.5", "--events", "per-event"), 2, "per-event"),
    ],
)
def test_acting_that_can_not_be_is_refused(jobcast, failing, arguments, code, complaint):
    refused = jobcast("simulate", str(failing), *arguments)
    assert (refused.exit_code, complaint in refused.output) == (code, True), refused.output


def test_a_log_without_failures_can_tell_no_chances(jobcast, four):
    refused = jobcast("simulate", str(four), "--hold-at", "0.5")
    assert refused.exit_code != 0
    assert "four.swf doesn't tell of any job that failed" in refused.output
