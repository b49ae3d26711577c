"""Each page stands in both languages, with the same headings, code (but for comments) and places for figures.

That links lead somewhere is looked at in `tests.test_readme`.
"""

import re

import pytest

from tests.readme import ROOT

PAGES = sorted(page.name for page in (ROOT / "docs" / "en").glob("*.md"))


def both(name: str) -> tuple[str, str]:
    english, chinese = ((ROOT / "docs" / language / name).read_text("utf-8") for language in ("en", "zh"))
    return english, chinese


def code(text: str) -> list[str]:
    """Return the blocks of code; those that can have comments, without them."""
    blocks = re.findall(r"^ *```.*?^ *```$", text, flags=re.MULTILINE | re.DOTALL)
    return [_without_comments(block) if re.match(r" *```(?:sh|toml)\n", block) else block for block in blocks]


def _without_comments(block: str) -> str:
    return re.sub(r" *(?<!\S)# .*$", "", block, flags=re.MULTILINE)


def without_code(text: str) -> str:
    return re.sub(r"^ *```.*?^ *```$", "", text, flags=re.MULTILINE | re.DOTALL)


def test_both_languages_have_the_same_pages() -> None:
    assert sorted(page.name for page in (ROOT / "docs" / "zh").glob("*.md")) == PAGES


@pytest.mark.parametrize("name", PAGES)
def test_both_languages_have_the_same_headings_and_tables(name: str) -> None:
    english, chinese = (
        re.findall(r"^(#+|\|(?:-+:?\|)+$|<!-- [\w: -]+ -->)", without_code(text), flags=re.MULTILINE)
        for text in both(name)
    )
    assert english == chinese


@pytest.mark.parametrize("name", PAGES)
def test_both_languages_have_the_same_code(name: str) -> None:
    english, chinese = map(code, both(name))
    assert english == chinese


@pytest.mark.parametrize("name", PAGES)
def test_both_languages_have_the_same_rows(name: str) -> None:
    english, chinese = (
        len(re.findall(r"^\|", without_code(text), flags=re.MULTILINE)) for text in both(name)
    )
    assert english == chinese
