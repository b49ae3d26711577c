"""jobcast says everything in both languages, and has nothing to say that it never says."""

import ast
import re
import string
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import get_args

import pytest

import jobcast
from jobcast.advice import ChangeKind, KeptReason, Subject
from jobcast.batch.record import StepState
from jobcast.cli.batch_commands import COMMANDS as BATCH_COMMANDS
from jobcast.cli.failures import COMMANDS as FAILURES_COMMANDS
from jobcast.cli.installing import State
from jobcast.cli.loadleveler.llctl import NOT_HERE
from jobcast.cli.main import COMMANDS
from jobcast.cli.train_gate import NOT_COMPARED
from jobcast.config import SETTINGS
from jobcast.decision import Cause
from jobcast.features.candidates import CANDIDATES
from jobcast.features.family import LADDER, LEVELS
from jobcast.forecast import NO_FAILURES
from jobcast.history import SCHEMA
from jobcast.job import ExitReason
from jobcast.language import LANGUAGES, catalogue, choose, say, speaking
from jobcast.predict.base import NO_RUN_TIMES, NOTHING_SIMILAR
from jobcast.predict.card import Card
from jobcast.report.failures.costs import REASONS
from jobcast.report.failures.repeats import ADVICE
from jobcast.report.forecasts import WHO
from jobcast.report.formats.html import SAID_BY_SCRIPT
from jobcast.report.rules import RULES
from jobcast.report.summary import SECTIONS
from jobcast.schedule.beyond import Kind
from jobcast.serve.batch.choice import STATES as PAGE_STATES
from jobcast.serve.batch.page import SAID_BY_SCRIPT as PAGE_SCRIPT
from jobcast.simulate.compare import OTHERS, OVERALL
from jobcast.simulate.metrics import CONVENTIONS
from jobcast.simulate.page.page import SETUP
from jobcast.simulate.trace import CHANGES as TRACE_CHANGES
from jobcast.simulate.trace import REASONS as TRACE_REASONS
from jobcast.simulate.whatif import SCENARIOS
from jobcast.systems.dialect import Standing
from jobcast.systems.registry import FILE_FORMATS
from jobcast.train.failures.cases import Vantage
from jobcast.train.failures.judge import MODELS as JUDGED_MODELS
from jobcast.train.failures.splits import SplitBy
from jobcast.train.gate import KEEPS_ACTIVE
from jobcast.train.judge import RECIPES
from jobcast.train.replay import Protocol

SOURCE = Path(jobcast.__file__).parent


def _calls() -> Iterator[tuple[str, ast.Call]]:
    """Yield each call of `say` and `phrase`, with where it stands."""
    for file in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in {"say", "phrase"}
            ):
                yield f"{file.relative_to(SOURCE)}:{node.lineno}", node


def _said_by_pages() -> set[str]:
    """Return the keys that pages and their scripts ask for."""
    keys = set()
    for page in sorted(SOURCE.rglob("page/*.html")):
        for key, more in re.findall(r'\bsay(?:_plain)?\("([a-z_.]+)"( ~)?', page.read_text("utf-8")):
            keys |= {key + ending for ending in _families()[key]} if more else {key}
    return keys | {f"report.{name}" for name in SAID_BY_SCRIPT}


def _families() -> dict[str, list[str]]:
    """Return the keys that are put together while running: the known beginning, and all endings."""
    return {
        "column.": [name.removeprefix("column.") for name in catalogue() if name.startswith("column.")],
        "commands.": [*COMMANDS, *BATCH_COMMANDS],
        "failures_commands.": list(FAILURES_COMMANDS),
        "failing_reason.": list(ExitReason),
        **{
            f"failures_waste_{part}.": _endings(f"failures_waste_{part}.")
            for part in ("count", "mean", "kind", "aside", "title", "axis", "class")
        },
        **{part: _endings(part) for part in ("failing_figure.", "failing_way.")},
        "beyond.": list(Kind),
        "ending.": ["over_memory", "over_cpu_time", "lost"],
        "setting.": list(SETTINGS),
        "import.kind_": list(FILE_FORMATS),
        "doctor.row_": ["source", "line", "reason", "text"],
        "evaluate.replay_": list(get_args(Protocol)),
        "evaluate.column_": [*_SCORES, *_OUTCOMES],
        "recipe.": [*RECIPES, "perfect"],
        "level.": list(LEVELS),
        "step.": [name.removeprefix("step.") for name in catalogue() if name.startswith("step.")],
        "no_forecast.": [NOTHING_SIMILAR, NO_RUN_TIMES.reason, NO_FAILURES.reason],
        "basis.": [rung.name for rung in LADDER],
        "candidate.": list(CANDIDATES),
        **{beginning: _endings(beginning) for beginning in ("report_column.", "report_fact.")},
        "report_section.": [*SECTIONS, "notes", "shadow"],
        "report_figure.": _endings("report_figure."),
        "report_about.": _endings("report_figure."),
        "report_chart.": _endings("report_chart."),
        "report_reason.": list(REASONS),
        "report_repeat.": list(ADVICE),
        "report_who.": list(WHO),
        "report_finding.": list(RULES),
        **{f"audit_{done}.": list(ChangeKind) for done in ("made", "noted", "told")},
        "report_change.": list(ChangeKind),
        "audit_kept.": list(KeptReason),
        "audit_column.": _endings("audit_column."),
        "gate.kept_": list(KEEPS_ACTIVE),
        "gate.because_": list(NOT_COMPARED),
        "installing.end_": [state for state in State if state is not State.AGREED],
        "loadleveler_made.": _endings("loadleveler_made."),
        "hook_subject.": list(Subject),
        "hook_told.": ["made", "set", "lower"],
        "schedule_cause.": list(Cause),
        **{part: _endings(part) for part in ("policy_column.", "limit_column.", "limit_of.", "limit_by.")},
        "whatif_scenario.": list(SCENARIOS),
        "whatif.row_": _endings("whatif.row_"),
        "story.": _endings("story."),
        "notice_subject.": _endings("notice_subject."),
        "notice_line.": _endings("notice_line."),
        "run_setup.": list(SETUP),
        "batch_page.": list(PAGE_SCRIPT),
        "batch_page_state.": list(PAGE_STATES),
        **{part: _endings(part) for part in ("batch_away.", "batch_page_machine.", "batch_page_order.")},
        "llctl.no_": list(NOT_HERE),
        "engine.": ["counts", "hosts", "core"],
        "core_because.": _endings("core_because."),
        "standing.": list(Standing),
        "failures_vantage.": list(Vantage),
        "failures_split.": list(SplitBy),
        "failures_model.": [
            *JUDGED_MODELS,
            "last_failed",
            "family_last_failed",
            "family_rate",
            "user_rate",
            "base_rate",
        ],
        "trace_aside.": list(TRACE_REASONS),
        **{part: _endings(part) for part in ("lsf_keyword.", "lsf_keyword.head_")},
        "lsf_policy.stray_": _endings("lsf_policy.stray_"),
        "trace_changed.": list(TRACE_CHANGES),
        "step_state.": list(StepState),
        "batch_queue.": ["step", "user", "class", "state", "tasks", "where", "start", "why"],
        "figure.": [*OVERALL, *OTHERS],
        "convention.": _endings("convention."),
        "convention_name.": list(CONVENTIONS),
        "simulate_group.": ["queue", "user", "size"],
        "card.": ["model", *({field.name for field in fields(Card)} - {"features", "offsets"})],
    }


def _endings(beginning: str) -> list[str]:
    """Return what follows on `beginning` in the catalogue; tests/report sees that none is missing or left over."""
    return [name.removeprefix(beginning) for name in catalogue() if name.startswith(beginning)]


_SCORES = (
    "exceeded", "over", "under", "over_h", "under_h", "wastage", "error", "mean_error", "factor_2", "unanswered",
    "over_limit", "over_hours", "factor",
)  # fmt: skip
_OUTCOMES = ("tasks", "used", "waste", "attempts", "attempt_share", "first_share")
"""Figures of the tables that `jobcast evaluate` prints."""


def _said(call: ast.Call) -> list[str]:
    """Return the keys that a call may ask for."""
    match call.args[0]:
        case ast.Constant(value=str(key)):
            return [key]
        case ast.JoinedStr(values=[ast.Constant(value=str(beginning)), ast.FormattedValue()]):
            return [beginning + ending for ending in _families()[beginning]]
    raise AssertionError(f"the key can't be seen: {ast.unparse(call)}")


def _places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("key", catalogue())
def test_each_text_is_there_in_both_languages_with_the_same_places(key):
    texts = catalogue()[key]
    assert sorted(texts) == sorted(LANGUAGES)
    assert all(text.strip() for text in texts.values())
    assert _places(texts["en"]) == _places(texts["zh"])


def test_english_is_free_of_chinese():
    assert not [
        key for key, texts in catalogue().items() if any("\u4e00" <= sign <= "\u9fff" for sign in texts["en"])
    ]


@pytest.mark.parametrize("other", ["接下来", "评估", "评判", "办法：", "战绩"])
def test_chinese_has_one_word_for_one_thing(other):
    assert not [key for key, texts in catalogue().items() if other in texts["zh"]]


def test_every_text_that_is_said_exists_and_gets_its_values():
    wrong = []
    for place, call in _calls():
        values = {keyword.arg for keyword in call.keywords}
        for key in _said(call):
            if key not in catalogue():
                wrong.append(f"{place}: no text {key}")
            elif None not in values and values != _places(catalogue()[key]["en"]):
                wrong.append(f"{place}: {key} wants {_places(catalogue()[key]['en'])}, gets {values}")
    assert wrong == []


def _errors() -> Iterator[tuple[str, ast.Call]]:
    """Yield each error that a user may see being made, with where it stands."""
    for file in sorted(SOURCE.rglob("*.py")):
        place = file.relative_to(SOURCE)
        if place.parts[0] in SPEAKING:
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("Error", "complaint")):
                    yield f"{place}:{node.lineno}", node


SPEAKING = {"train", "predict", "store", "cli", "sample", "systems", "simulate", "config.py"}
"""Parts of which the errors speak both languages."""

AMONG_PROGRAMMERS = {
    "a job in the history has a finish time",
    "not understood by this hook",
}
"""Told to who calls a function wrongly, or caught at once; no user gets to see it."""


def test_every_error_speaks_both_languages():
    literal = [
        f"{place}: {ast.unparse(call)}"
        for place, call in _errors()
        if call.args
        and isinstance(call.args[0], ast.Constant | ast.JoinedStr)
        and getattr(call.args[0], "value", None) not in AMONG_PROGRAMMERS
    ]
    assert literal == []


COMMANDS_THAT_CURE = ("jobcast ", "pip ", "sqlite3 ")
"""How hints begin that are the same in every language."""


def test_every_hint_that_is_no_command_speaks_both_languages():
    hints = [
        (place, keyword.value)
        for place, call in _errors()
        for keyword in call.keywords
        if keyword.arg == "hint" and isinstance(keyword.value, ast.Constant | ast.JoinedStr)
    ]
    assert hints
    literal = [
        f"{place}: {ast.unparse(hint)}"
        for place, hint in hints
        if not ast.unparse(hint).removeprefix("f")[1:].startswith(COMMANDS_THAT_CURE)
    ]
    assert literal == []


def test_no_text_is_never_said():
    said = {key for _, call in _calls() for key in _said(call)} | _said_by_pages()
    assert sorted(catalogue().keys() - said) == []
    assert sorted(said - catalogue().keys()) == []


def test_each_column_of_the_history_has_a_heading():
    assert {f"column.{name}" for name in SCHEMA} <= catalogue().keys()


def test_values_stand_in_their_places():
    assert say("spelling.did_you_mean", word="{cluster}") == "Did you mean {cluster}?"
    choose("zh")
    assert say("spelling.did_you_mean", word="cluster") == "是否想写 cluster？"


@pytest.mark.parametrize(
    ("wanted", "environment", "language"),
    [
        ("zh", {"JOBCAST_LANG": "en"}, "zh"),
        (None, {"JOBCAST_LANG": "zh", "LC_ALL": "en_US.UTF-8"}, "zh"),
        (None, {"LC_ALL": "zh_CN.UTF-8", "LANG": "en_US"}, "zh"),
        (None, {"LC_MESSAGES": "zh_TW"}, "zh"),
        (None, {"LANG": "de_DE.UTF-8"}, "en"),
        ("", {"LANG": "zh_CN"}, "zh"),
    ],
)
def test_the_language_is_that_of_the_flag_then_the_variable_then_the_locale(
    monkeypatch, wanted, environment, language
):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert choose(wanted) == language


@pytest.mark.parametrize(
    ("language", "machines", "said"),
    [
        ("en", 1, "1 machine, 8 CPUs"),
        ("en", "1", "1 machine, 8 CPUs"),
        ("en", 0, "0 machines, 8 CPUs"),
        ("en", "1,000", "1,000 machines, 8 CPUs"),
        ("zh", 1, "1 台主机，8 个 CPU"),
    ],
)
def test_a_number_comes_with_its_noun_in_the_right_form(language, machines, said):
    with speaking(language):
        assert say("dialect.machines", machines=machines, cpus=8) == said
