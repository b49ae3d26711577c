"""A batch system is asked for what is new, not too often, and the mark moves only after the rows are safe."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from jobcast.errors import CommandError, OutputError, StoreError
from jobcast.sample.counts import Counts
from jobcast.sample.sampling import (
    Gap,
    Manners,
    Question,
    ask,
    ask_site,
    installed,
    may_ask_at,
    next_question,
)
from jobcast.store import Mark, Store
from jobcast.systems.base import Command, Site
from jobcast.systems.lsf.system import Lsf
from jobcast.systems.slurm import Slurm
from tests.made_up import NEW_YEAR, Printer

MANNERS = Manners(min_interval=timedelta(minutes=1), overlap=timedelta(hours=1))
NOW = NEW_YEAR + timedelta(days=10)
SITE = Site(now=NOW, cluster="loom")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def question(system: Printer, store: Store, **known) -> Question:
    return next_question(system, store.mark(system.name, "loom"), MANNERS, site=SITE, **known)


def printer(tmp_path: Path, text: str) -> Printer:
    (tmp_path / "output").write_text(text)
    return Printer("lsf", "cat", str(tmp_path / "output"))


def test_the_first_question_looks_seven_days_back():
    asked = next_question(Printer(), Mark(), MANNERS, site=SITE)
    assert (asked.since, asked.until) == (NOW - timedelta(days=7), NOW)


def test_the_next_question_overlaps_the_last():
    reached = NOW - timedelta(minutes=10)
    asked = next_question(Printer(), Mark(reached=reached), MANNERS, site=SITE)
    assert (asked.since, asked.until) == (reached - timedelta(hours=1), NOW)


def test_a_question_may_look_back_further_when_told():
    since = NOW - timedelta(days=400)
    assert next_question(Printer(), Mark(reached=NOW), MANNERS, site=SITE, since=since).since == since


def test_the_answer_is_stored_and_the_mark_moves(tmp_path, store):
    system = printer(tmp_path, "1 10\n2 20\n?\n4 RUN\n")
    counts = ask(question(system, store), SITE, store)
    assert counts == Counts(new=2, set_aside={"no_finish_time": 1}, not_finished=1)
    assert store.mark("lsf", "loom") == Mark(asked_at=NOW, reached=NOW)
    assert store.collect(store.set_aside_records())["source"].to_list() == ["cat"]


def test_what_two_questions_both_find_is_stored_once(tmp_path, store):
    system = printer(tmp_path, "1 10\n2 20\n")
    ask(question(system, store), SITE, store)
    assert ask(question(system, store), SITE, store) == Counts(known=2)


def test_a_command_that_fails_leaves_the_mark_where_it_was(store):
    system = Printer("lsf", "false")
    with pytest.raises(CommandError):
        ask(question(system, store), SITE, store)
    assert store.mark("lsf", "loom") == Mark(asked_at=NOW)


def test_rows_that_cannot_be_stored_leave_the_mark_where_it_was(tmp_path, store, monkeypatch):
    system = printer(tmp_path, "1 10\n")
    asked = question(system, store)

    def refuse(_jobs):
        raise StoreError("no room")

    monkeypatch.setattr(store, "append", refuse)
    with pytest.raises(StoreError, match="no room"):
        ask(asked, SITE, store)
    assert store.mark("lsf", "loom").reached is None


def test_a_question_that_leaves_a_gap_does_not_move_the_mark(tmp_path, store):
    store.note_reached("lsf", "loom", NEW_YEAR)
    system = printer(tmp_path, "1 10\n")
    ask(question(system, store, since=NOW - timedelta(hours=1)), SITE, store)
    assert store.mark("lsf", "loom").reached == NEW_YEAR


def test_who_wants_a_copy_sees_the_jobs_of_each_batch(tmp_path, store):
    seen: list[int] = []
    ask(
        question(printer(tmp_path, "1 10\n2 20\n"), store),
        SITE,
        store,
        also=lambda jobs: seen.append(len(jobs)),
    )
    assert seen == [2]


def test_a_batch_system_may_be_asked_again_after_a_while():
    assert may_ask_at(Mark(), MANNERS) is None
    assert may_ask_at(Mark(asked_at=NOW), MANNERS) == NOW + timedelta(minutes=1)


def test_only_systems_with_all_their_programs_count_as_found():
    here, away = Printer("here", "cat"), Printer("away", "no-such-program")
    half = Printer("half")
    half.programs = ("cat", "no-such-program")
    assert installed({"here": here, "away": away, "half": half}) == [here]


HOUR = timedelta(hours=1)
FORGETFUL = replace(SITE, remembers=HOUR)


@pytest.mark.parametrize(
    ("reached", "told", "since", "gap"),
    [
        # Jobs that are still remembered: no gap, and the overlap ends where memory ends.
        (NOW - HOUR / 3, None, NOW - HOUR, None),
        (NOW - HOUR, None, NOW - HOUR, None),
        # The last sample is too long ago, there was none, or more is wanted than is known.
        (NOW - 3 * HOUR, None, NOW - HOUR, Gap(since=NOW - 3 * HOUR, until=NOW - HOUR)),
        (None, None, NOW - HOUR, Gap(since=NOW - timedelta(days=7), until=NOW - HOUR)),
        (NOW - HOUR / 3, NOW - 9 * HOUR, NOW - HOUR, Gap(since=NOW - 9 * HOUR, until=NOW - HOUR)),
        # Less is wanted than is known.
        (NOW - 3 * HOUR, NOW - HOUR / 4, NOW - HOUR / 4, None),
    ],
)
def test_what_a_system_has_forgotten_is_a_gap(reached, told, since, gap):
    asked = next_question(Printer(), Mark(reached=reached), MANNERS, site=FORGETFUL, since=told)
    assert (asked.since, asked.until, asked.gap) == (since, NOW, gap)


def test_after_a_gap_sampling_goes_on(tmp_path, store):
    store.note_reached("lsf", "loom", NOW - 3 * HOUR)
    system = printer(tmp_path, "1 10\n")
    ask(next_question(system, store.mark("lsf", "loom"), MANNERS, site=FORGETFUL), SITE, store)
    assert store.mark("lsf", "loom").reached == NOW


def test_a_gap_is_met_once_and_then_lies_behind_the_mark(tmp_path, store):
    store.note_reached("lsf", "loom", NOW - 3 * HOUR)
    system = printer(tmp_path, "1 10\n")
    met = next_question(system, store.mark("lsf", "loom"), MANNERS, site=FORGETFUL)
    ask(met, FORGETFUL, store)
    later = replace(FORGETFUL, now=NOW + HOUR / 2)
    following = next_question(system, store.mark("lsf", "loom"), MANNERS, site=later)
    assert met.gap == Gap(since=NOW - 3 * HOUR, until=NOW - HOUR)
    assert (following.since, following.gap) == (NOW - HOUR / 2, None)


def test_a_gap_that_begins_behind_the_mark_does_not_move_it(tmp_path, store):
    store.note_reached("lsf", "loom", NOW - 9 * HOUR)
    system, mark = printer(tmp_path, "1 10\n"), store.mark("lsf", "loom")
    asked = next_question(system, mark, MANNERS, site=FORGETFUL, since=NOW - 5 * HOUR)
    ask(asked, SITE, store)
    assert store.mark("lsf", "loom").reached == NOW - 9 * HOUR


def test_a_system_completes_the_site_where_it_is_not_configured():
    system = Printer()
    system.about, system.remembers = (Command(arguments=("echo", "silk")),), HOUR
    assert ask_site(system, SITE) == (replace(SITE, cluster="silk", remembers=HOUR), ())
    assert ask_site(system, SITE, {"cluster"}) == (replace(SITE, remembers=HOUR), ())


def test_a_command_about_the_site_that_fails_changes_nothing_and_is_told():
    system = Printer()
    system.about = (Command(arguments=("false",)), Command(arguments=("echo", "silk")))
    site, failures = ask_site(system, SITE, {"memory_unit"})
    assert site == replace(SITE, cluster="silk")
    assert [failure.message for failure in failures] == ["false ended with 1, and said nothing"]


def test_a_command_that_could_tell_nothing_new_may_fail_in_silence():
    system = Printer()
    system.about = (Command(arguments=("no-such-program",)),)
    assert ask_site(system, SITE, {"cluster", "memory_unit", "memory_per_task"}) == (SITE, ())


def test_silence_of_sacct_is_no_answer_and_leaves_the_mark_where_it_was(store):
    class Silent(Slurm):
        def query_finished(self, since, until):  # noqa: ARG002 - it prints nothing, whatever is asked
            return Command(arguments=("true",))

    with pytest.raises(OutputError, match="no header line"):
        ask(question(Silent(), store), SITE, store)
    assert store.mark("slurm", "loom") == Mark(asked_at=NOW)


def test_words_on_standard_error_alone_are_the_answer(store):
    class Idle(Lsf):
        def query_finished(self, since, until):  # noqa: ARG002 - it has no jobs, whatever is asked
            return Command(arguments=("sh", "-c", "echo No job found >&2"))

    assert ask(question(Idle(), store), SITE, store) == Counts()
    assert store.mark("lsf", "loom").reached == NOW
