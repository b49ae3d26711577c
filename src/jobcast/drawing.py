"""What every picture of matplotlib, an extra, needs: whether it is there, and fonts that can write Chinese."""

import io
import re
import warnings
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from typing import Any

from jobcast.errors import ConfigError
from jobcast.language import say, speaking

KINDS = ("svg", "png", "pdf")
"""Of picture files."""
_CHINESE_FONTS = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Droid Sans Fallback",
    "Microsoft YaHei",
    "SimHei",
    "PingFang SC",
    "Noto Sans CJK JP",
)
"""In order of preference; what Linux distributions, Windows and macOS bring."""
_CHINESE_FILES = re.compile(
    r"CJK|NotoSansSC|SourceHan|wqy|DroidSansFallback|msyh|simhei|PingFang", re.IGNORECASE
)
"""How the files of those fonts are called."""


def can_draw() -> bool:
    """Tell whether matplotlib is installed."""
    try:
        import matplotlib.figure  # noqa: F401, PLC0415 - an extra
    except ImportError:
        return False
    return True


def see_matplotlib() -> None:
    """Raise ConfigError, which names the cure, where matplotlib is not installed."""
    if not can_draw():
        raise ConfigError(say("model.needs_matplotlib"), hint="pip install 'jobcast[plots]'")


@contextmanager
def legible() -> Iterator[None]:
    """Draw with a font that has Chinese characters, and speak English where this host has none."""
    import matplotlib as mpl  # noqa: PLC0415 - an extra

    fonts = _chinese_fonts()
    with ExitStack() as stack:
        if not fonts:
            stack.enter_context(speaking("en"))
        # Names come from users: a dollar sign in one is no mathematics.
        stack.enter_context(mpl.rc_context({"font.family": ["sans-serif", *fonts], "text.parse_math": False}))
        yield


@cache
def _chinese_fonts() -> list[str]:
    """Return a font of this host that has the characters of the Chinese texts, if there is one.

    matplotlib remembers for long which fonts there are; those installed since are looked for on the disk.
    """
    from matplotlib import font_manager  # noqa: PLC0415 - an extra

    if not _known(font_manager.get_font_names()):
        for path in filter(_CHINESE_FILES.search, font_manager.findSystemFonts()):
            font_manager.fontManager.addfont(path)
    return _known(font_manager.get_font_names())


def _known(names: Iterable[str]) -> list[str]:
    there = set(names)
    return [name for name in _CHINESE_FONTS if name in there][:1]


def saved(figure: Any, kind: str) -> bytes:
    """Return the figure as a file of that kind; the same figure gives the same bytes."""
    import matplotlib as mpl  # noqa: PLC0415 - an extra

    drawn = io.BytesIO()
    dates = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}
    with mpl.rc_context({"svg.hashsalt": "jobcast"}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font")  # a box stands for it
        figure.savefig(drawn, format=kind, metadata=dates.get(kind))
    return drawn.getvalue()
