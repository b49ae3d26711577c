"""What a long computation is doing is shown on a terminal, and nowhere else."""

import sys

import pytest

from jobcast import language
from jobcast.cli.figures import amount, share
from jobcast.cli.working import _word, working


def test_without_a_terminal_nothing_is_shown(capsys):
    with working() as step:
        step("trees")
    assert capsys.readouterr() == ("", "")


def test_on_a_terminal_the_present_step_is_shown_on_stderr(capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("FORCE_COLOR", "1")  # what pytest puts in the place of stderr is no terminal to Rich
    with working() as step:
        step("[bold]trees")
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "[bold]trees" in shown.err


@pytest.mark.parametrize(("lang", "word"), [("en", "growing trees"), ("zh", "生成树")])
def test_steps_are_told_in_the_chosen_language_and_unknown_ones_as_they_come(lang, word):
    language.choose(lang)
    assert _word("trees") == word
    assert _word("learn glove of cwd") == "learn glove of cwd"


def test_figures_are_written_with_a_dash_where_there_is_none():
    nan = float("nan")
    assert [share(value) for value in (0.0351, 1.0, nan, None)] == ["3.5%", "100.0%", "-", "-"]
    assert [amount(value) for value in (1234567.8, 0, nan, None)] == ["1,234,568", "0", "-", "-"]
    assert amount(-3.14159, 2) == "-3.14"
