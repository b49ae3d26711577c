"""jobcast audit."""

import json
import os
from datetime import timedelta

import pytest

from jobcast.store.advice import AdviceJournal, ChangeEntry, Entry, KeptEntry
from jobcast.units import GIB
from tests.made_up import HOSTILE, NEW_YEAR, frame, job

LOWER = ChangeEntry(subject="memory", kind="lower", before=64 * GIB, after=16 * GIB, made=False)
SET = ChangeEntry(subject="run_limit", kind="set", before=None, after=5400, made=True)
RAISE = ChangeEntry(subject="memory", kind="raise", before=GIB, after=3 * GIB, made=False)
LEFT = KeptEntry(subject="run_limit", reason="not_wanted")
UNKNOWN = KeptEntry(subject="memory", reason="no_forecast")


def entry(number: int, **known: object) -> Entry:
    """Return an entry of so many hours after the new year."""
    told = {"system": "lsf", "mode": "shadow", "user": "chen", "queue": "pnr", "name": "place_1"}
    at = NEW_YEAR + timedelta(hours=number)
    return Entry(**{"id": f"a{number}", "at": at, **told, **known})


@pytest.fixture
def journal(store) -> AdviceJournal:
    journal = AdviceJournal(store.path)
    journal.append(
        [
            entry(1, changes=(LOWER,), kept=(LEFT,), memory_request=15 * GIB, runs=1200),
            entry(2, user="li", queue=None, mode="apply", name="sta", changes=(SET,), kept=(UNKNOWN,)),
            entry(30, mode="advise", changes=(RAISE,), kept=(LEFT,), memory_request=3 * GIB, runs=4),
            entry(31, refused="comment names no model", name=HOSTILE),
        ]
    )
    journal.lines.close()
    return journal


HEADING = "When                 Id   User  Queue  Job      Mode    What       Before   After  Why"


def test_the_newest_come_first_with_a_row_for_each_part_of_the_request(jobcast, journal):
    result = jobcast("audit", "--until", "2026-01-02T07:00")
    assert result.stdout.splitlines() == [
        HEADING.replace("Before   After", "Before     After"),
        (
            "2026-01-02 06:00:00  a30  chen  pnr    place_1  advise  memory      1 GiB     3 GiB  "
            "only told: half of such jobs need more · runs known: 4"
        ),
        (
            "                                                        run limit       -         -  "
            "kept: the rules leave it alone"
        ),
        (
            "2026-01-01 02:00:00  a2   li    -      sta      apply   run limit       -  01:30:00  "
            "set: none was asked for"
        ),
        (
            "                                                        memory          -         -  "
            "kept: nothing similar is known"
        ),
        (
            "2026-01-01 01:00:00  a1   chen  pnr    place_1  shadow  memory     64 GiB    16 GiB  "
            "would be lowered: such jobs need less · runs known: 1,200"
        ),
        (
            "                                                        run limit       -         -  "
            "kept: the rules leave it alone"
        ),
    ]
    assert result.stderr == "next: jobcast audit ID    or: jobcast shadow report\n"


@pytest.mark.parametrize(
    ("flags", "found"),
    [
        ([], ["a31", "a30", "a2", "a1"]),
        (["--user", "li"], ["a2"]),
        (["--queue", "pnr"], ["a31", "a30", "a1"]),
        (["--mode", "shadow", "--mode", "apply"], ["a31", "a2", "a1"]),
        (["--changed"], ["a30", "a2", "a1"]),
        (["--limit", "2"], ["a31", "a30"]),
        (["--limit", "0", "--since", "2026-01-01T02:00", "--until", "2026-01-02T06:00"], ["a2"]),
    ],
)
def test_entries_are_chosen_by_their_fields(jobcast, journal, flags, found):
    told = json.loads(jobcast("audit", "--json", *flags).stdout)
    assert [one["id"] for one in told["entries"]] == found
    rows = jobcast("audit", *flags).stdout.splitlines()[1:]
    assert [row.split()[2] for row in rows if not row.startswith(" ")] == found


def test_only_changes_are_shown_where_only_they_are_wanted(jobcast, journal):
    assert "kept" not in jobcast("audit", "--changed").stdout


def test_programs_get_every_field(jobcast, journal):
    told = json.loads(jobcast("audit", "--json", "--user", "li").stdout)
    assert told == {
        "schema": 1,
        "entries": [
            {
                **dict.fromkeys(Entry.__struct_fields__),
                "id": "a2",
                "at": "2026-01-01T02:00:00Z",
                "system": "lsf",
                "mode": "apply",
                "user": "li",
                "name": "sta",
                "changes": [
                    {"subject": "run_limit", "kind": "set", "before": None, "after": 5400.0, "made": True}
                ],
                "kept": [{"subject": "memory", "reason": "no_forecast"}],
            }
        ],
        "passed_over": 0,
    }


def test_one_entry_is_shown_whole_with_what_its_jobs_then_used(jobcast, journal, store):
    ran = {"advice_id": "a1", "memory_requested": 64 * GIB, "run_limit": 7200.0}
    store.append(
        frame(
            job("7", array_index=1, memory_peak=12 * GIB, **ran),
            job("7", array_index=2, state="failed", exit_reason="memory_limit", **ran),
            job("8", advice_id="a2"),
        )
    )
    result = jobcast("audit", "a1")
    assert result.stdout.splitlines() == [
        "Id: a1",
        "When: 2026-01-01 01:00:00",
        "Batch system: lsf",
        "Mode: shadow",
        "User: chen",
        "Queue: pnr",
        "Job: place_1",
        "Memory to ask for: 15 GiB · runs known: 1,200",
        "memory: 64 GiB → 16 GiB: would be lowered: such jobs need less · runs known: 1,200",
        "run limit: kept: the rules leave it alone",
        "Job 7[1]: done at 2026-01-01 12:00:00; memory 12 GiB of 64 GiB, time 01:00:00 of 02:00:00",
        "Job 7[2]: failed (memory_limit) at 2026-01-01 12:00:00; memory - of 64 GiB, time 01:00:00 of 02:00:00",
    ]
    told = json.loads(jobcast("audit", "a1", "--json").stdout)
    assert told["entry"]["id"] == "a1"
    assert [(one["job_id"], one["array_index"], one["memory_peak"]) for one in told["jobs"]] == [
        ("7", 1, 12 * GIB),
        ("7", 2, None),
    ]


def test_an_id_that_nothing_has_is_answered_with_the_cure(jobcast, journal):
    result = jobcast("audit", "a9")
    assert result.exit_code == 1
    assert result.stderr == (
        "error: there is no advice a9 in the journal\ncure:  copy an ID from: jobcast audit\n"
    )


def test_people_see_their_own_entries_unless_they_ask(jobcast, journal, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 4711)
    monkeypatch.setattr("jobcast.cli.person.login_name", lambda: "li")
    result = jobcast("audit", "--json")
    assert [one["id"] for one in json.loads(result.stdout)["entries"]] == ["a2"]
    assert result.stderr == "your own jobs; everybody's: --all-users\n"
    everybody = json.loads(jobcast("audit", "--json", "--all-users").stdout)["entries"]
    assert len(everybody) == 4
    monkeypatch.setenv("JOBCAST_ADMINISTRATORS", "li")
    assert len(json.loads(jobcast("audit", "--json").stdout)["entries"]) == 4


def test_lines_that_are_no_entries_are_counted(jobcast, journal):
    with journal.lines.of(NEW_YEAR.date()).open("ab") as file:
        file.write(b'{"id":"torn')
    result = jobcast("audit")
    assert result.stderr.splitlines()[-1] == "lines of the journal that can't be read, passed over: 1"
    assert json.loads(jobcast("audit", "--json").stdout)["passed_over"] == 1


def test_an_empty_journal_says_so(jobcast):
    assert jobcast("audit").stderr == "no such entries in the journal of advice\n"
    assert json.loads(jobcast("audit", "--json").stdout) == {"schema": 1, "entries": [], "passed_over": 0}


def test_hostile_names_command_no_terminal_and_begin_no_line(jobcast, journal):
    for output in (jobcast("audit", "a31").stdout, jobcast("audit").stdout):
        assert not set("\x1b\x00\x9b\u202e\u2028\t") & set(output)
    assert len(jobcast("audit", "a31").stdout.splitlines()) == 8


def test_words_of_a_newer_version_are_shown_as_they_are(jobcast, store):
    change = ChangeEntry(subject="gpus", kind="halve", before=4, after=2, made=True)
    kept = KeptEntry(subject="disk", reason="full")
    AdviceJournal(store.path).append([entry(1, mode="ask", changes=(change,), kept=(kept,))])
    assert jobcast("audit", "a1").stdout.splitlines()[-2:] == ["gpus: 4 → 2: halve", "disk: full"]
