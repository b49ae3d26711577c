"""jobcast report on the screen."""

import re
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from jobcast import clock
from jobcast.cli.report_screen import show
from jobcast.language import LANGUAGES, Phrase, choose, phrase, say, speaking
from jobcast.report.base import Note, Section
from tests.cli.reported import JOBS, NOW, ran
from tests.made_up import HOSTILE, NEW_YEAR, frame
from tests.report.formats.made_up import EMPTY, NOTES, PEOPLE, SMALL, with_figures, with_rows

TRANSCRIPTS = Path(__file__).parent / "transcripts"
COMMANDING = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\u2028]")


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "next: jobcast report -o report.html, a page with charts for the browser\n"),
        ("zh", "下一步：jobcast report -o report.html，生成带图表的网页\n"),
    ],
)
def test_a_report_is_written_out(jobcast, store, language, told):
    store.append(JOBS)
    result = jobcast("--lang", language, "report")
    assert result.stdout == (TRANSCRIPTS / f"report.{language}.txt").read_text("utf-8")
    assert (result.stderr, result.exit_code) == (told, 0)


def noted(people: int, notes: int) -> tuple[Note, ...]:
    """Return so many notes to each of so many people."""
    return tuple(
        replace(NOTES[0], user=f"user{n:02d}", kind=f"kind{k}") for n in range(people) for k in range(notes)
    )


def who_is_told(text: str) -> list[tuple[str, str]]:
    return re.findall(r"^(user\d\d) · (kind\d) · pnr[:：]", text, re.MULTILINE)


def test_of_many_people_the_first_are_shown_with_two_notes_each(capsys):
    rows = [(f"user{n:02d}", 0.05, 1.0, 1.0, 1) for n in range(20)]
    show(replace(with_figures(with_rows(PEOPLE, rows)), notes=noted(12, 5)))
    text = capsys.readouterr().out
    assert [line[:6] for line in text.splitlines() if line.startswith("user") and "%" in line] == [
        f"user{n:02d}" for n in range(10)
    ]
    assert who_is_told(text) == [(f"user{n:02d}", f"kind{k}") for n in range(10) for k in range(2)]
    assert text.splitlines()[-1] == "more people: 2, more notes: 40; all of them: -o report.html"


@pytest.mark.parametrize(
    ("language", "people", "told"),
    [
        ("en", 3, "more notes: 6; all of them: -o report.html"),
        ("zh", 3, "另有 6 条建议；全部见：-o report.html"),
        ("zh", 11, "另有 1 人、24 条建议；全部见：-o report.html"),
    ],
)
def test_what_is_left_out_is_told(capsys, language, people, told):
    choose(language)
    show(replace(with_figures(), notes=noted(people, 4)))
    assert capsys.readouterr().out.splitlines()[-1] == told


def test_who_is_the_only_one_gets_up_to_ten_notes(capsys):
    show(replace(with_figures(), notes=noted(1, 10)))
    text = capsys.readouterr().out
    assert who_is_told(text) == [("user00", f"kind{k}") for k in range(10)]
    assert "more notes" not in text


def test_notes_tell_what_they_are_worth_where_there_are_prices(capsys):
    for language, worth in (("en", "(runs: 2), worth 128 CNY"), ("zh", "（作业数：2），合 128 CNY")):
        choose(language)
        show(replace(with_figures(), notes=NOTES[:1]))
        assert capsys.readouterr().out.splitlines()[-2].endswith(worth)


def test_sentences_are_wrapped_at_the_width_of_a_terminal_and_not_in_a_pipe(capsys, monkeypatch):
    remark = phrase("report.no_peak", done="1,200")
    report = replace(with_figures(), sections=(Section(name="memory", remarks=(remark,)),))
    told = {}
    for terminal in (False, True):
        monkeypatch.setattr(sys.stdout, "isatty", lambda terminal=terminal: terminal)
        monkeypatch.setenv("COLUMNS", "60")
        for language in LANGUAGES:
            choose(language)
            show(report)
            told[terminal, language] = (
                re.sub(r"\x1b\[\d*m", "", capsys.readouterr().out).split("\n\n")[1].splitlines()
            )
    assert told[False, "zh"] == ["内存", remark_in("zh", remark)]
    assert told[False, "en"] == ["Memory", remark_in("en", remark)]
    assert told[True, "en"] == [
        "Memory",
        "None of the 1,200 jobs that ended well has a measured peak",
        "of memory, so there is nothing to compare. Sources without",
        "it: sacct with accounting of memory off, many SWF logs.",
    ]
    assert told[True, "zh"] == [
        "内存",
        "正常结束的 1,200 个作业都没有测得内存峰值，无可比较。常见原",
        "因：sacct 未启用内存记账，或许多 SWF 日志本就没有。",
    ]


def remark_in(language: str, remark: Phrase) -> str:
    with speaking(language):
        return remark.say()


def test_a_name_without_blanks_is_not_broken(capsys, monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "30")
    show(replace(with_figures(), notes=(replace(NOTES[0], kind="k" * 50),)))
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if "kkk" in line] == ["k" * 50]


def test_notes_of_nobody_are_told_as_such(capsys):
    show(replace(with_figures(), notes=NOTES[1:]))
    told, flag = capsys.readouterr().out.splitlines()[-2:]
    assert told.startswith("(not told) · -: run limit of up to 10-00:00:00, longest run 01:00:00: ")
    assert flag == "  next time: #SBATCH --time=01:30:00"


def test_where_nothing_stands_out_it_says_so(capsys):
    show(with_figures())
    assert capsys.readouterr().out.endswith(f"\nWhat to change first\n{say('report.no_notes')}\n")


def test_an_empty_period_is_told_with_a_cure(capsys):
    show(EMPTY)
    told = capsys.readouterr()
    assert told.out == (
        "jobs that finished from 2026-01-01 00:00 to 2026-01-03 00:00 · made 2026-02-01 20:30\n"
        "No such job finished in this period.\n"
    )
    assert told.err == (
        "Choose another with --since and --until; jobcast doctor tells which days the history holds.\n"
    )


def test_a_terminal_gets_headings_and_flags_in_colour_and_what_fits(capsys, monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "60")
    show(replace(SMALL, sections=SMALL.sections[1:2]))
    assert capsys.readouterr().out == (
        "jobs that finished from 2026-01-01 00:00 to 2026-01-03 00:00\n"
        "· queue: pnr, short · made 2026-02-01 20:30\n"
        "\n\x1b[36mMemory\x1b[0m\n"
        "–  of it used\n"
        "None of them asked for memory, so there is no request to\n"
        "compare with.\n"
        "\nOver-requested memory × time, by user\n"
        "user        share  over-requested, TiB·h    mean run\n"
        "chen        62.5%                   1.25  1-06:00:00\n"
        "(not told)  25.0%                  0.500           –\n"
        "2 others    12.5%                  0.250    00:30:00\n"
        "\n\x1b[36mWhat to change first\x1b[0m\n"
        "chen · place_# · pnr: asked for up to 16 GiB, used at most 8\n"
        "GiB: 1,280 GiB·h could have been free (runs: 2), worth 128\n"
        "CNY\n"
        '  next time: \x1b[32mbsub -R "rusage[mem=9GB]"\x1b[0m\n'
        "(not told) · -: run limit of up to 10-00:00:00, longest run\n"
        "01:00:00: with a shorter limit jobs start earlier (runs: 3)\n"
        "  next time: \x1b[32m#SBATCH --time=01:30:00\x1b[0m\n"
    )


def test_no_name_commands_the_terminal_or_forges_a_line(jobcast, store):
    names = (HOSTILE, "x\nMemory\n 9  jobs compared", "\x1b]0;owned\x07", "{0} %s")
    rows = [
        ran(100 + n, name, name, queue=name, days=1 + n / 100, run_limit=36000.0)
        for n, name in enumerate(names * 3)
    ]
    short = {"memory_requested": 2**30, "memory_peak": 2**31}
    rows += [ran(200 + n, name, name, queue=name, **short) for n, name in enumerate(names)]
    store.append(frame(*rows))
    asked = [(), *((option, name) for name in names for option in ("--user", "--queue"))]
    for arguments in asked:
        result = jobcast("report", *arguments)
        assert result.exit_code == 0, result.output
        assert COMMANDING.findall(result.output) == []
        assert result.stdout.splitlines().count("Memory") == 1


def test_remarks_and_notes_are_one_line_each_whatever_stands_in_them(capsys):
    text = phrase("report.p95_of", amount="1", kind="a\n\x1b[31mb")
    note = replace(NOTES[0], kind="a\nb", queue="c\rd", text=text, flag="e\nf")
    show(replace(with_figures(), notes=(note,)))
    assert capsys.readouterr().out.splitlines()[-2:] == [
        r"chen · a\nb · c\rd: 95 % below 1 GiB, mostly a\n\x1b[31mb, worth 128 CNY",
        r"  next time: e\nf",
    ]


def test_jobs_of_the_last_day_count_up_to_its_end(jobcast, store):
    late = NEW_YEAR + timedelta(hours=23, minutes=59)
    store.append(frame(ran(1, "chen", "late", finish_time=late)))
    assert jobcast("report").stdout.splitlines()[0] == (
        "jobs that finished from 2025-12-03 00:00 to 2026-01-02 00:00 · made 2026-02-01 12:00"
    )
