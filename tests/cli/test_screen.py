"""What is printed can't command a terminal, and columns stand straight in any script."""

import json
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast.cli import screen
from jobcast.cli.screen import as_json
from jobcast.cli.table import Column, print_table, wrapped
from jobcast.printable import cell_width, printable
from tests.made_up import HOSTILE


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text", "plain text"),
        ("布局 résumé", "布局 résumé"),
        ("a\nb\tc", r"a\nb\tc"),
        ("\x1b]0;title\x07", r"\x1b]0;title\x07"),
        ("\x9b31m", r"\x9b31m"),
        ("abc\u202edcba", r"abc\u202edcba"),
        ("\ud800", r"\ud800"),
        ("\\x1b", r"\x1b"),
    ],
)
def test_what_commands_a_terminal_is_spelt_out(text, shown):
    assert printable(text) == shown


@given(st.text())
def test_no_text_breaks_a_line_or_reaches_the_terminal_as_a_command(text):
    shown = printable(text)
    assert not {unicodedata.category(character)[0] for character in shown} & {"C"}
    assert len(shown.splitlines()) <= 1
    shown.encode()


@given(st.text() | st.just(HOSTILE))
def test_json_is_exact_and_harmless(text):
    told = as_json({"name": text})
    assert json.loads(told) == {"name": text}
    assert not set("\x1b\x7f\x9b\u202e\u2028\n") & set(told)
    told.encode()


@pytest.mark.parametrize(("text", "width"), [("abc", 3), ("布局", 4), ("é", 1), ("e\u0301", 1), ("", 0)])
def test_chinese_takes_two_columns(text, width):
    assert cell_width(text) == width


def become_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make stdout a terminal of 24 columns; in the test itself, for pytest changes stdout before it."""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "24")


COLUMNS = (
    Column(heading="Name", cells=["a very long name of a job", "布局布局布局布局布局布局"], elastic=True),
    Column(heading="Used", cells=["9 %", "100 %"], right=True, colours=["red", None]),
)


def test_a_pipe_gets_every_letter(capsys):
    print_table(COLUMNS)
    assert capsys.readouterr().out == (
        "Name                        Used\n"
        "a very long name of a job    9 %\n"
        "布局布局布局布局布局布局   100 %\n"
    )


def test_a_terminal_gets_what_fits_in_colour(capsys, monkeypatch):
    become_terminal(monkeypatch)
    print_table(COLUMNS)
    assert capsys.readouterr().out == (
        "Name                Used\na very long name…    \x1b[31m9 %\x1b[0m\n布局布局布局布局…  100 %\n"
    )


def test_no_colour_when_none_is_wanted(capsys, monkeypatch):
    become_terminal(monkeypatch)
    monkeypatch.setenv("NO_COLOR", "1")
    assert screen.painted("x", "red") == "x"
    print_table(COLUMNS)
    assert "\x1b" not in capsys.readouterr().out


def test_a_terminal_that_is_narrow_goes_without_what_it_can_spare(capsys, monkeypatch):
    become_terminal(monkeypatch)
    columns = [Column(heading=letter * 8, cells=["1"], spare=letter in "bc") for letter in "abcd"]
    print_table(columns)
    assert capsys.readouterr().out == "aaaaaaaa  dddddddd\n1         1\n"
    print_table([columns[0]] * 4)
    assert capsys.readouterr().out.splitlines()[0] == "  ".join(["aaaaaaaa"] * 4)


def test_a_text_that_wraps_goes_on_below_in_its_column(capsys, monkeypatch):
    become_terminal(monkeypatch)
    why = ["it is not there any more", "作业不再存在，请重新提交", ""]
    print_table(
        [
            Column(heading="Id", cells=["1", "22", "3"], right=True),
            Column(heading="Why", cells=why, elastic=True, wraps=True),
            Column(heading="Who", cells=["ann", "bob", "eve"]),
        ]
    )
    assert capsys.readouterr().out == (
        "Id  Why              Who\n"
        " 1  it is not there  ann\n"
        "    any more\n"
        "22  作业不再存在，   bob\n"
        "    请重新提交\n"
        " 3                   eve\n"
    )


@given(st.text(st.sampled_from("ab c，布局(")), st.integers(2, 9))
def test_wrapping_loses_nothing_but_blanks_and_keeps_within_the_width(text, width):
    lines = wrapped(text, width)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert max(map(cell_width, lines)) <= width
