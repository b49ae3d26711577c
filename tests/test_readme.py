"""What the pages say is true: links lead somewhere, commands run, and what they print is what is shown."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from jobcast.demo.tour import Plan, make
from tests import readme
from tests.alike import differences
from tests.serve.running import answers, until

PAGES = [
    page
    for page in sorted(readme.ROOT.rglob("*.md"))
    if not any(part.startswith(".") for part in page.relative_to(readme.ROOT).parts)
]
CURE = "make readme writes it anew"


def without_code(text: str) -> str:
    return re.sub(r"^```.*?^```$|`[^`\n]*`", "", text, flags=re.MULTILINE | re.DOTALL)


def code_blocks(path: Path) -> list[tuple[str, str]]:
    """Return the kind and the text of each block of code."""
    return re.findall(r"^```(\w*)\n(.*?)^```$", path.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)


def commands(path: Path) -> list[str]:
    """Return the lines of all blocks that are meant to be typed."""
    return [line for kind, text in code_blocks(path) if kind == "sh" for line in text.splitlines()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(readme.ROOT)))
def test_each_link_leads_somewhere(page):
    targets = re.findall(r"\]\(([^)\s]+)\)", without_code(page.read_text("utf-8")))
    local = [target.partition("#")[0] for target in targets if "://" not in target]
    assert [target for target in local if target and not (page.parent / target).exists()] == []


def test_both_readmes_have_the_same_headings_and_the_same_code():
    english, chinese = readme.READMES.values()
    levels = [
        [len(mark) for mark in re.findall(r"^(#+) ", page.read_text("utf-8"), flags=re.MULTILINE)]
        for page in (english, chinese)
    ]
    assert levels[0] == levels[1]
    assert [kind for kind, _ in code_blocks(english)] == [kind for kind, _ in code_blocks(chinese)]
    assert commands(english) == commands(chinese)


@pytest.mark.parametrize("name", ["index.md", "demo.md"])
def test_the_pages_exist_in_both_languages_with_the_same_code(name):
    english, chinese = (readme.ROOT / "docs" / language / name for language in ("en", "zh"))
    assert code_blocks(english) == code_blocks(chinese)


@pytest.mark.parametrize("language", readme.READMES)
def test_the_readme_names_every_command(language):
    assert readme.shown_command_rows(language) == readme.command_rows(language), CURE


@pytest.mark.parametrize("language", readme.DEMO_PAGES)
def test_the_page_on_the_demo_has_the_figures_of_every_tool(language):
    assert readme.shown_tool_rows(language) == readme.tool_rows(), CURE


@pytest.mark.parametrize("language", readme.READMES)
def test_the_readme_shows_what_the_demo_prints(language, tmp_path):
    printed = readme.printed(language, "demo", folder=tmp_path)
    assert differences(readme.shown_demo(language), printed) == [], CURE


NEEDS_A_SITE = {"jobcast sample": "asks the batch systems of this host, and there may be none"}
GOES_ON = "jobcast serve"
"""Ends only when it is asked to."""


def test_the_commands_of_the_readme_run_one_after_the_other(tmp_path):
    """On loom's accounting file, in place of the site's own; what needs a site fails with a cure."""
    plan = Plan(folder=tmp_path / "logdir", jobs=1_200, days=20, seed=7)
    make(plan)
    for line in commands(readme.READMES["en"]):
        if line.startswith("jobcast "):
            words = shlex.split(line.replace("/usr/share/lsf/logdir/lsb.acct*", str(plan.place.acct)))
            code, complaints = _ran(words, tmp_path, goes_on=line == GOES_ON)
            assert code == (1 if line in NEEDS_A_SITE else 0), (line, complaints)
            assert "cure:" in complaints or line not in NEEDS_A_SITE


def _ran(words: list[str], folder: Path, *, goes_on: bool) -> tuple[int, str]:
    """Run a command, ask it to end where it goes on, and return its exit code and what it said."""
    settings = {
        "JOBCAST_STORE": str(folder / "store"),
        "JOBCAST_SERVE_SOCKET": str(folder / "s.sock"),
        "JOBCAST_SERVE_PORT": "0",
        "PATH": "/nonexistent",
    }
    with subprocess.Popen(
        [sys.executable, "-m", *words],
        cwd=folder,
        env={**os.environ, **settings},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        if goes_on:
            until(lambda: answers(folder / "s.sock") or process.poll() is not None)
            process.terminate()
        _, complaints = process.communicate(timeout=120)
    return process.returncode, complaints


def test_make_knows_the_targets_that_pages_name():
    targets = set(re.findall(r"^(\w+):", (readme.ROOT / "Makefile").read_text("utf-8"), flags=re.MULTILINE))
    named = {
        target for page in PAGES for target in re.findall(r"`?\bmake (\w+)`", page.read_text("utf-8"))
    } | {line.split()[1] for page in PAGES for line in commands(page) if line.startswith("make ")}
    assert named <= targets
