"""jobcast models."""

import json
import shutil

import pytest

from jobcast.predict.shelf import Shelf

FIRST, SECOND = "2026-03-01T02-00-07", "2026-03-02T02-00-05"


@pytest.fixture(autouse=True)
def two_models(trained: str, shelf: Shelf) -> None:
    """Have a second model beside the first, which answers; nobody has judged the second."""
    assert trained == FIRST
    shutil.copytree(shelf.folder(FIRST), shelf.path / SECOND)
    file = shelf.path / SECOND / "card.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "scores": None}))


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
    assert result.stderr == "接下来：jobcast models show NAME\n"


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


def test_a_card_is_shown_by_default_that_of_the_active_model(jobcast):
    lines = jobcast("models", "show").stdout.splitlines()
    assert [line.split()[0] for line in lines] == [
        "model", "recipe", "made", "versions", "data", "settings", "risk", "ceiling", "offsets", "scores",
    ]  # fmt: skip
    assert lines[0] == f"model      {FIRST}"
    assert lines[2] == "made       2026-03-01T02:00:07+00:00"
    assert jobcast("models", "show", SECOND).stdout.splitlines()[0] == f"model      {SECOND}"


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
    assert result.stderr == "error: no other model was active before\ncure:  jobcast models list\n"
    assert result.exit_code == 1
    assert json.loads(jobcast("models", "activate", SECOND, "--json").stdout) == {
        "schema": 1,
        "active": SECOND,
    }
    assert json.loads(jobcast("models", "rollback", "--json").stdout) == {"schema": 1, "active": FIRST}


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
