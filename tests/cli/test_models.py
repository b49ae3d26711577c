"""jobcast models."""

import json
import shutil
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from jobcast import clock
from jobcast.predict.card import read_card
from jobcast.predict.shelf import Shelf
from jobcast.store import Store
from tests.trained import made_up_history

FIRST, SECOND = "2026-03-01T02-00-07", "2026-03-02T02-00-05"


@pytest.fixture(autouse=True)
def two_models(trained: str, shelf: Shelf) -> None:
    """Have a second model beside the first, which answers; nobody has judged the second."""
    assert trained == FIRST
    shutil.copytree(shelf.folder(FIRST), shelf.path / SECOND)
    file = shelf.path / SECOND / "card.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "scores": None}))


@pytest.fixture
def newer(sampled: Store) -> None:
    """Have a job in the store that no model knows."""
    later = pl.col("submit_time", "start_time", "finish_time") + timedelta(days=1)
    sampled.append(made_up_history().tail(1).with_columns(later, job_id=pl.lit("999999")))


def test_the_list_marks_the_one_that_answers(jobcast):
    result = jobcast("models", "list")
    assert result.stdout == (
        "model                  recipe   learnt from  until       median error  over request  over GB\n"
        "* 2026-03-01T02-00-07  default        1,445  2025-09-14         12.5%             -        -\n"
        "  2026-03-02T02-00-05  default        1,445  2025-09-14             -             -        -\n"
    )
    assert result.stderr == "next: jobcast models show NAME\n"
    assert result.exit_code == 0


def test_the_list_speaks_chinese(jobcast):
    result = jobcast("--lang", "zh", "models", "list")
    assert result.stdout.splitlines()[0].split() == [
        "模型", "方法", "训练作业数", "截止", "误差中位数", "超出申请量", "多申请", "GB",
    ]  # fmt: skip
    assert result.stderr == "下一步：jobcast models show NAME\n"


def test_json_tells_the_active_one_and_what_each_was_learnt_from(jobcast):
    answer = json.loads(jobcast("models", "list", "--json").stdout)
    assert (answer["schema"], answer["active"]) == (1, FIRST)
    assert [list(one) for one in answer["models"]] == [["name", "recipe", "made", "data", "scores"]] * 2
    assert [one["name"] for one in answer["models"]] == [FIRST, SECOND]
    assert [one["scores"] for one in answer["models"]] == [{"jobs": 300, "median_error": 0.125}, None]


def test_a_damaged_card_does_not_hide_the_others(jobcast, shelf):
    (shelf.path / SECOND / "card.json").write_text("{}")
    result = jobcast("models", "list")
    assert [line.split()[:2] for line in result.stdout.splitlines()[1:]] == [["*", FIRST]]
    assert result.stderr.splitlines()[0] == (
        f"error: cannot read {shelf.path / SECOND}/card.json: it has no field schema"
    )
    assert result.exit_code == 0


def test_no_models_name_the_command_that_makes_one(jobcast, shelf):
    shutil.rmtree(shelf.path)
    result = jobcast("models", "list")
    assert (result.stdout, result.stderr) == ("", "There is no model yet. next: jobcast train\n")
    assert json.loads(jobcast("models", "list", "--json").stdout) == {
        "schema": 1,
        "active": None,
        "models": [],
    }


def rewrite(shelf: Shelf, name: str, **fields: object) -> None:
    file = shelf.path / name / "card.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **fields}))


def test_a_card_is_shown_in_lines_by_default_that_of_the_active_model(jobcast, shelf):
    rewrite(
        shelf,
        FIRST,
        versions={"jobcast": "0.1.0", "lightgbm": "4.7.0"},
        data={"jobs": 1500, "last_day": "2025-09-14", "clusters": ["loom", "shed"]},
        settings={"risk": 0.05, "most_rows": 2_000_000, "boosting": {"learning_rate": 0.08}},
        ceiling=37.0,
        offsets={"same": -0.25, "none": 1.0},
        scores={"jobs": 300, "median_error": 0.125, "over_gib": 1234.5, "within_factor_2": None},
        run_time={
            "risk": 0.01,
            "ceiling": 12.0,
            "learnt_from": 1437,
            "offsets": {"same": 1.0},
            "scores": {"jobs": 280, "exceeded_share": 0.0125, "levels": []},
        },
        failures={"learnt_from": 1480, "failed": 40, "reasons": {"exit_code": 0.75, "memory_limit": 0.25}},
    )
    result = jobcast("models", "show")
    assert result.stdout == (
        "model     2026-03-01T02-00-07\n"
        "recipe    default\n"
        "made      2026-03-01T02:00:07+00:00\n"
        "versions  jobcast                 0.1.0\n"
        "          lightgbm                4.7.0\n"
        "data      jobs                    1,500\n"
        "          last_day                2025-09-14\n"
        "          clusters                loom, shed\n"
        "settings  most_rows               2,000,000\n"
        "          boosting.learning_rate  0.08\n"
        "risk      5.0%\n"
        "ceiling   128 GiB\n"
        "scores    jobs                    300\n"
        "          median error            12.5%\n"
        "          over GB                 1,234\n"
        "          within ×2               -\n"
        "run time  risk                    1.0%\n"
        "          ceiling                 01:08:16\n"
        "          learnt_from             1,437\n"
        "          jobs                    280\n"
        "          over limit              1.2%\n"
        "failures  learnt_from             1,480\n"
        "          failed                  40\n"
        "          exit_code               75.0%\n"
        "          memory_limit            25.0%\n"
        "\n"
        "history                        calibration  of run limits\n"
        "same command, folder and user       × 0.84         × 2.00\n"
        "nothing                             × 2.00              -\n"
    )
    assert (result.stderr, result.exit_code) == ("", 0)


def test_a_card_that_nobody_judged_says_so_and_another_recipe_has_no_calibration(jobcast, shelf):
    rewrite(
        shelf, SECOND, versions={}, data={}, settings={}, risk=None, ceiling=0.0, offsets=None, run_time=None,
        failures=None,
    )  # fmt: skip
    lines = jobcast("models", "show", SECOND).stdout.splitlines()
    assert lines == [
        f"model     {SECOND}",
        "recipe    default",
        "made      2026-03-01T02:00:07+00:00",
        *(f"{name}  -" for name in ("versions", "data    ", "settings", "risk    ", "ceiling ", "scores  ")),
    ]


def test_what_is_unknown_in_a_card_is_shown_as_it_is(jobcast, shelf):
    rewrite(
        shelf,
        FIRST,
        data={
            "jobs": 1,
            "odd": [1, {"a": None}],
            "yes": True,
            "nothing": None,
            "texts": [],
            "\x1b[31m": "\u202e",
        },
        ceiling=1e300,
        offsets={"twin": 0.0, "same": "high", "young": 1e9},
        scores={"beauty": 0.3333333333, "median_error": "low"},
        run_time={"risk": "some", "ceiling": 1e300, "offsets": 5, "scores": [1]},
        failures={"failed": "few", "reasons": {"mood": "bad"}},
    )
    result = jobcast("models", "show")
    lines = [line.split(maxsplit=1) for line in result.stdout.splitlines()]
    for words in (
        ["odd", '[1, {"a": null}]'],
        ["yes", "true"],
        ["nothing", "-"],
        ["texts", "-"],
        ["\\x1b[31m", "\\u202e"],
        ["ceiling", "-"],
        ["run", "time  risk                       some"],
        ["ceiling", "1e+300"],
        ["scores", "[1]"],
        ["scores", "beauty                     0.333333"],
        ["median_error", "low"],
        ["failures", "failed                     few"],
        ["mood", "bad"],
        ["twin", "× 1.00"],
    ):
        assert words in lines
    assert [line[-1].split()[-1] for line in lines[-2:]] == ['"high"', "1000000000.0"]
    assert result.exit_code == 0


def test_a_card_speaks_chinese(jobcast):
    told = jobcast("--lang", "zh", "models", "show").stdout
    assert "误差中位数" in told
    assert [line for line in told.splitlines() if line.startswith("风险")] == ["风险      5.0%"]
    assert "历史层级" in told


def test_a_card_as_json_has_its_features_too(jobcast):
    answer = json.loads(jobcast("models", "show", "--json").stdout)
    assert (answer["schema"], answer["model"], answer["risk"]) == (1, FIRST, 0.05)
    assert "hour" in answer["features"]


def test_models_stand_side_by_side_as_they_are_named(jobcast):
    lines = jobcast("models", "compare", SECOND, FIRST).stdout.splitlines()
    assert [line.split()[0] for line in lines[1:]] == [SECOND, "*"]
    answer = json.loads(jobcast("models", "compare", SECOND, "--json").stdout)
    assert [one["name"] for one in answer["models"]] == [SECOND]


def test_activate_and_rollback_switch_the_one_that_answers(jobcast, shelf):
    result = jobcast("models", "activate", SECOND)
    assert (result.stdout, result.stderr) == (f"{SECOND} answers from now on\n", "")
    assert shelf.active() == SECOND
    assert jobcast("--lang", "zh", "models", "rollback").stdout == f"{FIRST} 已启用\n"
    assert shelf.active() == FIRST
    result = jobcast("--lang", "en", "models", "rollback")
    assert (
        result.stderr == "error: no model of another training was active before\ncure:  jobcast models list\n"
    )
    assert result.exit_code == 1
    assert json.loads(jobcast("models", "activate", SECOND, "--json").stdout) == {
        "schema": 1,
        "active": SECOND,
    }
    assert json.loads(jobcast("models", "rollback", "--json").stdout) == {
        "schema": 1,
        "active": FIRST,
        "from": SECOND,
    }


def state(shelf: Shelf) -> list[tuple[str, str]]:
    """Return all that lies on the shelf, and where its links lead."""
    return sorted(
        (str(path), str(path.readlink()) if path.is_symlink() else "") for path in shelf.path.rglob("*")
    )


def test_a_refreshed_model_answers_from_then_on(jobcast, shelf, newer, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 3, 3, tzinfo=UTC))
    result = jobcast("models", "refresh")
    assert result.stdout == "2026-03-03T00-00-00 answers from now on\n"
    assert shelf.active() == "2026-03-03T00-00-00"
    card = read_card(shelf.folder(None))
    assert (card.refreshed_from, card.data["clusters"]) == (FIRST, ["loom"])
    assert f"refreshed from  {FIRST}\n" in jobcast("models", "show").stdout


@pytest.mark.parametrize("flag", [[], ["--dry-run"]])
def test_without_new_jobs_nothing_is_refreshed(jobcast, shelf, sampled, flag):
    before = state(shelf)
    result = jobcast("models", "refresh", *flag)
    assert result.stdout == f"nothing new since {FIRST}: no job has finished that it does not know\n"
    answer = json.loads(jobcast("models", "refresh", *flag, "--json").stdout)
    assert answer == {"schema": 1, "active": FIRST, "refreshed": False}
    assert (result.exit_code, state(shelf)) == (0, before)


def test_a_refresh_removes_what_nobody_goes_back_to(jobcast, shelf, newer, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 3, 3, tzinfo=UTC))
    monkeypatch.setenv("JOBCAST_MODELS_KEEP", "1")
    shutil.copytree(shelf.path / SECOND, shelf.path / "2026-03-01T12-00-00")
    result = jobcast("models", "refresh")
    assert (
        result.stderr == "removed, since newer models are there (setting models.keep): 2026-03-01T12-00-00\n"
    )
    assert shelf.names() == [FIRST, SECOND, "2026-03-03T00-00-00"]


def test_a_model_that_somebody_activates_stays(jobcast, shelf):
    jobcast("models", "activate", SECOND)
    shelf.activate(FIRST)
    shelf.rollback()
    shelf.activate(FIRST)
    assert shelf.keep(1) == []


def test_a_dry_run_tells_what_would_answer_and_changes_nothing(jobcast, shelf):
    shelf.activate(SECOND)
    before = state(shelf)
    for name, *words in (
        (FIRST, "activate", FIRST),
        (FIRST, "rollback"),
    ):
        result = jobcast("models", *words, "--dry-run")
        assert result.stdout == f"{name} would answer from now on\n"
        assert result.stderr.endswith("dry run: nothing was changed\n")
        assert result.exit_code == 0
        answer = json.loads(jobcast("models", *words, "--dry-run", "--json").stdout)
        told = {"from": SECOND} if words == ["rollback"] else {}
        assert answer == {"schema": 1, "active": name, **told, "dry_run": True}
    assert state(shelf) == before
    assert jobcast("--lang", "zh", "models", "rollback", "--dry-run").stdout == f"将启用 {FIRST}\n"


def test_a_dry_run_of_a_refresh_names_the_model_that_can_be_refreshed(jobcast, shelf, newer):
    before = state(shelf)
    result = jobcast("models", "refresh", "--dry-run")
    assert result.stdout == f"{FIRST} can be refreshed; the result would answer from then on\n"
    assert result.stderr.endswith("dry run: nothing was changed\n")
    answer = json.loads(jobcast("models", "refresh", "--dry-run", "--json").stdout)
    assert answer == {"schema": 1, "refreshed_from": FIRST, "dry_run": True}
    assert state(shelf) == before


@pytest.mark.parametrize(
    "words", [["activate", "typo"], ["rollback"], ["refresh", "typo"], ["refresh", SECOND]]
)
def test_a_dry_run_refuses_what_the_command_would_refuse(jobcast, shelf, newer, words):
    (shelf.path / SECOND / "evidence/levels.npy").write_bytes(b"")
    dry, wet = (jobcast("models", *words, *flag) for flag in (["--dry-run"], []))
    assert (dry.stderr, dry.exit_code) == (wet.stderr, 1)
    assert dry.stderr.splitlines()[-1].startswith("cure:  ")


@pytest.mark.parametrize("flag", [[], ["--dry-run"]])
@pytest.mark.parametrize("words", [["activate", FIRST], ["rollback"]])
def test_a_model_that_cannot_answer_is_not_let_to(jobcast, shelf, words, flag):
    shelf.activate(SECOND)
    before = state(shelf)
    rewrite(shelf, FIRST, features=["hour"])
    result = jobcast("models", *words, *flag)
    assert result.stderr == (
        f"error: the model {FIRST} can't answer: the model {FIRST} was trained with other features\n"
        "cure:  jobcast train\n"
    )
    assert (result.stdout, result.exit_code) == ("", 1)
    assert state(shelf) == before
    (shelf.folder(FIRST) / "card.json").write_text("{}")
    result = jobcast("--lang", "zh", "models", *words, *flag)
    assert result.stderr.startswith(f"错误：模型 {FIRST} 无法回答：")
    assert shelf.active() == SECOND


@pytest.mark.parametrize("command", ["show", "activate", "compare"])
def test_a_model_that_is_not_there_is_an_expected_failure(jobcast, shelf, command):
    result = jobcast("models", command, "typo")
    assert result.stderr == f"error: there is no model typo in {shelf.path}\ncure:  jobcast models list\n"
    assert (result.stdout, result.exit_code) == ("", 1)
    assert shelf.active() == FIRST


def test_a_shelf_that_cannot_be_written_is_an_expected_failure(jobcast, shelf, monkeypatch):
    def refuse(*_arguments):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Shelf, "_switch", refuse)
    result = jobcast("models", "activate", SECOND)
    assert result.stderr.startswith("error: ")
    assert "Permission denied" in result.stderr
    assert result.exit_code == 1


def test_without_a_command_the_help_page_is_shown(jobcast):
    result = jobcast("models")
    assert result.stderr.startswith("Usage: jobcast models [OPTIONS] COMMAND [ARGS]...\n")
    assert "rollback" in result.stderr
    assert "error:" not in result.stderr
    assert result.exit_code == 2
