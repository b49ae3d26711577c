"""The page on LoadLeveler's and LSF's commands names all there are, and shows what they print."""

import re
from datetime import UTC

import pytest

from jobcast.batch.record import StepState
from jobcast.batch.screens.loadleveler import llq, llstatus, llsummary, states
from jobcast.cli.batch_commands import LOADLEVELER, LSF
from tests.batch.screens.loadleveler.made_up import NOON, a_step, of, site
from tests.batch.screens.loadleveler.test_llsummary import OF_THE_MANUAL
from tests.docs.pages import LANGUAGES, rows, text_of, words

PAGE = "batch-commands.md"


@pytest.fixture(params=LANGUAGES)
def page(request) -> str:
    return text_of(PAGE, request.param)


def plain_blocks(page: str) -> list[str]:
    """Return the blocks of what commands print."""
    every = re.findall(r"^```(\w*)\n(.*?)^```$", page, flags=re.MULTILINE | re.DOTALL)
    return [block for kind, block in every if not kind]


def test_each_command_is_in_the_table_of_its_system(page):
    for section, commands in ((1, LOADLEVELER), (2, LSF)):
        named = [name for row in rows(page, section) for name in words(row[0])]
        assert sorted(name for name in named if re.fullmatch(r"ll[a-z]+|b[a-z]{3,}", name)) == sorted(
            commands
        )


def test_each_state_is_told_with_the_group_that_it_counts_in(page):
    told = {name: row[2] for row in rows(page, 1) for name in words(row[0]) if name.isupper()}
    counted = {name: group for name, group in told.items() if group in set(states.Group)}
    groups = {states.short(state): states.group(state) for state in StepState}
    assert set(told) == set(groups)
    assert counted == {name: group for name, group in groups.items() if group is not states.Group.OVER}


def test_all_columns_and_sections_are_named(page):
    named = set(words(page))
    of_steps, of_machines = page[: page.index("`%sca`")], page[page.index("`%tt`") :]
    assert [name for name in llq.categories(UTC) if f"`%{name}`" not in of_steps] == []
    assert [name for name in llstatus.columns(site()) if f"`%{name}`" not in of_machines] == []
    sections = next(word.split() for word in named | {_sections(page)} if word.startswith("user group"))
    assert [*sections, "comment"] == list(llsummary.SECTIONS)


def _sections(page: str) -> str:
    """Return the words of the list that runs over the end of a line."""
    return " ".join(re.search(r"`(user group[^`]*)`", page)[1].split())


def test_the_listings_are_those_that_are_drawn(page):
    first = of(a_step(12, StepState.RUNNING), queue="operation", priority=100)
    second = of(a_step(13, StepState.PREEMPTED, at=NOON - 3480), user="chen")
    listing = "\n".join(llq.standard([first, second], UTC)) + "\n"
    assert plain_blocks(page) == [listing, "\n".join(OF_THE_MANUAL) + "\n"]
