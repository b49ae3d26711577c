"""Keeps the pages true: they show what the program prints. ``make readme`` writes it anew."""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from jobcast.cli.main import COMMANDS
from jobcast.demo.tools import TOOLS
from jobcast.language import catalogue

ROOT = Path(__file__).parents[1]
READMES = {"en": ROOT / "README.md", "zh": ROOT / "README.zh-CN.md"}
DEMO_PAGES = {"en": ROOT / "docs/en/demo.md", "zh": ROOT / "docs/zh/demo.md"}
TRANSCRIPTS = {language: ROOT / f"tests/cli/transcripts/demo.{language}.txt" for language in READMES}
"""What the small demo of the tests prints."""
SMALL = ("demo", "--jobs", "1200", "--days", "20")

_DEMO = re.compile(r"(?<=^\$ make demo\n).*?(?=^```$)", re.MULTILINE | re.DOTALL)
_COMMANDS = re.compile(r"(?<=^\|---\|---\|\n)(?:\|.*\n)*", re.MULTILINE)
_TOOLS = re.compile(r"(?<=^\|---\|---\|---\|---\|---\|\n)(?:\|.*\n)*", re.MULTILINE)


def printed(language: str, *arguments: str, folder: Path) -> str:
    """Run jobcast in `folder` and return what it prints on stdout."""
    command = [sys.executable, "-m", "jobcast", "--lang", language, *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=True, encoding="utf-8")
    return done.stdout


def shown_demo(language: str) -> str:
    """Return what the README shows of the demo."""
    return _found(_DEMO, READMES[language])


def command_rows(language: str) -> str:
    """Return the table of commands, one row for each."""
    rows = (f"| `jobcast {name}` | {catalogue()[f'commands.{name}'][language]} |\n" for name in COMMANDS)
    return "".join(rows)


def shown_command_rows(language: str) -> str:
    """Return the table of commands that the README shows."""
    return _found(_COMMANDS, READMES[language])


def tool_rows() -> str:
    """Return the table of loom's tools, one row for each."""
    return "".join(
        f"| {name} | {tool.base:g} | {tool.exponent:g} | {tool.noise:g} | {tool.hours:g} |\n"
        for name, tool in TOOLS.items()
    )


def shown_tool_rows(language: str) -> str:
    """Return the table of loom's tools that the page on the demo shows."""
    return _found(_TOOLS, DEMO_PAGES[language])


def _found(pattern: re.Pattern[str], page: Path) -> str:
    found = pattern.search(page.read_text("utf-8"))
    assert found is not None, f"{page.name} lacks what matches {pattern.pattern}"
    return found[0]


def write() -> None:
    """Write what the program prints and knows into the pages and the transcripts."""
    for language, path in READMES.items():
        _put(_COMMANDS, command_rows(language), path)
        _put(_TOOLS, tool_rows(), DEMO_PAGES[language])
        with tempfile.TemporaryDirectory() as folder:
            _put(_DEMO, printed(language, "demo", folder=Path(folder)), path)
        with tempfile.TemporaryDirectory() as folder:
            TRANSCRIPTS[language].write_text(printed(language, *SMALL, folder=Path(folder)), "utf-8")


def _put(pattern: re.Pattern[str], text: str, page: Path) -> None:
    page.write_text(pattern.sub(lambda _: text, page.read_text("utf-8"), count=1), "utf-8")


if __name__ == "__main__":
    write()
