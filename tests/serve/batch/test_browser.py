"""The page of a real manager as Chromium shows it."""

import json
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from jobcast.batch.order import SubmitCommand
from jobcast.batch.service import Wanted
from jobcast.machine import CPUS
from tests.batch.running import Batch
from tests.browser import Seen, chromium, needs_chromium, visited

pytestmark = needs_chromium

HOSTILE = """<img src=x onerror="document.title='broken'">'"\u202e&amp;"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """A manager with a page."""

    batch: Batch
    address: str
    token: str

    def submit(self, name: str = "", *, cpus: int = 1) -> str:
        """Submit a step that runs for long, and return its id."""
        words = (*(("-J", name) if name else ()), "-n", str(cpus), "-W", "10", "sleep 600")
        return self.batch.client.do(SubmitCommand(arguments=words, directory="/")).job


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def shown(tmp_path: Path) -> Iterator[Shown]:
    with socket.socket() as probe:  # a port that is free now
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    batch = Batch(folder=tmp_path, settings={"JOBCAST_BATCH_PORT": str(port)})
    token = _token(batch)
    batch.start()
    yield Shown(batch=batch, address=f"http://127.0.0.1:{port}/", token=token)
    batch.end()


def _token(batch: Batch) -> str:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "jobcast", "token", "add", "page", "--json"),
            *("--right", "operate", "--user", "root"),
        ],
        env=batch.environment,
        capture_output=True,
        check=True,
    )
    return str(json.loads(done.stdout)["token"])


def _submit_two(shown: Shown) -> str:
    """Submit a step that takes the whole machine and runs, and one that waits for it; return the second's id."""
    machine = shown.batch.client.snapshot(Wanted()).machines[0].machine
    shown.batch.wait(shown.submit(cpus=machine.resources[CPUS]), "running")
    return shown.submit(cpus=1)


def _log_in(seen: Seen, token: str) -> None:
    seen.page.fill("#login [name=token]", token)
    seen.page.click("#login button")
    seen.page.wait_for_selector("#logout")
    seen.page.wait_for_selector("html[data-ready=true]")


def _is_quiet(seen: Seen, shown: Shown) -> None:
    assert seen.complaints == []
    assert [one for one in seen.requests if not one.startswith(shown.address)] == []
    seen.page.close()


@pytest.mark.parametrize(("locale", "theme"), [("en-GB", "light"), ("zh-CN", "dark")])
def test_a_submitted_step_appears_without_anybody_loading_the_page_anew(
    browser: Browser, shown: Shown, locale: str, theme: str
):
    seen = visited(browser, shown.address, locale=locale, theme=theme)
    page = seen.page
    chinese = locale == "zh-CN"
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN" if chinese else "en")
    expect(page.locator("#part-steps")).to_contain_text(
        "没有符合条件的作业步" if chinese else "No step fits."
    )
    page.evaluate("window.here = true")
    name = shown.submit("nightly")
    row = page.locator(f"[id='step-{name}']")
    expect(row).to_contain_text("nightly")
    expect(row.locator(".state-running")).to_have_text("运行中" if chinese else "running")
    assert page.evaluate("window.here") is True
    assert row.locator("button").count() == 0
    _is_quiet(seen, shown)


def test_whoever_logs_in_holds_releases_and_cancels_from_the_page(browser: Browser, shown: Shown):
    second = _submit_two(shown)
    seen = visited(browser, shown.address)
    page = seen.page
    _log_in(seen, shown.token)
    assert page.evaluate("document.cookie") == ""
    row = page.locator(f"[id='step-{second}']")
    row.get_by_role("button", name="Hold").focus()
    page.keyboard.press("Enter")
    expect(row).to_contain_text("held by its user")
    expect(page.locator("#said")).to_have_text(f"Hold: {second}")
    assert shown.batch.state(second) == "user_hold"
    row.get_by_role("button", name="Release").click()
    expect(row.get_by_role("button", name="Hold")).to_be_visible()
    page.on("dialog", lambda dialog: dialog.accept())
    row.get_by_role("button", name="Cancel").click()
    expect(row).to_have_count(0)
    assert shown.batch.state(second) == "canceled"
    page.click("#logout button")
    page.wait_for_selector("#login")
    expect(page.get_by_role("button", name="Suspend")).to_have_count(0)
    _is_quiet(seen, shown)


def test_a_hostile_name_is_text_everywhere(browser: Browser, shown: Shown):
    name = shown.submit(HOSTILE)
    seen = visited(browser, f"{shown.address}?step={name}")
    page = seen.page
    expect(page.locator(f"[id='step-{name}']")).to_contain_text("<img src=x onerror=")
    expect(page.locator("#part-detail")).to_contain_text("<img src=x onerror=")
    assert page.locator("main img").count() == 0
    assert page.title() == "Batch manager of default"
    _is_quiet(seen, shown)


def test_what_is_chosen_stands_in_the_address_and_is_found_again(browser: Browser, shown: Shown):
    one, two = shown.submit("alpha"), shown.submit("beta")
    seen = visited(browser, shown.address)
    page = seen.page
    page.fill("[name=q]", "BETA")
    expect(page.locator(f"[id='step-{one}']")).to_have_count(0)
    expect(page.locator(f"[id='step-{two}']")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"\?q=BETA$"))
    page.reload()
    expect(page.locator("tr[id^='step-']")).to_have_count(1)
    page.click(f"[id='step-{two}'] a")
    expect(page.locator("#detail-title")).to_be_focused()
    page.go_back()
    expect(page.locator("#part-detail article")).to_have_count(0)
    page.click("#language")
    page.wait_for_selector("html[lang='zh-CN'][data-ready=true]")
    expect(page.locator("tr[id^='step-']")).to_have_count(1)
    _is_quiet(seen, shown)


def test_without_a_script_the_page_is_a_table_that_is_loaded_anew(browser: Browser, shown: Shown):
    name = shown.submit("plain")
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(shown.address)
    expect(page.locator(f"[id='step-{name}']")).to_contain_text("plain")
    assert page.locator("meta[http-equiv=refresh]").get_attribute("content") == "15"
    assert page.get_by_role("button").all_inner_texts() == ["Show"]
    page.select_option("[name=state]", "held")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("#part-steps")).to_contain_text("No step fits.")
    context.close()


def test_what_runs_is_drawn_and_who_waits_is_promised_a_start(browser: Browser, shown: Shown):
    second = _submit_two(shown)
    seen = visited(browser, shown.address)
    series = "echarts.getInstanceByDom(document.getElementById('plan')).getOption().series"
    drawn = seen.page.evaluate(f"{series}.map((one) => [one.id, one.data.length])")
    assert [name for name, _ in drawn] == ["promises", "jobs-0", "now"]
    assert dict(drawn)["jobs-0"] == 1
    assert seen.page.evaluate(f"{series}[0].data[0][0]") == second
    expect(seen.page.locator(f"[id='step-{second}']")).to_contain_text("≤ ")
    _is_quiet(seen, shown)
