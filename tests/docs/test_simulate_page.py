"""The page on simulation: its figures come out, its example runs, and its tables name all that there is."""

import contextlib
import gzip
import io
import json
import re
import shlex
from itertools import islice
from pathlib import Path
from typing import Any, get_args

import pytest
from click.testing import CliRunner

from jobcast.cli.main import program
from jobcast.cli.whatif import cells
from jobcast.language import say, speaking
from jobcast.simulate.counts.base import Events
from jobcast.simulate.estimates.correction import CORRECTION_NAMES
from jobcast.simulate.estimates.registry import ESTIMATES_NAMES
from jobcast.simulate.machines import parse_machines
from jobcast.simulate.metrics import CONVENTIONS
from jobcast.simulate.setup import POLICIES
from jobcast.simulate.whatif import Scenario
from tests.docs.pages import LANGUAGES, blocks, rows, text_of, words

NAME = "simulate.md"
POLICY, ESTIMATES, FIGURES, MACHINES = 2, 3, 4, 6
"""Sections, counted from 1."""
LOG = "KTH-SP2-1996-2.swf.gz"


def table(name: str, language: str) -> list[list[str]]:
    """Return the cells of a marked table, without its head."""
    marked = text_of(NAME, language).partition(f"<!-- table: {name} -->\n")[2].partition("<!-- end -->")[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in marked.splitlines()[2:]]


def simulated(command: str, log: Path) -> dict[str, Any]:
    """Run a command of the page on the log, and return its figures."""
    arguments = shlex.split(command.replace(LOG, str(log)))[1:]
    done = CliRunner().invoke(program(), [*arguments, "--json"])
    assert done.exit_code == 0, done.output
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


COMMANDS = {words(row[0])[0]: row[1] for name in ("published", "own") for row in table(name, "en")}
COUNTED = [each for each in COMMANDS.items() if "--machines" not in each[0]]
ONE_BY_ONE = f"jobcast simulate {LOG} --policy easy --machines 100x1"
ONCE_A_SECOND = f"jobcast simulate {LOG} --policy easy --events per-timestamp"
_BEGINNING = 2000
"""Lines of the log that the core simulates in a second or two, without anything to compile."""


@pytest.mark.shared_data
@pytest.mark.parametrize(("command", "figure"), COUNTED)
def test_each_command_gives_the_figure_beside_it(command: str, figure: str, shared_logs: Path) -> None:
    digits = len(figure.partition(".")[2])
    assert f"{simulated(command, shared_logs / LOG)['mean_bounded_slowdown']:.{digits}f}" == figure


@pytest.mark.shared_data
def test_machines_of_one_processor_give_what_counting_gives(shared_logs: Path, tmp_path: Path) -> None:
    """Here on the beginning of the log; tests/simulate/hosts has the figure of all of it."""
    with gzip.open(shared_logs / LOG, "rt") as lines:
        (tmp_path / LOG).write_text("".join(islice(lines, _BEGINNING)))
    placed, counted = (simulated(command, tmp_path / LOG) for command in (ONE_BY_ONE, ONCE_A_SECOND))
    assert (placed["engine"], counted["engine"]) == ("core", "counts")
    figures = (
        "jobs",
        "mean_wait_s",
        "max_wait_s",
        "mean_bounded_slowdown",
        "max_bounded_slowdown",
        "makespan_s",
    )
    assert [placed[name] for name in figures] == [counted[name] for name in figures]
    assert COMMANDS[ONE_BY_ONE] == COMMANDS[ONCE_A_SECOND]


@pytest.mark.parametrize(
    ("name", "columns"),
    [("published", 2), ("own", 2), ("speeds", 2), ("whatif-demo", 3), ("whatif-gaia", 3)],
)
def test_both_languages_have_the_same_figures(name: str, columns: int) -> None:
    english, chinese = ([row[-columns:] for row in table(name, language)] for language in LANGUAGES)
    assert english == chinese


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["whatif-demo", "whatif-gaia"])
def test_the_tables_of_whatif_have_the_rows_that_it_prints(name: str, language: str) -> None:
    nothing = Scenario(
        name="requested", mean_wait_s=0, wait_hours=0, mean_bounded_slowdown=1,
        memory_gib_hours=None, idle_gib_hours=None, short=0, machines=None,
    )  # fmt: skip
    with speaking(language):
        assert [row[0] for row in table(name, language)] == [
            say(f"whatif.row_{row}") for row in cells(nothing)
        ]


@pytest.mark.shared_data
def test_the_first_run_gives_what_the_page_shows(shared_logs: Path, tmp_path: Path) -> None:
    first, second, compare = blocks(text_of(NAME, "en"), "sh")[0].splitlines()
    for line in (first, second):
        simulated(line.replace("-o ", f"-o {tmp_path}/"), shared_logs / LOG)
    easy, sjbf = (tmp_path / name for name in compare.split()[2:])
    done = CliRunner().invoke(program(), ["compare", str(easy), str(sjbf)])
    printed = [re.split(r"  +", line.strip()) for line in done.stdout.splitlines()]
    known = {row[0]: row for row in printed if len(row) == 5}
    for name, before, after, difference in table("first-run", "en"):
        assert known[name][1:3] == [before, after]
        assert difference in known[name][3:]


@pytest.mark.shared_data
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_story_of_a_job_is_the_one_that_the_page_tells(language: str, shared_logs: Path) -> None:
    (command,) = [
        line
        for block in blocks(text_of(NAME, language), "sh")
        for line in block.splitlines()
        if "--why" in line
    ]
    arguments = shlex.split(command.replace(LOG, str(shared_logs / LOG)))[1:]
    with speaking(language):
        done = CliRunner().invoke(program(), arguments)
    printed = [re.split(r"  +", line.strip()) for line in done.stdout.splitlines()[1:]]
    assert [[cell for cell in row if cell] for row in table("why", language)] == printed


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_example_prints_what_stands_below_it(language: str) -> None:
    text = text_of(NAME, language)
    (example,) = blocks(text, "python")
    shown = text.partition(f"```python\n{example}```\n")[2].partition("```\n")[2].partition("```")[0]
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(example, NAME, "exec"), {})  # noqa: S102 - the page's own example
    assert printed.getvalue() == shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_names_all_policies_estimates_and_corrections(language: str) -> None:
    text = text_of(NAME, language)
    assert [words(row[0])[0] for row in rows(text, POLICY)] == [*POLICIES, "depth-N"]
    told = [words(row[0])[0] for row in rows(text, ESTIMATES) if words(row[0])]
    assert sorted(told) == sorted((*ESTIMATES_NAMES, "--correction", *CORRECTION_NAMES))
    assert all(f"--events {name}" in text for name in get_args(Events))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_defines_each_figure_of_the_conventions(language: str) -> None:
    assert len(rows(text_of(NAME, language), FIGURES)) == len(CONVENTIONS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_machines_of_the_page_can_be_written_so(language: str) -> None:
    told = [words(row[0])[0] for row in rows(text_of(NAME, language), MACHINES)]
    assert [len(parse_machines(text).machines) for text in told] == [100, 32, 34]
