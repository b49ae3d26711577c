"""What every picture needs: matplotlib, an extra, and a font that can write Chinese."""

import sys
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import pytest

from jobcast import drawing
from jobcast.drawing import KINDS, can_draw, legible, saved, see_matplotlib
from jobcast.errors import ConfigError
from jobcast.language import choose, current
from tests.made_up import HOSTILE

needs_matplotlib = pytest.mark.skipif(find_spec("matplotlib") is None, reason="matplotlib is an extra")


@pytest.fixture
def fonts(monkeypatch):
    """Return a list of the fonts that this host has, for a test to fill; none is on the disk."""
    font_manager = import_module("matplotlib.font_manager")
    known: list[str] = []
    monkeypatch.setattr(font_manager, "get_font_names", lambda: known)
    monkeypatch.setattr(font_manager, "findSystemFonts", list)
    drawing._chinese_fonts.cache_clear()
    yield known
    drawing._chinese_fonts.cache_clear()


def a_figure(text: str = "a title") -> Any:
    figure = import_module("matplotlib.figure").Figure()
    axes = figure.subplots()
    axes.set_title(text)
    axes.bar(["x", "y"], [1, 2])
    return figure


def test_without_matplotlib_the_cure_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    assert not can_draw()
    with pytest.raises(ConfigError, match="matplotlib") as caught:
        see_matplotlib()
    assert caught.value.hint == "pip install 'jobcast[plots]'"


@needs_matplotlib
def test_with_matplotlib_all_is_well():
    assert can_draw()
    see_matplotlib()


@needs_matplotlib
def test_the_first_chinese_font_that_is_there_is_taken(fonts):
    fonts += ["DejaVu Sans", "SimHei", "Noto Sans CJK SC", "WenQuanYi Zen Hei"]
    assert drawing._chinese_fonts() == ["Noto Sans CJK SC"]


@needs_matplotlib
def test_a_font_that_was_installed_lately_is_found_on_the_disk(fonts, monkeypatch):
    font_manager = import_module("matplotlib.font_manager")
    disk = ["/fonts/DejaVuSans.ttf", "/fonts/wqy-microhei.ttc"]
    added = []

    def add(path: str) -> None:
        added.append(path)
        fonts.append("WenQuanYi Micro Hei")

    monkeypatch.setattr(font_manager, "findSystemFonts", lambda: disk)
    monkeypatch.setattr(font_manager.fontManager, "addfont", add)
    assert drawing._chinese_fonts() == ["WenQuanYi Micro Hei"]
    assert added == disk[1:]


@needs_matplotlib
@pytest.mark.parametrize(("there", "language"), [([], "en"), (["SimHei"], "zh")])
def test_pictures_speak_english_where_no_font_has_the_characters(fonts, there, language):
    choose("zh")
    fonts += ["DejaVu Sans", *there]
    settings = import_module("matplotlib").rcParams
    before = settings["font.family"]
    with legible():
        assert current() == language
        assert settings["font.family"] == ["sans-serif", *there]
        assert settings["text.parse_math"] is False
    assert (current(), settings["font.family"]) == ("zh", before)


@needs_matplotlib
@pytest.mark.parametrize("kind", KINDS)
def test_the_same_figure_gives_the_same_bytes(kind):
    with legible():
        assert saved(a_figure(), kind) == saved(a_figure(), kind)


@needs_matplotlib
@pytest.mark.parametrize(("kind", "begins"), [("svg", b"<?xml"), ("png", b"\x89PNG"), ("pdf", b"%PDF")])
def test_a_file_is_of_its_kind(kind, begins):
    assert saved(a_figure(), kind).startswith(begins)


@needs_matplotlib
def test_a_character_that_no_font_has_is_a_box_and_no_warning(recwarn):
    with legible():
        saved(a_figure(f"\U00013000 {HOSTILE}"), "png")
    assert list(recwarn) == []
