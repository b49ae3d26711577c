"""Command lines of LoadLeveler's form are read, and no line whatever is a fault of the program."""

import subprocess
import sys

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from jobcast.cli import batch_client
from jobcast.cli.batch_commands import LOADLEVELER
from jobcast.cli.loadleveler.words import Worded, category_names, listed
from jobcast.cli.main import program
from jobcast.language import LANGUAGES, catalogue
from tests.cli.loadleveler.conftest import MadeUpManager

LIKE_LLQ = Worded("llq", lists=("-u", "-c"), categories=("-f", "-r"))
LIKE_LLSUMMARY = Worded("llsummary", lists=("-d",), ranges=("-s", "-e"))
LIKE_LLPRIO = Worded("llprio", signed="--by")


@pytest.mark.parametrize(
    ("command", "line", "words"),
    [
        (LIKE_LLQ, "-u chen li -c a,b -l", ["-u", "chen li", "-c", "a,b", "-l"]),
        (LIKE_LLQ, "-f %id %st 12.0 13", ["-f", "%id %st", "12.0", "13"]),
        (LIKE_LLQ, "12 -f%id %st -u", ["12", "-f", "%id %st", "-u"]),
        (LIKE_LLQ, "-l -- -u chen", ["-l", "--", "-u", "chen"]),
        (LIKE_LLSUMMARY, "-s 1/1/26 to 2/1/26 -d day week", ["-s", "1/1/26 to 2/1/26", "-d", "day week"]),
        (LIKE_LLSUMMARY, "-e 1/1/26 -l", ["-e", "1/1/26", "-l"]),
        (LIKE_LLSUMMARY, "-s", ["-s"]),
        (LIKE_LLPRIO, "-10 12.0", ["--by", "-10", "12.0"]),
        (LIKE_LLPRIO, "+10 12.0 -q", ["--by", "10", "12.0", "-q"]),
    ],
)
def test_lists_become_single_values(command, line, words):
    assert command._joined(line.split()) == words


def test_lists_and_categories_are_told_apart():
    assert listed(" chen,li  chen ") == ("chen", "li")
    assert listed(None) == ()
    assert category_names("%id %o,%st%c") == ["id", "o", "st", "c"]


LIKELY = (
    "-l -s -x -r -f -u -h -j -c -q -m -p -d -e -g -R -F -L -W -k -C %id %st to +5 -5 12.0 n01.40 nwp normal "
    "01/01/2026 1000 drain stop day resource su -- = comment=x"
)
WORDS = st.sampled_from(LIKELY.split()) | st.text(
    st.characters(exclude_characters="\0", codec="utf-8"), max_size=5
)
"""No word of a command line holds a NUL: the system ends it there."""


@settings(max_examples=200)
@given(st.sampled_from([*LOADLEVELER]), st.lists(WORDS, max_size=6))
def test_no_command_line_is_a_fault_of_the_program(name, words):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batch_client, "manager", lambda _session: MadeUpManager())
        result = CliRunner().invoke(program(), ["batch", name, *words], prog_name="jobcast")
    assert result.exit_code in {0, 1, 2}, result.output


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", LOADLEVELER)
def test_examples_are_of_the_command(name, language):
    lines = catalogue()[f"{name}.examples"][language].splitlines()
    assert [line for line in lines if not f"{line} ".startswith(f"jobcast batch {name} ")] == []


def test_asking_the_manager_imports_nothing_that_takes_long_to_start():
    code = (
        "import sys, jobcast.batch.client\n"
        f"for name in {[*LOADLEVELER]}: __import__(f'jobcast.cli.loadleveler.{{name}}')\n"
        "print(sorted({'polars', 'rich', 'numpy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
