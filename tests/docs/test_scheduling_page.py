"""The examples of the page on rules are what the core decides."""

import re

import pytest

from tests.docs.pages import LANGUAGES, text_of
from tests.schedule.driver import Driver
from tests.schedule.made_up import clock, job, one
from tests.schedule.test_lsf_scenarios import MINUTE, on_memory, until_633_holds, with_memory

NAME = "scheduling.md"
LATER = ("634", "635")
"""They run for half a minute once they have started; the other small jobs run into their limits."""
NEVER_ENDS = 99_999
WAITS = {"en": "waits", "zh": "等待"}


def example(name: str, language: str) -> list[list[str]]:
    """Return the cells of an example's table, without its head."""
    text = text_of(NAME, language)
    table = text.partition(f"<!-- example: {name} -->\n")[2].partition("<!-- end -->")[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]


def limit_of(minutes: str) -> int | None:
    """Return a run limit in seconds."""
    return int(minutes) * MINUTE if minutes else None


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("name", "backfill"), [("A", "highQ"), ("B", "highQ"), ("C", "lowQ")])
def test_the_examples_on_slots_start_when_the_page_says(name: str, backfill: str, language: str) -> None:
    made = until_633_holds(one(32), backfill)
    table = example(name, language)
    for each, queue, slots, minutes, comes, _ in table:
        if each not in made.jobs:
            runs = 30 if each in LATER else NEVER_ENDS
            small = job(each, int(slots), queue=queue, run_limit=limit_of(minutes))
            made.submit(small, at=clock(comes), runs=runs)
    made.run()
    assert {row[0]: made.start(row[0]) for row in table} == {row[0]: clock(row[5]) for row in table}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_jobs_that_hold_come_as_the_page_says(language: str) -> None:
    made = until_633_holds(one(32))
    told = {row[0]: (row[1], int(row[2]), limit_of(row[3])) for row in example("A", language)[:3]}
    jobs = {name: tracked.job for name, tracked in made.jobs.items()}
    assert told == {
        name: (each.queue or "highQ", each.demand.tasks, each.run_limit) for name, each in jobs.items()
    }


def on_memory_until(second: int, language: str) -> tuple[Driver, list[list[str]]]:
    """Run the example on memory until a second."""
    made, table = on_memory(), example("D", language)
    for each, queue, memory, minutes, comes, _ in table:
        asked = with_memory(int(memory)) if memory else {}
        small = job(each, queue=queue, run_limit=limit_of(minutes), **asked)
        made.submit(small, at=int(comes), runs=NEVER_ENDS)
    return made.run(second), table


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_example_on_memory_starts_when_the_page_says(language: str) -> None:
    made, table = on_memory_until(60, language)
    first = {row[0]: made.start(row[0]) for row in table}
    assert {name for name, start in first.items() if start is None} == {"J3", "J4", "J6"}
    assert [row[0] for row in table if row[5] == WAITS[language]] == ["J4", "J6"]
    started = {row[0]: int(row[5]) for row in table if first[row[0]] is not None}
    assert started == {name: start for name, start in first.items() if start is not None}
    later, _ = on_memory_until(300 * MINUTE, language)
    assert str(later.start("J3")) == table[2][5]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_links_to_the_rules_as_they_are_decided(language: str) -> None:
    assert re.search(r"\(\.\./decisions/0018-how-the-core-decides\.md\)", text_of(NAME, language))
