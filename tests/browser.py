"""Chromium as a user's browser, and everything that it complains of."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
needs_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason="chromium is not installed (apt-get install chromium)"
)
_QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass(kw_only=True, slots=True)
class Seen:
    """A page, and what went wrong in it."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    """Errors and warnings of the console, and errors of scripts."""
    requests: list[str] = field(default_factory=list)
    """All addresses that were asked for, but for the page itself."""


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*_QUIET])
        try:
            yield browser
        finally:
            browser.close()


def opened(browser: Browser, file: Path, *, theme: str = "light", width: int = 1280) -> Seen:
    """Open a file as a double click on a mail attachment does, and wait until its charts are drawn."""
    return visited(browser, file.as_uri(), theme=theme, width=width)


def visited(
    browser: Browser, address: str, *, theme: str = "light", width: int = 1280, locale: str = "en-GB"
) -> Seen:
    """Open a page, and wait until it says that all is drawn."""
    page = browser.new_page(
        viewport={"width": width, "height": 900},
        color_scheme=theme,  # type: ignore[arg-type]
        locale=locale,
    )
    seen = Seen(page=page)
    page.on("console", lambda message: seen.complaints.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: seen.complaints.append(f"error: {error}"))
    page.on("request", lambda request: seen.requests.append(request.url))
    page.goto(address)
    page.wait_for_selector("html[data-ready=true]")
    seen.requests.remove(address)
    return seen
