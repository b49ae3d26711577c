"""Writes the pictures of the report that the documentation shows: ``make screenshots``, with Chromium."""

import sys
import tempfile
from pathlib import Path

from click.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.browser import chromium, opened

from jobcast.cli.main import program, settle_language

IMAGES = Path(__file__).parent / "images"


def main() -> None:
    """Let the demo write its report, and take it in both languages and both themes."""
    settle_language(["--lang", "en"])
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        done = CliRunner().invoke(program(), ["demo", "--into", f"{folder}/demo"])
        if done.exit_code:
            raise SystemExit(done.output)
        for language, switch in (("en", False), ("zh", True)):
            for theme in ("light", "dark"):
                page = opened(browser, Path(folder) / "demo/report.html", theme=theme).page
                if switch:
                    page.click("#language")
                page.screenshot(path=IMAGES / f"report-{language}-{theme}.png")
                if theme == ("dark" if switch else "light"):
                    page.locator("#memory_cells").evaluate("one => one.scrollIntoView()")
                    page.screenshot(path=IMAGES / f"report-{language}-{theme}-memory.png")


if __name__ == "__main__":
    main()
