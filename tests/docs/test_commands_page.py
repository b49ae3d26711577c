"""The page on the commands says what the program says."""

import subprocess
import sys

import pytest

from tests.readme import ROOT


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_shows_what_the_program_says_of_its_commands(language: str) -> None:
    command = [sys.executable, str(ROOT / "docs" / "make_commands.py"), language]
    made = subprocess.run(command, capture_output=True, check=True, encoding="utf-8").stdout
    page = (ROOT / "docs" / language / "commands.md").read_text("utf-8")
    assert page == made, "python docs/make_commands.py writes it anew"
