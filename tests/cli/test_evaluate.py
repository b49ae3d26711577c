"""jobcast evaluate."""

import csv
import json
import math
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from jobcast.cli.figures import amount
from jobcast.train.judge import RECIPES
from jobcast.units import GIB, MIB
from tests.made_up import NEW_YEAR, frame, job
from tests.train.memprediction.made_up import QUICK
from tests.trained import made_up_history

SPLIT = ["--train-end", "2025-09-10"]
SIMPLE = ["--recipe", "as-requested", "--recipe", "last-run"]

pytestmark = pytest.mark.usefixtures("few_trees")


def later(*, done: bool = True) -> pl.DataFrame:
    """Return the jobs that are judged, or all of which there is an answer."""
    jobs = made_up_history().filter(
        pl.col("finish_time").dt.date().cast(pl.String) > "2025-09-10", pl.col("memory_peak") > 0
    )
    return jobs.filter(pl.col("state") == "done") if done else jobs


def test_the_tables_compare_recipes_intervals_and_levels(jobcast, sampled):
    result = jobcast("evaluate", *SPLIT)
    assert result.exit_code == 0, result.output
    scores, intervals, levels, run_times, run_time_levels = result.stdout.split("\n\n")[1:]
    assert result.stdout.splitlines()[0] == (
        f"{len(later())} jobs that finished after 2025-09-10, answered as of their submission"
    )
    assert scores.splitlines()[0] == (
        "recipe             over request  over GB  under GB  over GB·h  under GB·h  wasted GB·h  "
        "median error  mean error GB  within ×2  no answer"
    )
    assert [line[:17].strip() for line in scores.splitlines()[1:]] == [
        "as requested", "last run", "family p95", "default", "perfect knowledge",
    ]  # fmt: skip
    assert intervals.splitlines()[0] == "by measured peak memory (GB), default"
    assert len(intervals.splitlines()) == 13
    assert levels.splitlines()[0] == "by history level, default; promised: 95.0% within the request"
    assert levels.splitlines()[2].startswith("same command, folder and user")
    assert run_times.splitlines()[1].split("  ") == [
        "recipe", "", "", "", "over limit", "over hours", "median factor", "within ×2", "no answer",
    ]  # fmt: skip
    assert [line[:12].strip() for line in run_times.splitlines()[2:]] == [
        "as requested", "last run", "family p95", "default",
    ]  # fmt: skip
    assert run_time_levels.splitlines()[0] == "by history level, default; promised: 99.0% within the limit"
    assert result.stderr == "next: jobcast train\n"


def test_the_tables_speak_chinese(jobcast, sampled):
    result = jobcast("--lang", "zh", "evaluate", *SPLIT, *SIMPLE)
    memory, run_times = result.stdout.split("\n\n")[1:]
    lines = result.stdout.splitlines()
    assert lines[0] == f"2025-09-10 之后结束的 {len(later())} 个作业，按提交时刻回答"
    assert [line.split()[0] for line in memory.splitlines()] == ["方法", "用户申请量", "上次运行", "完全预知"]
    assert run_times.splitlines()[0].endswith(" 个正常结束作业的运行时间；承诺：99.0% 不超过时限（按整分钟）")
    assert result.stderr == "下一步：jobcast train\n"


def test_a_small_table_in_full(jobcast, store):
    def run(number: int, day: int, peak: float, **known: object) -> dict[str, object]:
        finish = NEW_YEAR + timedelta(days=day, hours=12)
        return job(
            str(number), finish_time=finish, memory_peak=int(peak * GIB), command="make", cwd="/p", **known
        )

    store.append(
        frame(
            run(1, 0, 4), run(2, 1, 2), run(3, 2, 4, memory_requested=8 * GIB), run(4, 3, 3, state="failed")
        )
    )
    table = """\
1 jobs that finished after 2026-01-02, answered as of their submission

recipe             over request  over GB  under GB  over GB·h  under GB·h  wasted GB·h  median error  mean error GB  within ×2  no answer
as requested               0.0%        4         0          4           0            4        100.0%           4.00     100.0%          0
last run                 100.0%        0         2          0           2            2         50.0%           2.00     100.0%          0
perfect knowledge          0.0%        0         0          0           0            0          0.0%           0.00     100.0%          0

run times of 1 jobs that ended well; promised: 99.0% within the limit, in whole minutes
recipe        over limit  over hours  median factor  within ×2  no answer
as requested           -           0              -          -          1
last run            0.0%           0           1.00     100.0%          0
"""  # noqa: E501 - a table
    assert jobcast("evaluate", "--train-end", "2026-01-02", *SIMPLE).stdout == table
    assert jobcast("evaluate", "--train-end", "2026-01-02", *SIMPLE, "--all-states").stdout.startswith(
        "2 jobs"
    )
    result = jobcast("evaluate", "--train-end", "2026-01-03", *SIMPLE)  # only the failed one is left
    assert result.stdout.startswith("0 jobs that finished after 2026-01-03")
    assert result.exit_code == 0
    json.loads(
        jobcast("evaluate", "--train-end", "2026-01-03", *SIMPLE, "--json").stdout, parse_constant=pytest.fail
    )


def test_the_sums_of_small_jobs_are_not_nothing(jobcast, store):
    def run(number: int, mib: int, **known: object) -> dict[str, object]:
        finish = NEW_YEAR + timedelta(days=number)
        return job(str(number), finish_time=finish, memory_peak=mib * MIB, command="make", cwd="/p", **known)

    store.append(frame(run(1, 20), run(2, 20, memory_requested=52 * MIB)))
    lines = jobcast("evaluate", "--train-end", "2026-01-02", "--recipe", "as-requested").stdout.splitlines()
    assert lines[3].split()[:8] == [
        "as", "requested", "0.0%", "0.0312", "0", "0.0312", "0", "0.0312",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (None, "-"), (math.nan, "-"), (0, "0"), (3, "3"), (4.0, "4"), (1234.5, "1,234"), (10.4, "10"),
        (9.87654, "9.88"), (-0.5, "-0.500"), (0.0123456, "0.0123"), (1e-9, "0.000000"),
    ],
)  # fmt: skip
def test_amounts_below_ten_have_three_significant_digits(value, told):
    assert amount(value) == told


def test_json_has_scores_and_shares_by_whatever_jobs_differ_in(jobcast, sampled):
    answer = json.loads(jobcast("evaluate", *SPLIT, *SIMPLE, "--risk", "0.1", "--json").stdout)
    assert list(answer) == [
        "schema", "train_end", "every", "risk", "live", "submitted_before", "recipes", "perfect_knowledge", "run_time",
    ]  # fmt: skip
    assert (answer["schema"], answer["every"], answer["risk"], answer["live"]) == (1, None, 0.1, True)
    assert (
        answer["submitted_before"] == (later()["submit_time"] <= datetime(2025, 9, 11, tzinfo=UTC)).sum() > 0
    )
    assert answer["train_end"] == "2025-09-10T23:59:59.999999+00:00"
    last_run = answer["recipes"]["last-run"]
    assert last_run["jobs"] + last_run["unanswered"] == len(later())
    assert list(last_run)[-5:] == ["intervals", "levels", "queues", "users", "windows"]
    assert sum(one["max_mem_num"] for one in last_run["intervals"]) == last_run["jobs"]
    assert sum(one["jobs"] for one in last_run["queues"]) == last_run["jobs"]
    assert sum(one["jobs"] for one in last_run["users"]) == last_run["jobs"]
    assert last_run["windows"] == [
        {"train_end": answer["train_end"]}
        | {name: last_run[name] for name in ("jobs", "exceeded_share", "median_error")}
    ]
    assert answer["perfect_knowledge"]["wastage_gib_h"] == 0
    assert (answer["run_time"]["risk"], list(answer["run_time"]["recipes"])) == (
        0.01, ["as-requested", "last-run"],
    )  # fmt: skip
    assert list(answer["run_time"]["recipes"]["last-run"]) == [
        "jobs", "unanswered", "exceeded_share", "median_factor", "within_factor_2", "over_h", "levels",
    ]  # fmt: skip


def test_users_are_those_with_the_most_jobs(jobcast, sampled, monkeypatch):
    monkeypatch.setattr("jobcast.cli.evaluate_show._MOST_USERS", 3)
    answer = json.loads(jobcast("evaluate", *SPLIT, *SIMPLE, "--json").stdout)
    found = answer["recipes"]["last-run"]["users"]
    most = later()["user"].value_counts(sort=True)[:3]
    assert [one["jobs"] for one in found] == most["count"].to_list()
    assert list(found[0]) == ["user", "jobs", "within_request"]


def test_models_that_are_made_anew_stand_in_a_table_each_with_its_jobs(jobcast, sampled):
    result = jobcast("evaluate", *SPLIT, *SIMPLE, "--recipe", "default", "--every", "2")
    assert result.exit_code == 0, result.output
    heading, columns, *rows = result.stdout.split("\n\n")[-3].splitlines()
    assert heading == "by model, learnt anew every 2 days, default"
    assert columns == "learnt until  jobs  over request  median error"
    assert [row.split()[0] for row in rows] == ["2025-09-10", "2025-09-12"]
    assert sum(int(row.split()[1]) for row in rows) == len(later())


def test_windows_speak_chinese_and_the_zone_of_the_site_and_json_utc(jobcast, sampled, monkeypatch):
    monkeypatch.setenv("JOBCAST_TIMEZONE", "Asia/Shanghai")
    result = jobcast("--lang", "zh", "evaluate", *SPLIT, "--recipe", "last-run", "--every", "2")
    heading, _columns, *rows = result.stdout.split("\n\n")[-2].splitlines()
    assert heading == "按模型，每 2 天重新训练，last-run"
    assert [row.split()[0] for row in rows] == ["2025-09-10", "2025-09-12", "2025-09-14"]
    answer = json.loads(jobcast("evaluate", *SPLIT, "--recipe", "last-run", "--every", "2", "--json").stdout)
    ends = [one["train_end"] for one in answer["recipes"]["last-run"]["windows"]]
    assert (answer["every"], ends[0]) == (2, "2025-09-10T15:59:59.999999+00:00")
    assert answer["train_end"] == ends[0]


def test_models_are_told_apart_by_days_of_a_zone_that_is_a_mere_offset(jobcast, sampled, monkeypatch):
    monkeypatch.setenv("TZ", "CST-8")
    result = jobcast("evaluate", *SPLIT, "--recipe", "last-run", "--every", "2")
    assert result.exit_code == 0
    assert f"\n{SPLIT[1]} " in result.stdout


def test_predictions_hold_every_later_job_however_it_ended(jobcast, sampled, tmp_path):
    result = jobcast("evaluate", *SPLIT, *SIMPLE, "--recipe", "default", "--predictions", "later.csv")
    assert result.stderr == "later.csv: every answer of default\nnext: jobcast train\n"
    with (tmp_path / "later.csv").open(newline="") as stream:
        assert next(stream) == "job_id,submit_time,memory_peak_mb,p50_mb,request_mb,basis,state,runs\n"
    with (tmp_path / "later.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    jobs = later(done=False)
    assert len(rows) == len(jobs)
    assert {row["state"] for row in rows} == set(jobs["state"])
    assert [float(row["memory_peak_mb"]) for row in rows] == pytest.approx(
        [peak / 2**20 for peak in jobs["memory_peak"]], abs=0.06
    )
    assert all(float(row["request_mb"]) >= float(row["p50_mb"]) > 0 for row in rows if row["request_mb"])


def test_predictions_are_empty_where_a_recipe_says_nothing(jobcast, sampled, tmp_path):
    jobcast("evaluate", *SPLIT, "--recipe", "as-requested", "--predictions", "later.csv")
    with (tmp_path / "later.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    asked = later(done=False)["memory_requested"].is_not_null().to_list()
    assert [row["request_mb"] != "" for row in rows] == asked
    assert "NaN" not in (tmp_path / "later.csv").read_text()


def test_frozen_models_learn_nothing_on_later_days(jobcast, sampled):
    live, frozen = (
        json.loads(jobcast("evaluate", *SPLIT, *SIMPLE, "--json", *flags).stdout)
        for flags in ([], ["--frozen"])
    )
    assert (live["live"], frozen["live"]) == (True, False)
    assert (
        live["recipes"]["as-requested"]["wastage_gib_h"] == frozen["recipes"]["as-requested"]["wastage_gib_h"]
    )
    assert live["recipes"]["last-run"]["median_error"] < frozen["recipes"]["last-run"]["median_error"]


def test_a_stretch_of_the_history_can_be_chosen(jobcast, sampled):
    answer = json.loads(
        jobcast(
            "evaluate", *SPLIT, *SIMPLE, "--since", "2025-09-05", "--until", "2025-09-12", "--json"
        ).stdout
    )
    dates = later()["finish_time"].dt.date().cast(pl.String)
    found = answer["recipes"]["last-run"]
    assert found["jobs"] + found["unanswered"] == (dates <= "2025-09-12").sum()


def test_memprediction_is_judged_when_it_is_named(jobcast, sampled, tmp_path):
    (tmp_path / "quick.yaml").write_text(QUICK)
    result = jobcast("evaluate", *SPLIT, "--recipe", "memprediction", "--training_cfg", "quick.yaml")
    assert result.exit_code == 0, result.output
    assert "by measured peak memory (GB), memprediction\n" in result.stdout
    assert "memprediction" in RECIPES


# ---- replays


@pytest.fixture
def workflow(store) -> None:
    """Have forty runs of each of two tasks, of which one uses what its input lets expect."""
    rows = [
        job(
            f"{task}{n}",
            command=task,
            description=f"input_size={n % 8 + 1}",
            memory_peak=(n % 8 + 1) * base,
            memory_requested=16 * GIB,
            finish_time=NEW_YEAR + timedelta(hours=2 * n),
        )
        for n in range(40)
        for task, base in (("align", GIB), ("sort", GIB // 4))
    ]
    store.append(frame(*rows))


@pytest.mark.parametrize(("protocol", "tasks"), [("published", 56), ("online", 80)])
def test_a_replay_tells_what_each_policy_wastes(jobcast, workflow, protocol, tasks):
    result = jobcast("evaluate", "--protocol", protocol)
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0].startswith(f"{protocol} protocol: ")
    assert lines[1].split("  ")[0] == "policy"
    assert {line.split()[1] for line in lines[2:]} == {str(tasks)}
    answer = json.loads(jobcast("evaluate", "--protocol", protocol, "--json").stdout)
    assert list(answer) == ["schema", "protocol", "policies"]
    assert [one["policy"] for one in answer["policies"]] == [line.split()[0] for line in lines[2:]]
    assert list(answer["policies"][0]) == [
        "policy", "tasks", "use_gb_hours", "wastage_gb_hours", "failed_attempts", "failed_attempt_share",
        "first_failure_share",
    ]  # fmt: skip
    assert answer["policies"][0]["failed_attempts"] == 0


def test_a_replay_speaks_chinese_and_follows_its_seed(jobcast, workflow):
    one, same, other = (
        jobcast("--lang", "zh", "evaluate", "--protocol", "published", "--seed", s) for s in "771"
    )
    assert one.stdout.splitlines()[0] == "published 协议：随机顺序，输入大小已知；GB 为十进制"
    assert one.stdout == same.stdout != other.stdout


# ---- pictures


@pytest.mark.parametrize("flag", ["--picture", "--predictions"])
def test_a_missing_folder_is_noticed_before_anything_is_computed(jobcast, sampled, flag):
    result = jobcast("evaluate", *SPLIT, flag, "nowhere/report.svg")
    assert result.exit_code == 1
    assert result.stderr == ("error: There is no folder nowhere.\ncure:  make it first, or write elsewhere\n")
    assert not Path("nowhere").exists()


@pytest.mark.parametrize(
    ("name", "begin"), [("report.svg", b"<?xml"), ("report.png", b"\x89PNG"), ("report.PDF", b"%PDF")]
)
def test_a_picture_is_drawn_in_the_kind_of_its_name(jobcast, sampled, tmp_path, name, begin):
    pytest.importorskip("matplotlib")
    result = jobcast("evaluate", *SPLIT, *SIMPLE, "--picture", name)
    assert result.exit_code == 0, result.output
    assert (tmp_path / name).read_bytes().startswith(begin)
    assert [path.name for path in (tmp_path / name).parent.iterdir() if path.name.startswith("report")] == [
        name.rpartition("/")[2]
    ]


def test_a_picture_of_jobs_without_an_answer_is_drawn_too(jobcast, store, tmp_path):
    pytest.importorskip("matplotlib")
    store.append(
        frame(job("1", memory_peak=GIB), job("2", memory_peak=GIB, finish_time=NEW_YEAR + timedelta(days=3)))
    )
    result = jobcast(
        "evaluate", "--train-end", "2026-01-02", "--recipe", "as-requested", "--picture", "a.svg"
    )
    assert result.exit_code == 0, result.output
    assert (tmp_path / "a.svg").exists()


def test_a_kind_of_picture_that_is_not_known_is_told_at_once(jobcast):
    result = jobcast("evaluate", *SPLIT, "--picture", "report.docx")
    assert result.stderr == "error: report.docx can't be drawn\ncure:  a name that ends in .svg, .png, .pdf\n"
    assert (result.stdout, result.exit_code) == ("", 1)


def test_without_matplotlib_the_cure_is_to_install_it(jobcast, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    result = jobcast("evaluate", *SPLIT, "--picture", "report.svg")
    assert result.stderr == "error: a picture needs matplotlib\ncure:  pip install 'jobcast[plots]'\n"
    assert result.exit_code == 1


# ---- misuse


def test_neither_a_day_nor_a_protocol_is_a_misuse(jobcast, sampled):
    result = jobcast("evaluate")
    assert result.stderr == (
        "Usage: jobcast evaluate [OPTIONS]\nTry 'jobcast evaluate --help'.\n"
        "error: Give --train-end DAY, or --protocol.\n"
    )
    assert (result.stdout, result.exit_code) == ("", 2)
    assert (
        jobcast("--lang", "zh", "evaluate")
        .stderr.splitlines()[-1]
        .endswith("请给出 --train-end DAY 或 --protocol。")
    )


@pytest.mark.parametrize(
    "arguments",
    [
        [*SPLIT, "--recipe", "alchemy"],
        [*SPLIT, "--risk", "0"],
        [*SPLIT, "--every", "0"],
        ["--every", "7"],
        ["--protocol", "online", "--every", "7"],
        ["--protocol", "online", "--risk", "0.3"],
        [*SPLIT, "--price", "0"],
        [*SPLIT, "--seed", "1996"],
        ["--protocol", "random"],
        ["--train-end", "soon"],
        ["--price", "-1"],
        [*SPLIT, "--training_cfg", "training.yaml"],
    ],
)
def test_what_is_not_known_is_a_misuse(jobcast, sampled, arguments):
    assert jobcast("evaluate", *arguments).exit_code == 2


def test_what_has_no_meaning_in_or_out_of_a_replay_is_named(jobcast, sampled):
    for arguments, error in (
        (["--protocol", "online", "--risk", "0.3"], "--protocol goes with --price, --seed, "),
        ([*SPLIT, "--price", "0"], "--price and --seed go with --protocol only."),
        (["--seed", "7"], "--price and --seed go with --protocol only."),
    ):
        result = jobcast("evaluate", *arguments)
        assert result.stderr.splitlines()[-1].startswith(f"error: {error}")
        assert (result.stdout, result.exit_code) == ("", 2)


def test_the_help_does_not_promise_what_only_training_does(jobcast):
    train, evaluate = (" ".join(jobcast(name, "--help").output.split()) for name in ("train", "evaluate"))
    assert "training YAML; implies --recipe memprediction." in train
    assert "training YAML, for --recipe memprediction." in evaluate


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["--train-end", "2026-01-01"], "no job with a measured peak finished after 2026-01-01"),
        (["--train-end", "2025-08-01", "--every", "7"], "too few finished jobs to learn from: 0 "),
        (["--train-end", "2025-08-01"], "too few finished jobs to learn from: 0 "),
        ([*SPLIT, "--since", "2027-01-01"], "There are no such jobs in "),
    ],
)
def test_what_cannot_be_judged_is_an_expected_failure_with_a_cure(jobcast, sampled, arguments, error):
    result = jobcast("evaluate", *arguments)
    what, cure = result.stderr.splitlines()
    assert what.startswith(f"error: {error}")
    assert cure.startswith("cure:  ")
    assert (result.stdout, result.exit_code) == ("", 1)


def test_of_a_history_without_measured_peaks_run_times_are_judged_alone(jobcast, store):
    def run(number: int, minutes: int) -> dict[str, object]:
        finish = NEW_YEAR + timedelta(days=number)
        return job(str(number), finish_time=finish, run_time=minutes * 60.0, command="make", cwd="/p")

    store.append(frame(run(1, 10), run(2, 15)))
    asked = ("evaluate", "--train-end", "2026-01-02", "--recipe", "last-run")
    result = jobcast(*asked)
    assert (
        result.stdout
        == """\
run times of 1 jobs that ended well; promised: 99.0% within the limit, in whole minutes
recipe    over limit  over hours  median factor  within ×2  no answer
last run      100.0%           0           1.50     100.0%          0
"""
    )
    assert result.stderr == "no job of these days has a measured peak: only run times are judged\n"
    answer = json.loads(jobcast(*asked, "--json").stdout)
    assert list(answer) == ["schema", "train_end", "every", "risk", "live", "run_time"]
    result = jobcast(*asked, "--predictions", "later.csv")  # which is about memory
    assert result.stderr.startswith("error: ")
    assert result.exit_code == 1
