"""What tests look at in pages: their text, blocks of code, tables and words in code."""

import re
import textwrap

from tests.readme import ROOT

LANGUAGES = ("en", "zh")


def text_of(name: str, language: str) -> str:
    """Return a page as it is written."""
    return (ROOT / "docs" / language / name).read_text("utf-8")


def blocks(text: str, kind: str) -> list[str]:
    """Return the blocks of code of one kind, those of lists among them."""
    found = re.findall(rf"^ *```{kind}\n(.*?)^ *```$", text, flags=re.MULTILINE | re.DOTALL)
    return [textwrap.dedent(block) for block in found]


def rows(text: str, section: int) -> list[list[str]]:
    """Return the cells of the table in a section, counted from 1, without its head."""
    lines = re.findall(
        r"^\|(.*)\|$", re.split(r"^## ", text, flags=re.MULTILINE)[section], flags=re.MULTILINE
    )
    return [[cell.strip() for cell in line.split(" | ")] for line in lines[2:]]


def words(text: str) -> list[str]:
    """Return what stands between backticks."""
    return re.findall(r"`([^`\n]+)`", text)
