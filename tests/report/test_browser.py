"""Pages as Chromium shows them: in both languages and themes, without a complaint and without a request."""

from datetime import UTC, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from playwright.sync_api import Browser

from jobcast.cli.main import program
from jobcast.history import empty
from jobcast.report.base import Period
from jobcast.report.formats.html import as_html
from jobcast.report.scope import Scope
from jobcast.report.summary import summarise
from tests.browser import chromium, needs_chromium, opened
from tests.made_up import HOSTILE, NEW_YEAR, frame, job

pytestmark = needs_chromium

GIB = 1 << 30


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def demo_page(tmp_path_factory) -> Path:
    """Return the page that the demo writes."""
    folder = tmp_path_factory.mktemp("demo")
    result = CliRunner().invoke(
        program(), ["demo", "--jobs", "1200", "--days", "20", "--into", str(folder / "demo")]
    )
    assert result.exit_code == 0, result.output
    return folder / "demo" / "report.html"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_report_of_the_demo_opens_without_complaint_or_request(
    browser: Browser, demo_page: Path, language: str, theme: str
) -> None:
    seen = opened(browser, demo_page, theme=theme)
    page = seen.page
    if language == "zh-CN":
        page.click("#language")
    charts = page.locator("[data-chart]")
    assert charts.count() > 20
    assert page.locator("[data-chart] svg path").count() > 100
    drawn = page.evaluate(
        "[...document.querySelectorAll('[data-chart]')].map(one => one.querySelectorAll('svg path').length)"
    )
    assert min(drawn) > 3
    assert page.evaluate("document.documentElement.lang") == language
    title = {"en": "What jobs asked for and what they used", "zh-CN": "作业的申请量与使用量"}[language]
    assert (page.title(), page.inner_text("h1").strip()) == (title, title)
    body = page.inner_text("body")
    assert ("下次：" in body, "next time:" in body) == (language == "zh-CN", language == "en")
    assert "report." not in body
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == {"light": "rgb(245, 246, 248)", "dark": "rgb(15, 18, 22)"}[theme]
    assert (seen.complaints, seen.requests) == ([], [])


def test_language_and_theme_are_switched_by_keyboard_alone(browser: Browser, demo_page: Path) -> None:
    page = opened(browser, demo_page).page
    for _ in range(2):
        page.keyboard.press("Tab")  # past the link that skips to the content
    page.keyboard.press("Enter")
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.get_attribute("#theme", "aria-pressed") == "true"


def test_each_chart_has_a_name_for_screen_readers_and_its_data_beside_it(
    browser: Browser, demo_page: Path
) -> None:
    page = opened(browser, demo_page).page
    named = page.evaluate(
        "[...document.querySelectorAll('[data-chart]')].map(one =>"
        " [one.getAttribute('aria-label').length > 0, one.closest('article').querySelectorAll('tbody tr').length > 0])"
    )
    assert named == [[True, True]] * len(named)
    assert page.evaluate("[...document.querySelectorAll('table')].every(one => one.caption && one.tHead)")


def test_another_user_is_chosen_and_drawn(browser: Browser, demo_page: Path) -> None:
    page = opened(browser, demo_page).page
    select = page.locator("select[data-of=more_hist]")
    names = select.locator("option").all_inner_texts()
    assert len(names) > 1
    select.select_option(index=1)
    assert names[1] in page.locator("[data-chart=more_hist] svg").inner_html()


def test_a_chart_can_be_zoomed_with_the_wheel_and_back(browser: Browser, demo_page: Path) -> None:
    page = opened(browser, demo_page).page
    place = "echarts.getInstanceByDom(document.querySelector('[data-chart=overall_histogram]'))"
    page.locator("[data-chart=overall_histogram]").scroll_into_view_if_needed()
    box = page.locator("[data-chart=overall_histogram]").bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -400)
    page.keyboard.up("Control")
    page.wait_for_function(
        f"{place}.getOption().dataZoom[0].end - {place}.getOption().dataZoom[0].start < 99"
    )
    page.evaluate(f"{place}.dispatchAction({{type: 'restore'}})")
    assert page.evaluate(f"{place}.getOption().dataZoom[0].end") == 100


def test_paper_gets_ink_on_white_whatever_the_theme(browser: Browser, demo_page: Path) -> None:
    seen = opened(browser, demo_page, theme="dark")
    seen.page.emulate_media(media="print")
    assert seen.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert not seen.page.locator("nav").is_visible()
    assert seen.page.pdf()[:4] == b"%PDF"
    assert seen.complaints == []


def test_a_narrow_window_scrolls_tables_and_not_the_page(browser: Browser, demo_page: Path) -> None:
    page = opened(browser, demo_page, width=390).page
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def _ran(**known: object) -> dict[str, object]:
    usage = {"memory_requested": 8 * GIB, "memory_peak": 3 * GIB, "cores_requested": 4, "cpu_time": 3600.0}
    return job(**{**usage, **known})  # type: ignore[arg-type]


PAGES = {
    "an empty period": empty(),
    "no peak anywhere": frame(*(_ran(job_id=str(n), memory_peak=None) for n in range(5))),
    "one job": frame(_ran()),
    "no job that ran": frame(*(_ran(job_id=str(n), run_time=0.0) for n in range(5))),
    "only failed jobs": frame(_ran(state="failed", exit_reason="memory_limit", exit_code=137)),
    "hostile names": frame(
        *(
            _ran(job_id=str(n), user=user, name=user, queue=user, command=user)
            for n, user in enumerate(
                ["<script>alert(1)</script>", "</script><!--", HOSTILE, "$x$ {{ 7*7 }}"] * 4
            )
        )
    ),
}


@pytest.mark.parametrize("case", PAGES)
def test_bad_input_is_a_clear_page(browser: Browser, tmp_path: Path, case: str) -> None:
    period = Period(since=NEW_YEAR, until=NEW_YEAR + timedelta(days=1), zone=UTC)
    report = summarise(PAGES[case].lazy(), Scope(period=period), made=NEW_YEAR)
    file = tmp_path / "page.html"
    file.write_text(as_html(report), "utf-8")
    dialogs: list[str] = []
    seen = opened(browser, file)
    seen.page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    body = seen.page.inner_text("main")
    assert len(body) > 20
    assert not any(word in body for word in ("NaN", "undefined", "Infinity", "null", "None,"))
    seen.page.click("#language")
    assert (seen.complaints, seen.requests, dialogs) == ([], [], [])
