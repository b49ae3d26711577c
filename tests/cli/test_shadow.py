"""jobcast shadow report."""

import json
import os
from datetime import timedelta

import pytest

from jobcast import clock
from jobcast.store.advice import AdviceJournal
from tests.made_up import HOSTILE, NEW_YEAR, frame
from tests.report.answered import HISTORY, JOURNAL, entry, lower

NOW = NEW_YEAR + timedelta(days=10)


@pytest.fixture(autouse=True)
def journal(store, monkeypatch) -> AdviceJournal:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    monkeypatch.setenv("JOBCAST_TIMEZONE", "UTC")
    journal = AdviceJournal(store.path)
    journal.append(JOURNAL)
    journal.lines.close()
    store.append(frame(*HISTORY))
    return journal


def test_the_screen_tells_facts_and_tables(jobcast):
    result = jobcast("shadow", "report")
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[:16] == [
        "submissions answered from 2025-12-12 00:00 to 2026-01-11 00:00 · made 2026-01-11 00:00",
        "",
        "Advice at submission",
        "   10  submissions answered",
        "    8  of them with something to set or lower",
        "   10  finished jobs that came of them",
        "    1  submissions without a finished job",
        "    7  TiB·h as submitted, where the advice is lower",
        " 3.50  TiB·h as advised",
        " 2.25  TiB·h with perfect knowledge",
        "    1  used more than submitted with",
        "    3  used more than advised, and would have been short of memory",
        "    1  ran longer than the advised run limit",
        "50.0%  stayed within the advice",
        "95.0%  promised",
        (
            "Judged are jobs that ended well and were measured, and jobs killed over a request at least as large as "
            "the advice. Memory times time is that of jobs that ended well."
        ),
    ]
    for title in ("Memory, by mode and kind of change", "Run limits, by mode", "By queue", "By user"):
        assert title in result.stdout
    assert result.stderr == "next: jobcast shadow report -o shadow.html    or: jobcast audit --changed\n"


def test_programs_get_json_with_ids_for_words(jobcast):
    told = json.loads(jobcast("shadow", "report", "--json").stdout)
    assert told["jobs"] == 10
    memory = told["sections"]["shadow"]["tables"]["shadow_memory"]
    assert [(row["mode"], row["change"], row["advice_tib_h"]) for row in memory] == [
        ("shadow", "set", 0.375),
        ("shadow", "lower", 1.5),
        ("shadow", "raise", 0.5),
        ("lower", "lower", 2.0),
    ]


def test_a_period_is_counted_alone(jobcast):
    flags = ("--since", "2026-01-01T05:00", "--until", "2026-01-01T07:00")
    told = json.loads(jobcast("shadow", "report", "--json", *flags).stdout)
    assert told["sections"]["shadow"]["facts"]["answered_jobs"] == 2
    assert jobcast("shadow", "report", *reversed(flags[:2]), *flags[:2]).exit_code == 2


@pytest.mark.parametrize("name", ["shadow.html", "shadow.md", "shadow.json"])
def test_it_is_written_in_the_form_that_the_name_says(jobcast, journal, tmp_path, name):
    journal.append([entry(11, lower(8, 4), queue=HOSTILE, user="<script>alert(1)</script>")])
    assert jobcast("shadow", "report", "-o", name).exit_code == 0
    text = (tmp_path / name).read_text()
    assert "<script>alert(1)" not in text or name.endswith("json")
    if not name.endswith("json"):
        assert "What advice at submission changes, saves and risks" in text
        assert "What jobs asked for" not in text
        assert "What to write next time" not in text


def test_chinese_is_spoken(jobcast):
    result = jobcast("--lang", "zh", "shadow", "report")
    assert "内存，按模式与改动种类" in result.stdout


def test_people_see_what_came_of_their_own_submissions(jobcast, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 4711)
    monkeypatch.setattr("jobcast.cli.person.login_name", lambda: "li")
    told = json.loads(jobcast("shadow", "report", "--json").stdout)
    assert told["filters"] == {"user": ["li"]}
    assert told["sections"]["shadow"]["facts"]["answered_jobs"] == 4
    everybody = json.loads(jobcast("shadow", "report", "--json", "--all-users").stdout)
    assert everybody["sections"]["shadow"]["facts"]["answered_jobs"] == 10


def test_without_a_journal_nothing_was_answered(jobcast, journal):
    journal.lines.of(NEW_YEAR.date()).unlink()
    result = jobcast("shadow", "report")
    assert result.stdout.splitlines()[1] == "No submission was answered in this period."
    assert result.exit_code == 0


def test_lines_that_are_no_entries_are_counted(jobcast, journal):
    with journal.lines.of(NEW_YEAR.date()).open("ab") as file:
        file.write(b"what\n")
    assert "passed over: 1" in jobcast("shadow", "report").stderr
