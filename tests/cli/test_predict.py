"""jobcast predict."""

import json
import shutil
import subprocess
import sys

import pytest

from jobcast import clock
from jobcast.act.failing import percent
from jobcast.features.family import LADDER
from jobcast.forecast import Contribution
from jobcast.language import catalogue, say
from jobcast.predict import families
from jobcast.predict.failures import families as failing_families
from jobcast.units import format_duration
from tests.cli.asking import NOW, flags, number
from tests.made_up import HOSTILE
from tests.trained import a_job, made_up_history


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


def test_the_answer_is_told_and_its_last_line_is_the_request_in_mb(jobcast, trained):
    result = jobcast("predict", *flags())
    told = json.loads(jobcast("predict", *flags(), "--json").stdout)
    answer, run_time = told["forecast"], told["run_time"]
    assert result.exit_code == 0
    assert result.stderr == ""
    peak, request, time, limit, failure, basis, by, last = result.stdout.splitlines()
    assert peak.startswith("peak memory  50% below ")
    assert ", 95% below " in peak
    assert request.startswith("request      ")
    assert request.endswith("; 5.0% of such jobs use more")
    half, most = (format_duration(seconds) for seconds in run_time["quantiles_s"].values())
    assert time == f"run time     50% within {half}, 99% within {most}"
    assert limit == f"run limit    {most} at least; 1.0% of such jobs run longer"
    chance = percent(told["failure"]["probability"])
    assert failure.startswith(f"failure      {chance} %")
    assert basis == f"basis        {answer['basis']['words']}"
    assert by == f"model        {trained} (default)"
    assert last == str(answer["request_mb"])
    assert answer["quantiles_mb"] == {"0.5": answer["quantiles_mb"]["0.5"], "0.95": answer["request_mb"]}
    assert 0 < answer["quantiles_mb"]["0.5"] <= answer["request_mb"]


def test_the_answer_speaks_chinese(jobcast, trained):
    result = jobcast("--lang", "zh", "predict", *flags())
    peak, request, time, limit, failure, basis, by, last = result.stdout.splitlines()
    assert failure.startswith("失败概率  ")
    assert time.startswith("运行时间  50% 不超过 ")
    assert limit.startswith("运行时限  至少 ")
    assert peak.startswith("内存峰值  50% 低于 ")
    assert "，95% 低于 " in peak
    assert request.startswith("申请量    ")
    assert basis.startswith("依据      ")
    assert by == f"模型      {trained}（default）"
    assert int(last) > 0


def test_json_has_all_of_the_forecast(jobcast, trained):
    answer = json.loads(jobcast("predict", *flags(), "--json").stdout)
    assert list(answer) == ["schema", "model", "forecast", "run_time", "failure"]
    assert (answer["schema"], answer["model"]) == (1, trained)
    forecast = answer["forecast"]
    assert list(forecast) == ["quantiles_mb", "request_mb", "risk", "basis", "contributions"]
    assert list(forecast["basis"]) == ["level", "rung", "runs", "age_days", "median_from", "words"]
    assert len(forecast["contributions"]) == 5
    assert list(forecast["contributions"][0]) == ["feature", "factor"]
    assert forecast["basis"]["age_days"] == round(forecast["basis"]["age_days"], 2)
    run_time = answer["run_time"]
    assert list(run_time) == ["quantiles_s", "limit_s", "risk", "basis"]
    assert list(run_time["quantiles_s"]) == ["0.5", "0.99"]
    assert 0 < run_time["quantiles_s"]["0.5"] <= run_time["quantiles_s"]["0.99"] == run_time["limit_s"]
    assert (run_time["limit_s"] % 60, run_time["risk"]) == (0, 0.01)
    assert list(run_time["basis"]) == list(forecast["basis"])
    assert run_time["basis"]["median_from"] == "median of last 4"
    failure = answer["failure"]
    assert list(failure) == ["probability", "reasons", "recent", "words", "basis", "contributions"]
    assert list(failure["recent"]) == ["runs", "failed", "reason", "exit_code"]
    assert 0 < failure["probability"] < 1


def test_a_model_that_has_learnt_no_run_times_says_so(jobcast, trained, shelf):
    file = shelf.folder(trained) / "card.json"
    card = json.loads(file.read_text("utf-8"))
    del card["run_time"]
    file.write_text(json.dumps(card), "utf-8")
    assert (
        "run time     no forecast: this model has learnt no run times\n"
        in jobcast("predict", *flags()).stdout
    )
    assert json.loads(jobcast("predict", *flags(), "--json").stdout)["run_time"] == {
        "reason": "no_run_times",
        "why": "this model has learnt no run times",
    }


def test_a_model_that_has_learnt_nothing_of_failures_tells_nothing_of_them(jobcast, trained, shelf):
    file = shelf.folder(trained) / "card.json"
    card = json.loads(file.read_text("utf-8"))
    del card["failures"]
    file.write_text(json.dumps(card), "utf-8")
    assert "failure" not in jobcast("predict", *flags()).stdout
    assert json.loads(jobcast("predict", *flags(), "--json").stdout)["failure"] == {
        "reason": "no_failures_learnt",
        "why": "this model has learnt nothing of failures: too few jobs failed, or too few did not",
    }


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
    told = [one for one in factors if one[1] != "1.00"]
    assert lines[at + 1 + len(told)] == "odds of failing moved by"
    assert [tuple(line.split(" × ")) for line in lines[at + 1 : at + 1 + len(told)]] == [
        (" " * 13 + feature, factor) for feature, factor in told
    ]
    assert not [line for line in jobcast("predict", *flags()).stdout.splitlines() if " × " in line]


# ---- from files


def test_factors_that_move_nothing_are_left_out_and_their_heading_too(jobcast, trained, monkeypatch):
    def explained(*factors: float) -> list[str]:
        moved = tuple(Contribution(feature=f"f{n}", factor=factor) for n, factor in enumerate(factors))
        monkeypatch.setattr(families, "_contributions", lambda _row: moved)
        return jobcast("predict", *flags(), "--explain").stdout.splitlines()[7:-2]

    monkeypatch.setattr(failing_families, "contributions", lambda _row, _base: ())
    assert explained(2.0, 1.004, 0.996, 0.5) == [
        "request moved by",
        "             f0 × 2.00",
        "             f3 × 0.50",
    ]
    assert explained(1.0, 1.001) == []


# ---- fields and amounts


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
        "run_time": {"reason": "nothing_similar", "why": "历史中没有相似的作业"},
        "failure": {"reason": "nothing_similar", "why": "历史中没有相似的作业"},
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
