"""Writes the pictures that the documentation shows: of the report, of a simulated run, and of the batch manager.

``make screenshots``, with Chromium.
"""

import sys
import tempfile
from pathlib import Path

from click.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parents[1]))

from batch_screenshot import manager
from playwright.sync_api import Browser
from tests.browser import chromium, opened, visited

from jobcast.cli.main import program, settle_language

IMAGES = Path(__file__).parent / "images"
SIMULATED = (
    *("--machines", "12x32:512GB", "--policy", "depth-4"),
    *("--until", "2025-09-25", "--gantt-span", "2025-09-15", "2025-09-18"),
)
"""On so few machines that some jobs of the demo wait, and so few jobs that the core does it, which keeps promises."""


def main() -> None:
    """Let the demo write its report, simulate its jobs, and take both pages in both languages."""
    settle_language(["--lang", "en"])
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        demo, run = Path(folder) / "demo", Path(folder) / "run.html"
        _jobcast("demo", "--into", str(demo))
        _take_report(browser, demo / "report.html")
        _jobcast(
            *("--store", str(demo / "store"), "simulate", "store"),
            *(*SIMULATED, "--gantt", str(run)),
        )
        _take_run(browser, run)
        with manager(Path(folder) / "batch") as address:
            _take_batch(browser, address)


def _jobcast(*arguments: str) -> None:
    done = CliRunner().invoke(program(), arguments)
    if done.exit_code:
        raise SystemExit(done.output)


def _take_report(browser: Browser, file: Path) -> None:
    for language, switch in (("en", False), ("zh", True)):
        for theme in ("light", "dark"):
            page = opened(browser, file, theme=theme).page
            if switch:
                page.click("#language")
            page.screenshot(path=IMAGES / f"report-{language}-{theme}.png")
            if theme == ("dark" if switch else "light"):
                page.locator("#memory_cells").evaluate("one => one.scrollIntoView()")
                page.screenshot(path=IMAGES / f"report-{language}-{theme}-memory.png")


def _take_run(browser: Browser, file: Path) -> None:
    for language, switch in (("en", False), ("zh", True)):
        page = opened(browser, file).page
        if switch:
            page.click("#language")
        page.set_viewport_size({"width": 1280, "height": 1180})
        page.screenshot(path=IMAGES / f"run-{language}-light.png")


def _take_batch(browser: Browser, address: str) -> None:
    for language, locale in (("en", "en-GB"), ("zh", "zh-CN")):
        page = visited(browser, address, locale=locale).page
        page.set_viewport_size({"width": 1280, "height": 1400})
        page.wait_for_selector("#part-steps tbody tr")
        page.screenshot(path=IMAGES / f"batch-{language}.png")


if __name__ == "__main__":
    main()
