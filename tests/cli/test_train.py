"""jobcast train."""

import json
import re
from pathlib import Path

import pytest

from jobcast import clock
from jobcast.predict.card import read_card
from jobcast.predict.shelf import Shelf
from jobcast.train.gate import Figures, Reason, Verdict
from tests.train.memprediction.made_up import QUICK
from tests.trained import END, ORDER, made_up_history

pytestmark = pytest.mark.usefixtures("few_trees")

HEADING = "max_mem_interval  max_mem_num  pre_mem_diff  pre_mem_diff_rate  over request"


def entries(shelf: Shelf) -> list[str]:
    return sorted(path.name for path in shelf.path.iterdir())


def test_a_model_is_trained_judged_by_interval_and_answers(jobcast, sampled, shelf):
    result = jobcast("train")
    assert result.exit_code == 0, result.output
    (name,) = shelf.names()
    assert shelf.active() == name
    lines = result.stdout.splitlines()
    assert lines[0].startswith("judged on ")
    assert lines[0].endswith("used more than the request (5.0% accepted)")
    assert lines[1] == HEADING
    assert [line.split("]")[0] for line in lines[2:13]][::10] == ["(-inf, 1.0", "(512.0, inf"]
    assert lines[13] == ""
    assert lines[14].startswith("run times judged on ")
    assert lines[14].endswith(" ran longer than the limit (1.0% accepted)")
    assert lines[15] == f"model {name}: learnt from 1,445 jobs, 2025-09-01 to 2025-09-14"
    assert lines[16].startswith("main cost time: ")
    assert result.stderr == "next: jobcast predict --user NAME --command TEXT --cwd DIR\n"
    scores = read_card(shelf.folder()).scores
    assert scores["jobs"] > 200
    assert 0 < scores["median_error"] < 1
    assert jobcast("predict", "--queue", made_up_history()["queue"][0]).exit_code == 0


def test_it_speaks_chinese(jobcast, sampled, shelf):
    result = jobcast("--lang", "zh", "train", "--no-judge")
    assert result.stdout.splitlines()[0] == (
        f"模型 {shelf.active()}：用 1,445 个作业训练，2025-09-01 至 2025-09-14"
    )
    assert result.stderr == "下一步：jobcast predict --user NAME --command TEXT --cwd DIR\n"


def test_json_holds_the_table_too(jobcast, sampled, shelf):
    answer = json.loads(jobcast("train", "--json", "--risk", "0.1", "--risk-run-time", "0.02").stdout)
    assert list(answer) == [
        "schema",
        "model",
        "active",
        "kept",
        "compared",
        "recipe",
        "data",
        "scores",
        "run_time",
        "not_judged",
        "intervals",
        "removed",
        "seconds",
    ]
    assert (answer["model"], answer["active"], answer["recipe"]) == (shelf.active(), True, "default")
    assert answer["not_judged"] is None
    assert answer["intervals"][0]["max_mem_interval"] == "(-inf, 1.0]"
    assert sum(one["max_mem_num"] for one in answer["intervals"]) == answer["scores"]["jobs"]
    card = read_card(shelf.folder())
    assert (card.risk, card.run_time["risk"], card.settings["risk_run_time"]) == (0.1, 0.02, 0.02)
    assert answer["run_time"] == card.run_time
    assert card.run_time["scores"]["jobs"] > 200


def test_no_judge_leaves_out_the_table_and_the_scores(jobcast, sampled, shelf):
    result = jobcast("train", "--no-judge")
    assert len(result.stdout.splitlines()) == 2
    assert read_card(shelf.folder()).scores is None


@pytest.mark.parametrize(
    ("language", "begin"), [("en", "not judged: too few "), ("zh", "未评价：可供训练的")]
)
def test_a_history_too_short_to_judge_is_learnt_from_and_said_to_be_unjudged(
    jobcast, sampled, shelf, language, begin
):
    few = ["-et", "2025-09-03"]
    result = jobcast("--lang", language, "train", *few)
    assert result.exit_code == 0, result.output
    assert result.stderr.startswith(begin)
    assert len(result.stderr.splitlines()) == 2
    assert read_card(shelf.folder()).scores is None
    answer = json.loads(jobcast("--lang", language, "train", *few, "--json").stdout)
    assert (answer["scores"], answer["intervals"]) == (None, None)
    assert result.stderr.splitlines()[0].endswith(answer["not_judged"])


def test_no_activate_leaves_the_active_model(jobcast, sampled, shelf, trained, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: ORDER.made)  # the second of the model that is there
    result = jobcast("train", "--no-judge", "--no-activate")
    assert shelf.active() == trained
    assert shelf.names() == [trained, f"{trained}-2"]
    assert result.stderr == f"next: jobcast models activate {trained}-2\n"
    assert jobcast("models", "activate", f"{trained}-2").exit_code == 0


def test_a_model_is_activated_though_a_newer_one_is_there(jobcast, sampled, shelf, trained, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: END)
    jobcast("train", "--no-judge")
    assert shelf.active() == f"{END:%Y-%m-%dT%H-%M-%S}" != shelf.names()[-1]


@pytest.mark.parametrize(
    ("days", "first", "last"),
    [
        (["-st", "2025-09-03"], "2025-09-03", "2025-09-14"),
        (["-et", "2025-09-12"], "2025-09-01", "2025-09-12"),
        (["--start_date", "2025-09-02", "--end_date", "2025-09-13"], "2025-09-02", "2025-09-13"),
    ],
)
def test_days_are_inclusive(jobcast, sampled, days, first, last):
    data = json.loads(jobcast("train", "--no-judge", "--json", *days).stdout)["data"]
    dates = made_up_history()["finish_time"].dt.date().cast(str)
    assert (data["first_day"], data["last_day"]) == (first, last)
    assert data["jobs"] == ((dates >= first) & (dates <= last)).sum()


def test_days_are_those_of_the_zone_of_the_site(jobcast, sampled, monkeypatch):
    monkeypatch.setenv("JOBCAST_TIMEZONE", "Asia/Shanghai")
    data = json.loads(jobcast("train", "--no-judge", "--json", "-st", "2025-09-03").stdout)["data"]
    dates = made_up_history()["finish_time"].dt.convert_time_zone("Asia/Shanghai").dt.date().cast(str)
    assert data["jobs"] == (dates >= "2025-09-03").sum()


@pytest.mark.usefixtures("sampled")
@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["-st", "2025-09-14"], "too few finished jobs to learn from: "),
        (["-st", "2025-09-14", "--json"], "too few finished jobs to learn from: "),
        (["-st", "2026-01-01"], "There are no such jobs in "),
        (["-st", "2025-09-05", "-et", "2025-09-04"], "There are no such jobs in "),
        (["-db", "nowhere"], "There is no job_info_YYYYMMDD.csv or YYYY_MM.db in nowhere."),
    ],
)
def test_a_failed_training_says_why_in_two_lines_and_leaves_everything(
    jobcast, shelf, trained, arguments, error
):
    before = entries(shelf)
    result = jobcast("train", *arguments)
    what, cure = result.stderr.splitlines()
    assert what.startswith(f"error: {error}")
    assert cure.startswith("cure:  ")
    assert (result.stdout, result.exit_code) == ("", 1)
    assert entries(shelf) == before
    assert shelf.active() == trained


def test_a_yaml_that_is_not_there_is_an_expected_failure(jobcast, sampled, shelf):
    result = jobcast("train", "--training_cfg", "nowhere.yaml")
    assert "nowhere.yaml" in result.stderr
    assert (result.stdout, result.exit_code, shelf.names()) == ("", 1, [])


def test_a_full_disk_leaves_everything_and_names_the_cure(jobcast, sampled, shelf, trained, monkeypatch):
    before = entries(shelf)

    def refuse(*_arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("jobcast.predict.shelf._sync", refuse)
    result = jobcast("train", "--no-judge")
    assert result.stderr.startswith("error: ")
    assert "No space left on device" in result.stderr
    assert result.exit_code == 1
    assert (entries(shelf), shelf.active()) == (before, trained)


def test_a_dry_run_tells_what_it_would_learn_from_and_writes_nothing(jobcast, sampled, tmp_path):
    before = sorted(tmp_path.rglob("*"))
    result = jobcast("train", "--dry-run")
    assert result.stdout == "default would learn from 1,445 of 1,500 jobs, 2025-09-01 to 2025-09-14\n"
    assert (result.stderr, result.exit_code) == ("dry run: nothing was written\n", 0)
    chinese = jobcast("--lang", "zh", "train", "--dry-run", "--recipe", "memprediction", "-st", "2025-09-03")
    assert chinese.stdout.startswith("memprediction 将用 1,")
    assert chinese.stdout.endswith(" 个训练，2025-09-03 至 2025-09-14\n")
    answer = json.loads(jobcast("train", "--dry-run", "--json").stdout)
    assert sorted(tmp_path.rglob("*")) == before
    assert answer == {
        "schema": 1,
        "dry_run": True,
        "recipe": "default",
        "data": {
            "jobs": 1500,
            "learnt_from": 1445,
            "first_day": "2025-09-01",
            "last_day": "2025-09-14",
            "finished_until": "2025-09-14T23:58:08+00:00",
            "clusters": ["loom"],
        },
    }


@pytest.mark.parametrize("day", ["14.9.2025", "2025-13-01", "yesterday"])
def test_a_day_that_is_none_is_a_misuse(jobcast, sampled, day):
    result = jobcast("train", "-st", day)
    assert result.stderr.splitlines()[-1] == (
        "error: -st / --start_date / --start-date: write a day as YYYY-MM-DD, e.g. 2026-01-31"
    )
    assert result.exit_code == 2


# ---- memPrediction's files and settings


@pytest.fixture
def yaml_file(tmp_path: Path) -> str:
    (tmp_path / "quick.yaml").write_text(QUICK)
    return "quick.yaml"


def test_memprediction_s_yaml_trains_its_recipe(jobcast, sampled, shelf, yaml_file):
    result = jobcast("train", "--training_cfg", yaml_file)
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0].startswith("Training mse is ")
    judged = lines.index("") + 1
    assert re.fullmatch(
        r"judged on \d+ later jobs: median error [\d.]+%; [\d.]+% used more than the forecast, "
        r"which is a mean without margin",
        lines[judged],
    )
    assert lines[judged + 1] == HEADING
    assert [line.split("]")[0] for line in lines[judged + 2 : judged + 13]][::10] == [
        "(-inf, 1.0",
        "(512.0, inf",
    ]
    assert lines[1] == "max_mem_interval  max_mem_num  pre_mem_diff  pre_mem_diff_rate"
    assert [line.split("]")[0] for line in lines[2:6]] == [
        "(-inf, 1.0",
        "(1.0, 4.0",
        "(4.0, 16.0",
        "(16.0, inf",
    ]
    card = read_card(shelf.folder())
    assert (card.recipe, card.risk) == ("memprediction", None)
    assert card.scores["jobs"] > 200
    told = jobcast("predict", "--user", "chen", "--command", "vcs")
    assert told.exit_code == 0, told.output
    assert "basis        words of the job, after 1445 jobs\n" in told.stdout
    assert int(told.stdout.splitlines()[-1]) > 0
    answer = json.loads(jobcast("predict", "--user", "chen", "--json").stdout)["forecast"]
    assert (answer["risk"], answer["quantiles_mb"], answer["basis"]["age_days"]) == (None, {}, None)
    assert "mean without margin" in told.stdout


def test_json_has_the_scores_of_memprediction_on_later_days(jobcast, sampled, shelf, yaml_file):
    answer = json.loads(jobcast("train", "--training_cfg", yaml_file, "--json").stdout)
    assert answer["scores"] == read_card(shelf.folder()).scores
    assert sum(one["max_mem_num"] for one in answer["intervals"]) == answer["scores"]["jobs"] > 200


def test_memprediction_goes_unjudged_on_request(jobcast, sampled, shelf, yaml_file):
    result = jobcast("train", "--training_cfg", yaml_file, "--no-judge")
    assert "judged" not in result.stdout
    assert read_card(shelf.folder()).scores is None


@pytest.mark.parametrize(
    ("arguments", "english", "chinese"),
    [
        (
            ["--recipe", "memprediction", "--risk", "0.1"],
            "--risk goes with --recipe default only: memprediction forecasts a mean, without margin.",
            "--risk 只能与 --recipe default 一起使用：memprediction 预测平均值，没有余量。",
        ),
        (
            ["--training_cfg", "quick.yaml", "--risk", "0.1"],
            "--risk goes with --recipe default only: memprediction forecasts a mean, without margin.",
            "--risk 只能与 --recipe default 一起使用：memprediction 预测平均值，没有余量。",
        ),
        (
            ["--recipe", "default", "--training_cfg", "quick.yaml"],
            "--training_cfg goes with --recipe memprediction only, not with default.",
            "--training_cfg 只能与 --recipe memprediction 一起使用，不能与 default 一起使用。",
        ),
    ],
)
@pytest.mark.usefixtures("sampled", "yaml_file")
def test_what_a_recipe_cannot_heed_is_a_misuse(jobcast, shelf, arguments, english, chinese):
    for language, error in (("en", f"error: {english}"), ("zh", chinese)):
        result = jobcast("--lang", language, "train", *arguments)
        assert result.stderr.splitlines()[-1].endswith(error)
        assert (result.stdout, result.exit_code, shelf.names()) == ("", 2, [])


def test_a_risk_in_the_settings_does_not_keep_memprediction_from_training(
    jobcast, sampled, shelf, yaml_file, monkeypatch
):
    monkeypatch.setenv("JOBCAST_RISK", "0.1")
    assert jobcast("train", "--training_cfg", yaml_file, "--no-judge").exit_code == 0
    assert read_card(shelf.folder()).risk is None


HEADER = (
    "job_id,started_time,job_name,user,status,project,queue,cwd,command,rusage_mem,max_mem,avg_mem,"
    "finished_time,job_description,interactive_mode,cpu_time,span_hosts,processors_requested\n"
)


@pytest.fixture
def daily_files(tmp_path: Path) -> str:
    """Write ten days of memPrediction's files, the last two with the same jobs."""
    (tmp_path / "db").mkdir()
    for day in range(1, 11):
        finished = f"{('Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun')[(day - 1) % 7]} Jan {day:2d}"
        lines = (
            f"{day}{n:03d},{finished} {n // 6:02d}:{n % 6}0:00,syn_{n % 4},user{n % 3},DONE,comet,pnr,/p/{n % 4},"
            f"make block{n % 4},0,{512 * (n % 4 + 1)},100,{finished} {n // 6:02d}:{n % 6}5:00,,False,10,1,1\n"
            for n in range(90)
        )
        (tmp_path / f"db/job_info_202401{day:02d}.csv").write_text(HEADER + "".join(lines))
    (tmp_path / "db/job_info_20240110_again.csv").write_text(
        (tmp_path / "db/job_info_20240110.csv").read_text()
    )
    return "db"


@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai"])
def test_daily_files_are_learnt_from_without_a_history(jobcast, shelf, daily_files, monkeypatch, zone):
    monkeypatch.setenv("JOBCAST_TIMEZONE", zone)
    days = ["-st", "2024-01-02", "-et", "2024-01-10"]
    answer = json.loads(jobcast("train", "-db", daily_files, *days, "--json").stdout)
    assert answer["data"]["jobs"] == answer["data"]["learnt_from"] == 9 * 90
    assert shelf.active() == answer["model"]
    assert jobcast("predict", "--user", "user1", "--command", "make block1").exit_code == 0


def test_records_set_aside_are_counted_by_reason_in_one_line(jobcast, daily_files):
    for day in ("02", "03"):
        with Path(f"{daily_files}/job_info_202401{day}.csv").open("a") as stream:
            stream.write("torn,in,two\n")
    result = jobcast("train", "-db", daily_files, "--dry-run")
    assert result.stdout.startswith("default would learn from 900 of 900 jobs, ")
    assert result.stderr == "records set aside: 2 (field_count 2)\ndry run: nothing was written\n"
    told = jobcast("--lang", "zh", "train", "-db", daily_files, "--dry-run", "--json")
    assert (told.stderr, told.exit_code) == ("搁置的记录：2（field_count 2）\n", 0)


def test_a_daily_file_that_cannot_be_read_does_not_stop_the_others(jobcast, daily_files):
    Path(f"{daily_files}/job_info_20240102.csv").write_text("what,is,this\n")
    Path(f"{daily_files}/2024_01.db").write_bytes(b"SQLite format 3\0, and no more")
    Path(f"{daily_files}/notes.db").write_text("not memPrediction's\n")
    result = jobcast("train", "-db", daily_files, "--dry-run")
    assert result.stdout.startswith("default would learn from 810 of 810 jobs, ")
    first, _, second, _, last = result.stderr.splitlines()
    assert first.startswith(f"error: {daily_files}/2024_01.db is damaged: ")
    assert second.startswith(f"error: {daily_files}/job_info_20240102.csv is not memPrediction's: ")
    assert last == "dry run: nothing was written"
    assert result.exit_code == 0


def test_daily_files_none_of_which_can_be_read_are_an_expected_failure(jobcast, tmp_path):
    (tmp_path / "db").mkdir()
    for day in (1, 2):
        (tmp_path / f"db/job_info_2024010{day}.csv").write_text("what,is,this\n")
    result = jobcast("train", "-db", "db")
    told = [line for line in result.stderr.splitlines() if line.startswith("error: ")]
    assert [line.split()[1] for line in told] == ["db/job_info_20240101.csv", "db/job_info_20240102.csv"]
    assert (result.stdout, result.exit_code) == ("", 1)


def test_days_without_daily_files_are_an_expected_failure(jobcast, shelf, daily_files):
    result = jobcast("train", "-db", daily_files, "-st", "2025-01-02")
    assert result.stderr.startswith("error: There are no such jobs in db.\n")
    assert result.exit_code == 1
    assert shelf.names() == []


WORSE = Verdict(
    reason=Reason.SHORT,
    jobs=1234,
    new=Figures(exceeded_share=0.125, wastage_gib_h=20.0),
    active=Figures(exceeded_share=0.05, wastage_gib_h=2500.0),
)
COMPARED = (
    "on the 1,234 jobs that finished since the active model was trained: "
    "new 12.5% beyond the request, 20 GiB·h unused; active 5.0% beyond the request, 2,500 GiB·h unused"
)


def test_a_model_that_does_worse_is_kept_and_does_not_answer(jobcast, sampled, shelf, trained, monkeypatch):
    monkeypatch.setattr("jobcast.cli.train.compare", lambda *_: WORSE)
    result = jobcast("train")
    assert result.exit_code == 0
    (new,) = set(shelf.names()) - {trained}
    assert shelf.active() == trained
    assert result.stderr.splitlines() == [
        COMPARED,
        (
            f"model {new} is kept, and does not answer: it leaves more jobs short of memory than was accepted, "
            "and than the active model does"
        ),
        f"look at both with jobcast models compare; let it answer anyway: jobcast models activate {new}",
        f"next: jobcast models activate {new}",
    ]


def test_a_kept_model_is_told_of_to_programs_and_in_the_mail_of_a_timer(
    jobcast, sampled, shelf, trained, monkeypatch
):
    monkeypatch.setattr("jobcast.cli.train.compare", lambda *_: WORSE)
    result = jobcast("train", "--json")
    answer = json.loads(result.stdout)
    assert (answer["active"], answer["kept"]) == (False, True)
    assert answer["compared"] == {
        "reason": "short",
        "jobs": 1234,
        "new": {"exceeded_share": 0.125, "wastage_gib_h": 20.0},
        "active": {"exceeded_share": 0.05, "wastage_gib_h": 2500.0},
    }
    assert "is kept, and does not answer" in result.stderr


def test_whoever_wants_a_worse_model_to_answer_can_have_that(jobcast, sampled, shelf, trained, monkeypatch):
    monkeypatch.setattr("jobcast.cli.train.compare", lambda *_: WORSE)
    result = jobcast("train", "--activate-anyway", "--json")
    answer = json.loads(result.stdout)
    assert (answer["active"], answer["kept"], shelf.active()) == (True, False, answer["model"])
    assert "answers anyway, as was asked for" in result.stderr


def test_a_model_for_which_there_is_too_little_to_compare_answers(jobcast, sampled, shelf, trained):
    result = jobcast("train")
    assert shelf.active() != trained
    assert result.stderr.splitlines()[0] == (
        "not compared with the active model: 0 jobs finished since it was trained, and at least 200 are needed; "
        "the new model answers"
    )


def test_what_is_not_to_answer_is_not_compared(jobcast, sampled, shelf, trained, monkeypatch):
    monkeypatch.setattr("jobcast.cli.train.compare", pytest.fail)
    for flag in ("--no-activate", "--no-judge"):
        answer = json.loads(jobcast("train", "--json", flag).stdout)
        assert answer["active"] == (flag == "--no-judge")
        assert not answer["kept"]
