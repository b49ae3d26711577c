"""jobcast failures train, evaluate, explain and predict."""

import json
import re
from importlib.util import find_spec

import numpy as np
import polars as pl
import pytest

from jobcast.cli import failures_source
from jobcast.cli.failures_source import Source
from jobcast.train.failures.cases import Vantage
from tests.train.failures.made_up_cases import FEATURES, made_up_cases

pytestmark = [
    pytest.mark.skipif(find_spec("sklearn") is None, reason="scikit-learn is an extra"),
    pytest.mark.usefixtures("one_thread"),
]

QUICK = ("--model", "one_layer", "--model", "logistic_regression")


@pytest.fixture
def one_thread(monkeypatch):
    """Have one thread do what is done before two have met."""
    monkeypatch.setattr(failures_source, "THREADS", 1)


@pytest.fixture
def made_up(monkeypatch):
    """Have 2,000 made-up jobs in the place of the history, the first of them twice."""
    monkeypatch.setattr(Source, "cases", lambda _self, vantage: made_up_cases(2_000, vantage=vantage))
    names = ["job-1", *(f"job-{number}" for number in range(1, 2_000))]
    monkeypatch.setattr(Source, "names", lambda _self, _vantage: names)


def blocks(text: str) -> list[list[str]]:
    return [block.splitlines() for block in text.split("\n\n")]


def test_every_table_says_its_vantage_point_and_its_split(jobcast, made_up):
    result = jobcast("failures", "evaluate", *QUICK)
    assert result.exit_code == 0, result.output
    titles = [block[0] for block in blocks(result.stdout) if " · " in block[0]]
    assert titles == [
        "at submission · parted at random",
        "at submission · parted by time",
        "while running · parted at random",
        "while running · parted by time",
        "afterwards (no forecast: it knows the run time) · parted at random",
        "afterwards (no forecast: it knows the run time) · parted by time",
    ]


def test_models_alarms_and_reasons_have_a_table_each(jobcast, made_up):
    result = jobcast("failures", "evaluate", *QUICK, "--vantage", "submission", "--split", "time")
    scores, alarms, reasons = blocks(result.stdout)
    assert re.fullmatch(
        r"learnt from 1,\d\d\d, calibrated on 2\d\d, judged by 400 of which \d\d failed \(\d.\d%\)", scores[1]
    )
    assert re.split(r"  +", scores[2]) == [
        "model", "AUC", "avg. prec.", "recall", "precision", "Brier", "calib. gap", "worst bin", "saved",
        "learnt from", "seconds",
    ]  # fmt: skip
    assert [re.split(r"  +", line)[0] for line in scores[3:-1]] == [
        "one layer", "logistic regression", "rate of the job's family", "base rate",
    ]  # fmt: skip
    assert scores[-1].startswith(
        "recall and precision at the paper's false-alarm rate, 5.8%; saved: core-hours"
    )
    assert re.fullmatch(r"one layer: from \d+\.\d+% on an alarm pays", alarms[0])
    assert [line.split("  ")[0] for line in alarms[2:]] == ["failed", "ended well"]
    assert reasons[0] == "one layer: by reason, each against all jobs that ended well"
    assert {line.split(" ")[0] for line in reasons[2:]} == {"memory_limit", "node"}
    assert result.stderr == "next: jobcast failures train --help\n"


def test_programs_get_all_figures_and_none_that_json_has_not(jobcast, made_up):
    result = jobcast("failures", "evaluate", *QUICK, "--vantage", "afterwards", "--json")
    tables = json.loads(result.stdout, parse_constant=pytest.fail)["tables"]
    assert [(one["vantage"], one["forecast"], one["split"]) for one in tables] == [
        ("afterwards", False, "random"),
        ("afterwards", False, "time"),
    ]
    assert tables[0]["false_alarm_cost"] == {"core_seconds": 0.0, "share": 0.1}
    ours, base = tables[1]["models"]["one_layer"], tables[1]["models"]["base_rate"]
    assert 0.7 < ours["auc"] < 1
    assert (base["auc"], base["learnt_from"], base["seconds"]) == (0.5, None, None)
    assert sum(ours["alarms"][name] for name in ("hits", "missed", "false_alarms", "quiet")) == ours["jobs"]
    assert sorted(ours["reasons"]) == ["memory_limit", "node"]


@pytest.mark.skipif(find_spec("matplotlib") is None, reason="matplotlib is an extra")
def test_each_of_several_tables_gets_a_picture_of_its_own(jobcast, made_up, tmp_path):
    result = jobcast("failures", "evaluate", *QUICK, "--vantage", "submission", "-o", "curves.svg")
    drawn = ["curves-submission-random.svg", "curves-submission-time.svg"]
    assert sorted(path.name for path in tmp_path.glob("*.svg")) == drawn
    assert result.stderr.splitlines()[:2] == [f"drawn: {name}" for name in drawn]
    jobcast("failures", "evaluate", *QUICK, "--vantage", "submission", "--split", "time", "-o", "one.svg")
    assert (tmp_path / "one.svg").exists()


@pytest.mark.parametrize(
    "arguments", [("--false-alarm-cost", "much"), ("--share", "1"), ("--vantage", "never")]
)
def test_values_that_can_not_be_are_a_misuse(jobcast, made_up, arguments):
    assert jobcast("failures", "evaluate", *arguments).exit_code == 2


def test_a_price_in_core_seconds_is_said_as_such(jobcast, made_up):
    arguments = ("--vantage", "submission", "--split", "time", "--false-alarm-cost", "600")
    assert (
        "less 600 core-seconds for each false alarm"
        in jobcast("failures", "evaluate", *QUICK, *arguments).stdout
    )


def test_a_model_is_learnt_explained_and_asked(jobcast, made_up, store):
    learnt = jobcast("failures", "train")
    assert learnt.exit_code == 0, learnt.output
    place = store.path / "failure-models" / "submission"
    assert learnt.stdout.splitlines()[0] == "at submission"
    assert learnt.stdout.splitlines()[1].startswith("model of 2,000 jobs of which ")
    assert "will not fail" in learnt.stdout
    assert learnt.stderr == f"next: jobcast failures explain --model {place}\n"
    explained = jobcast("failures", "explain").stdout.splitlines()
    assert explained[0] == "at submission: what moves the answers to 2,000 jobs"
    assert {line.split(" ")[0] for line in explained[2:]} == {*FEATURES, "class"}
    told = jobcast("failures", "predict", "--limit", "3").stdout.splitlines()
    assert re.fullmatch(r"at submission: 2,000 jobs, of which \d+ with an alarm; \d+ failed", told[0])
    assert len(told) == 5


def test_one_job_is_explained_by_what_moved_its_answer(jobcast, made_up):
    jobcast("failures", "train", "--layers", "one")
    told = jobcast("failures", "explain", "--job", "job-7")
    assert re.fullmatch(
        r"at submission: job job-7 fails with a chance of \d+\.\d%", told.stdout.splitlines()[0]
    )
    answer = json.loads(jobcast("failures", "explain", "--job", "job-7", "--json").stdout)
    values = {one["feature"]: one["value"] for one in answer["features"]}
    row = made_up_cases(2_000).matrix[7]
    assert values == {**dict(zip(FEATURES, row.astype(float).tolist(), strict=True)), "class": None}
    missing = jobcast("failures", "explain", "--job", "job-x")
    assert missing.exit_code == 1
    assert missing.stderr.startswith("error: there is no job job-x among these\n")


def test_programs_get_the_chance_of_every_job(jobcast, made_up):
    jobcast("failures", "train")
    answer = json.loads(jobcast("failures", "predict", "--json").stdout)
    chances = [one["chance"] for one in answer["jobs"]]
    assert len(chances) == 2_000
    assert chances == sorted(chances, reverse=True)
    assert [one["alarm"] for one in answer["jobs"]] == [chance >= answer["threshold"] for chance in chances]


def test_a_dry_run_writes_nothing(jobcast, made_up, store):
    result = jobcast("failures", "train", "--dry-run")
    assert "nothing was written" in result.stdout
    assert not (store.path / "failure-models").exists()


@pytest.mark.parametrize(
    ("fails", "said"), [(False, "None of these jobs failed"), (True, "All of these jobs failed")]
)
def test_where_all_jobs_or_none_failed_that_is_said(jobcast, monkeypatch, fails, said):
    cases = made_up_cases(500)
    cases.failed[:] = fails
    monkeypatch.setattr(Source, "cases", lambda _self, _vantage: cases)
    assert said in jobcast("failures", "train").stdout
    judged = jobcast("failures", "evaluate", *QUICK, "--vantage", "submission").stdout
    assert judged.count("there is no order to judge") == 2
    assert "nan" not in judged


def test_a_model_of_other_features_is_refused(jobcast, made_up, monkeypatch):
    jobcast("failures", "train")
    cases = made_up_cases(100)
    other = np.delete(cases.matrix, 0, axis=1)
    object.__setattr__(cases, "features", FEATURES[1:])
    object.__setattr__(cases, "matrix", other)
    monkeypatch.setattr(Source, "cases", lambda _self, _vantage: cases)
    result = jobcast("failures", "predict")
    assert result.exit_code == 1
    assert result.stderr.endswith("cure:  jobcast failures train, from jobs of the same source\n")


def test_without_a_model_the_cure_is_named(jobcast):
    result = jobcast("failures", "predict")
    assert result.exit_code == 1
    assert result.stderr.endswith("cure:  jobcast failures train\n")


def test_a_trace_is_looked_at_while_running_only_where_such_rows_are(jobcast, tmp_path):
    jobcast(
        "failures", "make-up", "trace", "--jobs", "400", "--machines", "12", "--days", "1", "--failing", "20"
    )
    jobcast("failures", "extract", "trace", "-o", "jobs.parquet")
    result = jobcast("failures", "evaluate", "--trace", "jobs.parquet", "--model", "one_layer", "--json")
    assert result.exit_code == 0, result.output
    assert [one["vantage"] for one in json.loads(result.stdout)["tables"]] == ["submission"] * 2 + [
        "afterwards"
    ] * 2
    assert result.stderr.startswith("without jobs.running.parquet, jobs are not looked at while they run")
    learnt = jobcast(
        "failures", "train", "--trace", "jobs.parquet", "--vantage", "afterwards", "--model", "m"
    )
    assert learnt.exit_code == 0, learnt.output
    told = jobcast("failures", "predict", "--trace", "jobs.parquet", "--model", "m", "--json")
    assert {one["job"] for one in json.loads(told.stdout)["jobs"]} <= set(
        pl.read_parquet("jobs.parquet")["job"].cast(pl.String)
    )
    assert jobcast("failures", "predict", "--trace", "jobs.parquet", "--since", "2026-01-01").exit_code == 2


def _keep_running(file, job):
    """Rewrite the file as if nobody knew the end of that job."""
    ends = pl.when(pl.col("job").cast(pl.String) != job).then("end").alias("end")
    pl.read_parquet(file).with_columns(ends).write_parquet(file)


def test_a_job_that_runs_is_answered_with_its_time_so_far_and_no_outcome(jobcast):
    made = ("--jobs", "400", "--machines", "12", "--days", "1", "--failing", "40")
    jobcast("failures", "make-up", "trace", *made)
    jobcast("failures", "extract", "trace", "-o", "j.parquet", "--while-running", "j.running.parquet")
    where = ("--trace", "j.parquet", "--model", "m")
    assert jobcast("failures", "train", *where, "--vantage", "running").exit_code == 0
    looks = pl.read_parquet("j.running.parquet").with_columns(pl.col("job").cast(pl.String))
    looks = looks.filter(pl.col("end").is_not_null())
    job = looks.filter(pl.col("landmark") > 60)["job"][0]
    marks = looks.filter(job=job)["landmark"].sort().to_list()
    for file in ("j.parquet", "j.running.parquet"):
        _keep_running(file, job)
    told = jobcast("failures", "predict", *where, "--json")
    jobs = json.loads(told.stdout)["jobs"]
    assert len(jobs) == len({one["job"] for one in jobs})
    running = [one for one in jobs if one["failed"] is None]
    assert [one["elapsed"] for one in running if one["job"] == job] == [marks[-1]]
    learnt = {one["job"] for one in jobs if one["learnt"]}
    assert learnt == {one["job"] for one in jobs if one["failed"] is not None} == {*looks["job"]} - {job}
    assert told.stderr.startswith(f"{len(learnt)} of the {len(jobs)} jobs shown had finished when the")
    explained = json.loads(jobcast("failures", "explain", *where, "--job", job, "--json").stdout)
    assert [one["chance"] for one in running if one["job"] == job] == [explained["chance"]]
    shown = jobcast("failures", "predict", *where, "--all-looks", "--limit", "0").stdout.splitlines()
    assert shown[0].endswith(" the end is unknown")
    rows = [line.split() for line in shown[2:] if line.split()[0] == job]
    assert sorted(row[1] for row in rows) == [f"{m // 3600:02}:{m // 60 % 60:02}:{m % 60:02}" for m in marks]
    assert {row[-1] for row in rows} == {"-"}


def test_jobs_that_finished_after_the_model_had_learnt_are_forecast_and_not_marked(jobcast, monkeypatch):
    cases = made_up_cases(2_000)
    early = cases.finished <= np.sort(cases.finished)[1_499]
    names = [f"job-{number}" for number in range(2_000)]
    monkeypatch.setattr(Source, "names", lambda _self, _vantage: names)
    monkeypatch.setattr(Source, "cases", lambda _self, _vantage: cases.take(early))
    jobcast("failures", "train")
    monkeypatch.setattr(Source, "cases", lambda _self, _vantage: cases)
    result = jobcast("failures", "predict", "--json")
    learnt = {one["job"] for one in json.loads(result.stdout)["jobs"] if one["learnt"]}
    assert learnt == {names[row] for row in np.flatnonzero(early)}
    assert result.stderr.startswith(f"{early.sum():,} of the 2,000 jobs shown had finished when")
    monkeypatch.setattr(Source, "names", lambda _self, _vantage: names[: (~early).sum()])
    monkeypatch.setattr(Source, "cases", lambda _self, _vantage: cases.take(~early))
    assert jobcast("failures", "predict").stderr == ""


@pytest.mark.parametrize("command", ["predict", "explain"])
def test_a_vantage_point_that_is_named_and_not_the_models_is_a_misuse(jobcast, made_up, command):
    jobcast("failures", "train", "--vantage", "afterwards", "--model", "m")
    result = jobcast("failures", command, "--model", "m", "--vantage", "submission")
    assert result.exit_code == 2
    assert "the model in m looks from afterwards, not from submission" in result.stderr
    for right in ((), ("--vantage", "afterwards")):
        assert jobcast("failures", command, "--model", "m", *right).exit_code == 0


@pytest.mark.parametrize("vantage", Vantage)
def test_the_jobs_of_the_history_serve(jobcast, sampled, vantage):
    learnt = jobcast("failures", "train", "--vantage", str(vantage), "--json")
    assert learnt.exit_code == 0, learnt.output
    assert json.loads(learnt.stdout)["vantage"] == str(vantage)
    told = json.loads(
        jobcast("failures", "predict", "--vantage", str(vantage), "--limit", "5", "--json").stdout
    )
    assert len(told["jobs"]) == 5
