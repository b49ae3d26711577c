"""The page on hooks says what the rules can say, and its examples are rules."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from jobcast.act.requirements import Require
from jobcast.act.rules import Rule, Rules, Verdict, read_rules
from jobcast.advice import KeptReason, Mode
from jobcast.batch.completing import NOTED
from jobcast.config import SETTINGS, leaves
from jobcast.job import Submission
from jobcast.systems.hooks.registry import HOOKS
from jobcast.units import GIB, Bytes
from tests.docs.pages import LANGUAGES, blocks, rows, text_of, words

NAME = "hooks.md"
ADVISING, SITE, REQUIRING = range(3)
"""Examples of rules, in the order of the page."""
OF_BATCH_SYSTEMS = {"bmod", "resources", "node_resources", "wall_clock_limit", "default_resources"}
WORDS = (
    {*Rule.__struct_fields__, *Require.__struct_fields__, "exceptions"}
    | {*Mode, *KeptReason, *SETTINGS, *HOOKS}
    | set(NOTED)
    | {"install", "true", "false"}
    | OF_BATCH_SYSTEMS
)
"""All that may stand between backticks and looks like a name of ours."""


def rule_files(language: str) -> list[str]:
    """Return the examples of rules; the other TOML of the page are settings."""
    return [text for text in blocks(text_of(NAME, language), "toml") if "[hook]" not in text]


def read(text: str, folder: Path) -> Rules:
    """Read an example as a site would, with the list of models that one of them names."""
    (folder / "model.list").write_text("grapes\n")
    (folder / "rules.toml").write_text(text, "utf-8")
    return read_rules(folder / "rules.toml")


def submission(**told: str) -> Submission:
    return Submission(at=datetime(2026, 1, 1, tzinfo=UTC), **told)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_example_of_rules_is_accepted(language: str, tmp_path: Path) -> None:
    furthest = [read(text, tmp_path).furthest() for text in rule_files(language)]
    assert furthest == [Mode.APPLY, Mode.LOWER, Mode.SHADOW]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_examples_of_settings_are_settings(language: str) -> None:
    trees = [tomllib.loads(text) for text in blocks(text_of(NAME, language), "toml") if "[hook]" in text]
    assert [dict(leaves(tree)) for tree in trees] == [{"hook.rules": "/etc/jobcast/rules.toml"}]
    assert "hook.rules" in SETTINGS


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_examples_do_what_the_page_says_of_them(language: str, tmp_path: Path) -> None:
    texts = rule_files(language)
    advising, site = read(texts[ADVISING], tmp_path), read(texts[SITE], tmp_path)
    assert advising.verdict(submission(queue="pnr")).mode is Mode.ADVISE
    applied = advising.verdict(submission(queue="regress_night"))
    assert (applied.mode, applied.memory_bounds.most) == (Mode.APPLY, 64 * GIB)
    assert site.verdict(submission(user="chen", queue="sta")).mode is Mode.OFF
    lowered = site.verdict(submission(queue="pnr_big", command="java -jar pnr.jar"))
    assert (lowered.mode, lowered.lower_to, lowered.run_limit) == (Mode.LOWER, 0.5, True)
    assert (lowered.memory_bounds.most, lowered.exception) == (Bytes(2048 * GIB), True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_requirement_asks_loadleveler_for_a_model_of_the_list(language: str, tmp_path: Path) -> None:
    rules = read(rule_files(language)[REQUIRING], tmp_path)
    assert rules.refusal(submission(description="grapes"), "loadleveler") is None
    assert rules.refusal(submission(), "lsf") is None
    for description in ("", "tetris"):
        refusal = rules.refusal(submission(description=description), "loadleveler")
        assert refusal == "comment must name a model of model.list"


def test_a_first_rule_of_mode_shadow_alone_takes_all_back(tmp_path: Path) -> None:
    """As the page says under rolling back; the same at the top of the file does not."""
    text = rule_files("en")[ADVISING]
    first = read(text.replace("[[rule]]", '[[rule]]\nmode = "shadow"\n\n[[rule]]', 1), tmp_path)
    assert first.verdict(submission(queue="regress")).mode is Mode.SHADOW
    assert first.verdict(submission(queue="pnr")).mode is Mode.SHADOW
    top = read(text.replace('mode = "advise"', 'mode = "shadow"'), tmp_path)
    assert top.verdict(submission(queue="regress")).mode is Mode.APPLY


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_table_of_modes_has_each_mode_in_its_order(language: str) -> None:
    assert [words(row[0]) for row in rows(text_of(NAME, language), 2)] == [[mode] for mode in Mode]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_table_of_keys_has_each_key_of_a_rule_and_no_other(language: str) -> None:
    keys = [key for row in rows(text_of(NAME, language), 3) for key in words(row[0])]
    assert sorted(keys) == sorted({*Rule.__struct_fields__, "exceptions"})


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_table_of_keys_has_the_defaults(language: str) -> None:
    told = {key: row[2] for row in rows(text_of(NAME, language), 3) for key in words(row[0])}
    silent = Verdict()
    assert told["mode"] == f"`{silent.mode}`"
    assert words(told["memory"]) == [str(silent.memory).lower(), str(silent.run_limit).lower()]
    assert words(told["memory_limit"]) == [str(silent.memory_limit).lower()]
    assert (told["lower_to"], told["lower_from"]) == (f"{silent.lower_to:g}", f"{silent.lower_from:g}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_tells_each_key_of_a_requirement_and_each_field(language: str) -> None:
    section = text_of(NAME, language).partition("\n### ")[2].partition("\n## ")[0]
    keys = {*Require.__struct_fields__} - {*Rule.__struct_fields__}
    fields = get_args(get_type_hints(Require)["field"])
    assert [name for name in (*keys, *fields) if name not in section] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_name_in_the_page_exists(language: str) -> None:
    named = {
        word for word in words(text_of(NAME, language)) if word.replace("_", "").isalpha() and word.islower()
    }
    assert sorted(named - WORDS) == []
