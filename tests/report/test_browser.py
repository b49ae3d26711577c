"""Pages as Chromium shows them: in both languages and themes, without a complaint and without a request."""

import math
from dataclasses import replace
from datetime import UTC, timedelta
from itertools import combinations
from pathlib import Path

import pytest
from click.testing import CliRunner
from playwright.sync_api import Browser, Page

from jobcast.cli.main import program
from jobcast.history import empty
from jobcast.report.base import Fact, Period
from jobcast.report.formats.html import as_html
from jobcast.report.scope import Scope
from jobcast.report.summary import summarise
from tests.browser import chromium, needs_chromium, opened
from tests.made_up import HOSTILE, NEW_YEAR, frame, job
from tests.report.formats.made_up import NOTES, SMALL

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


CHART = "echarts.getInstanceByDom(document.querySelector('[data-chart={}]'))"


def test_failures_by_reason_stand_on_each_other(browser: Browser, demo_page: Path) -> None:
    page = opened(browser, demo_page).page
    stacks = "series.map(one => [one.type, one.stack])"
    assert page.evaluate(f"{CHART.format('failures_by_day')}.getOption().{stacks}") == [["bar", "all"]] * 2
    assert page.evaluate(f"{CHART.format('memory_by_day')}.getOption().{stacks}") == [["line", None]] * 2


def _spans(page: Page, name: str) -> list[float]:
    """Return how much of each axis a chart shows, in percent."""
    found: list[float] = page.evaluate(
        f"{CHART.format(name)}.getOption().dataZoom.map(one => one.end - one.start)"
    )
    return found


@pytest.mark.parametrize("name", ["overall_histogram", "overall_scatter"])
def test_a_chart_is_zoomed_moved_and_shown_whole_by_keyboard(
    browser: Browser, demo_page: Path, name: str
) -> None:
    seen = opened(browser, demo_page)
    page, axes = seen.page, 2 if name == "overall_scatter" else 1
    page.focus(f"[data-chart={name}]")
    page.keyboard.press("+")
    assert _spans(page, name) == [50] * axes
    page.keyboard.press("ArrowRight")
    begin = page.evaluate(f"{CHART.format(name)}.getOption().dataZoom[0].start")
    assert begin == 37.5
    page.keyboard.press("Control+-")  # the browser's own
    assert _spans(page, name) == [50] * axes
    page.keyboard.press("-")
    assert _spans(page, name) == [100] * axes
    for _ in range(9):
        page.keyboard.press("+")
    assert _spans(page, name) == [2] * axes
    page.keyboard.press("0")
    assert _spans(page, name) == [100] * axes
    assert seen.complaints == []


def test_charts_that_zoom_are_reached_by_keyboard_and_tell_their_keys(
    browser: Browser, demo_page: Path
) -> None:
    page = opened(browser, demo_page).page
    stops = page.evaluate(
        "[...document.querySelectorAll('[data-chart]')].filter(one => one.tabIndex === 0).map(one => one.dataset.chart)"
    )
    rings = page.evaluate(
        "Object.entries(JSON.parse(document.getElementById('charts').textContent))"
        ".filter(([, one]) => one.kind === 'ring').map(([name]) => name)"
    )
    assert rings
    assert len(stops) + len(rings) == page.locator("[data-chart]").count()
    assert not set(stops) & set(rings)
    assert page.inner_text("#keys") == "+ and - zoom, arrow keys move, 0 shows all"
    page.focus("details summary")
    page.keyboard.press("Shift+Tab")
    shown = page.evaluate(
        "[getComputedStyle(document.activeElement).outlineStyle,"
        " getComputedStyle(document.activeElement, '::after').content,"
        " document.activeElement.getAttribute('aria-describedby')]"
    )
    assert shown == ["solid", '"+ and - zoom, arrow keys move, 0 shows all"', "keys"]


def test_each_chart_is_saved_under_its_own_name(browser: Browser, demo_page: Path) -> None:
    page = opened(browser, demo_page).page
    told = page.evaluate(
        "[...document.querySelectorAll('[data-chart]')].map(one => { const feature ="
        " echarts.getInstanceByDom(one).getOption().toolbox[0].feature;"
        " return [one.dataset.chart, feature.saveAsImage.name,"
        " [...Object.values(feature.dataZoom ? feature.dataZoom.title : {}),"
        " feature.restore ? feature.restore.title : '']]; })"
    )
    for chart, name, titles in told:
        assert name.removesuffix("-01") == f"jobcast-{chart}"
        assert len(set(titles)) == len(titles)
    assert len({name for _, name, _ in told}) == len(told)


def test_nothing_that_is_written_in_a_chart_lies_outside_it_or_over_another(
    browser: Browser, demo_page: Path
) -> None:
    for width in (1280, 700):
        page = opened(browser, demo_page, width=width).page
        found = page.evaluate(
            """[...document.querySelectorAll('[data-chart]')].flatMap(chart => {
              const area = chart.getBoundingClientRect();
              const specs = JSON.parse(document.getElementById('charts').textContent);
              const ring = specs[chart.dataset.chart].kind === 'ring';
              const texts = [...chart.querySelectorAll('svg text')]
                .map(one => [one.textContent, one.getBoundingClientRect()]);
              const out = ([, box]) => box.left < area.left - 1 || box.right > area.right + 1
                || box.top < area.top - 1 || box.bottom > area.bottom + 1;
              const meet = (one, other) => one.left < other.right && other.left < one.right
                && one.top + 2 < other.bottom && other.top + 2 < one.bottom;
              const over = ([, one], place) => ring
                && texts.slice(place + 1).some(([, other]) => meet(one, other));
              return texts.filter((one, place) => out(one) || over(one, place))
                .map(([text]) => [chart.dataset.chart, text]);
            })"""
        )
        assert found == []


def test_times_on_an_axis_are_those_of_clocks_and_calendars(browser: Browser, demo_page: Path) -> None:
    page = opened(browser, demo_page).page
    texts = page.locator("[data-chart=limit_scatter] svg text").all_text_contents()
    times = [text for text in texts if text.endswith((" s", " min", " h", " d"))]
    natural = {"1 s", "10 s", "1 min", "10 min", "1 h", "6 h", "1 d", "7 d", "30 d"}
    assert len(times) > 5
    assert set(times) <= natural
    page.focus("[data-chart=limit_scatter]")
    for _ in range(3):
        page.keyboard.press("+")
    texts = page.locator("[data-chart=limit_scatter] svg text").all_text_contents()
    near = [text for text in texts if text.endswith((" s", " min", " h", " d"))]
    assert len(near) > 3
    assert not [text for text in near if "." in text]


def test_the_colours_of_a_ring_are_told_apart_in_both_themes(browser: Browser, demo_page: Path) -> None:
    for theme in ("light", "dark"):
        page = opened(browser, demo_page, theme=theme).page
        colours = page.evaluate(
            "echarts.getInstanceByDom(document.querySelector('[data-chart=over_processors_requested_user_pie_chart]'))"
            ".getOption().color.concat(getComputedStyle(document.documentElement).getPropertyValue('--rest').trim())"
        )
        assert len(colours) == 11
        assert min(_distance(one, other) for one, other in combinations(colours, 2)) > 20


def _distance(one: str, other: str) -> float:
    """Return how far apart two colours look (CIE 1976)."""
    return math.dist(_lab(one), _lab(other))


def _lab(colour: str) -> tuple[float, float, float]:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    white = (
        (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505,
        0.2126 * red + 0.7152 * green + 0.0722 * blue,
        (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089,
    )
    x, y, z = (part ** (1 / 3) if part > 0.008856 else 7.787 * part + 16 / 116 for part in white)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


A4_WITHIN_MARGINS = round((210 - 2 * 12) / 25.4 * 96)


@pytest.mark.parametrize("width", [390, 1280, 1900])
def test_nothing_is_wider_than_paper_and_all_is_as_before_afterwards(
    browser: Browser, demo_page: Path, width: int
) -> None:
    seen = opened(browser, demo_page, theme="dark", width=width)
    page = seen.page
    drawn = "[...document.querySelectorAll('[data-chart] svg')].map(one => one.getBoundingClientRect().width)"
    before = page.evaluate(f"[{drawn}, document.documentElement.dataset.theme]")
    folds = page.evaluate("document.querySelectorAll('details[open]').length")
    page.emulate_media(media="print", color_scheme="dark")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    wide = page.evaluate(
        "[...document.querySelectorAll('body *')].filter(one => !one.closest('.unseen, .skip')"
        " && !one.closest('svg') || one.tagName === 'svg')"
        f".filter(one => one.getBoundingClientRect().right > {A4_WITHIN_MARGINS}"
        " + document.body.getBoundingClientRect().left).map(one => one.outerHTML.slice(0, 80))"
    )
    assert wide == []
    shown = page.evaluate(
        "[...document.querySelectorAll('[data-chart]')]"
        ".map(one => echarts.getInstanceByDom(one).getOption().toolbox[0].show)"
    )
    assert set(shown) == {False}
    assert page.evaluate("[...document.querySelectorAll('details.more')].every(one => one.open)")
    page.emulate_media(media="screen", color_scheme="dark")
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.evaluate(f"[{drawn}, document.documentElement.dataset.theme]") == before
    assert page.evaluate("document.querySelectorAll('details[open]').length") == folds
    assert seen.complaints == []


def test_the_notes_of_further_people_unfold_on_paper_and_other_tables_stay(
    browser: Browser, tmp_path: Path
) -> None:
    notes = tuple(replace(NOTES[0], user=f"user{n}") for n in range(9))
    file = tmp_path / "page.html"
    file.write_text(as_html(replace(SMALL, notes=notes)), "utf-8")
    page = opened(browser, file).page
    opens = "[...document.querySelectorAll('details')].map(one => [one.className, one.open])"
    before = page.evaluate(opens)
    assert before.count(["more", False]) == 1
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate(opens) == [["more", True] if one[0] else one for one in before]
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.evaluate(opens) == before


def test_a_fact_of_nine_digits_stays_within_its_tile(browser: Browser, tmp_path: Path) -> None:
    facts = tuple(
        Fact(name=name, value=value)
        for name, value in (("jobs", 123_456_789), ("cost_money", 9_876_543_210.0), ("asked_core_h", 1e15))
    )
    file = tmp_path / "page.html"
    report = replace(SMALL, sections=(replace(SMALL.sections[0], facts=facts),))
    file.write_text(as_html(report), "utf-8")
    for width in (1280, 390):
        page = opened(browser, file, width=width).page
        assert page.evaluate(
            "[...document.querySelectorAll('.facts dd')].map(one => one.scrollWidth <= one.clientWidth)"
        ) == [True] * len(facts)
    assert page.locator(".facts dd").first.evaluate("one => one.getClientRects().length") == 1


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
