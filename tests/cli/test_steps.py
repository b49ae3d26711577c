"""Steps tell what they did, and how long it took, when they are done."""

import re

import pytest

from jobcast.cli.steps import Steps


def test_a_step_prints_one_line_when_it_is_done(capsys):
    steps = Steps()
    with steps.step("train", "训练") as step:
        step.reached(0.5)
        step.told = "3 jobs"
    printed = capsys.readouterr()
    assert re.fullmatch(r"训练      3 jobs {70} +\d+\.\d s\n", printed.out)
    assert printed.err == ""
    assert [*steps.seconds] == ["train"]


def test_silent_steps_only_remember_their_time(capsys, monkeypatch):
    monkeypatch.setattr("jobcast.clock.seconds", iter([1.0, 3.5]).__next__)
    steps = Steps(silent=True)
    with steps.step("train", "train"):
        pass
    assert capsys.readouterr().out == ""
    assert steps.seconds == {"train": 2.5}


def test_a_step_that_fails_says_nothing(capsys):
    steps = Steps()
    with pytest.raises(ZeroDivisionError), steps.step("train", "train"):
        raise ZeroDivisionError
    assert capsys.readouterr().out == ""
    assert steps.seconds == {}


def test_a_terminal_sees_a_bar_meanwhile(monkeypatch, capsys):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    with Steps().step("train", "train") as step:
        step.reached(0.5)
    assert capsys.readouterr().out.startswith("train ")
