"""The page of a run as Chromium shows it."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from jobcast.simulate.page import as_page
from tests.browser import chromium, needs_chromium, opened
from tests.simulate.page.made_up import DATED, SCRIPT, hostile, many, preempting, small

pytestmark = needs_chromium

CHART = "echarts.getInstanceByDom(document.querySelector('[data-chart={}]'))"
INK = """(name) => {
  const place = document.querySelector(`[data-chart=${name}]`);
  const canvas = place.querySelector('canvas');
  if (!canvas) return place.querySelectorAll('svg path').length;
  const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
  const colours = new Set();
  for (let at = 0; at < pixels.length; at += 4) colours.add(pixels.slice(at, at + 4).join());
  return colours.size;
}"""
"""How many colours a canvas shows, or how many paths a drawing has."""
_ORIGIN_MS = 1000 * int(DATED.timestamp())


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def pages(tmp_path_factory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    runs = {
        "small": small(),
        "undated": small(dated=False),
        "preempting": preempting(),
        "big": many(2_500, 40),
        "counted": many(300, counted=True),
    }
    for name, run in {**runs, "hostile": hostile()}.items():
        (folder / f"{name}.html").write_text(as_page(run), "utf-8")
    return {file.stem: file for file in folder.iterdir()}


@pytest.mark.parametrize(
    ("name", "language", "theme"),
    [
        *(("small", "en", "light"), ("small", "zh-CN", "dark"), ("undated", "en", "dark")),
        *(("big", "zh-CN", "light"), ("counted", "en", "light"), ("hostile", "en", "light")),
    ],
)
def test_a_page_opens_without_complaint_or_request(
    browser: Browser, pages: dict[str, Path], name: str, language: str, theme: str
):
    seen = opened(browser, pages[name], theme=theme)
    page = seen.page
    if language == "zh-CN":
        page.click("#language")
    charts = page.evaluate("[...document.querySelectorAll('[data-chart]')].map(one => one.dataset.chart)")
    assert len(charts) == (4 if name == "counted" else 5)
    assert [chart for chart in charts if page.evaluate(INK, chart) < 5] == []
    assert page.evaluate("document.documentElement.lang") == language
    assert ("主机" in page.inner_text("body")) == (language == "zh-CN")
    assert page.locator("select[data-of=gantt] option").all_inner_texts() == (
        ["队列", "用户"] if language == "zh-CN" else ["queue", "user"]
    )
    assert (seen.complaints, seen.requests) == ([], [])
    page.close()


def _tooltip(page: Page, series: str, index: int) -> str:
    found: str = page.evaluate(
        f"""([series, index]) => {{
          const chart = {CHART.format("gantt")};
          const place = chart.getOption().series.findIndex((one) => one.id === series);
          chart.dispatchAction({{ type: 'showTip', seriesIndex: place, dataIndex: index }});
          return [...document.querySelectorAll('[data-chart=gantt] > div')].map((one) => one.innerText).join('');
        }}""",
        [series, index],
    )
    return found


def test_a_job_tells_what_is_known_of_it(browser: Browser, pages: dict[str, Path]):
    page = opened(browser, pages["small"]).page
    assert _tooltip(page, "jobs-1", 0).split("\n") == [
        "3",
        "user: cyd",
        "queue: night",
        "cores: 8",
        "submitted: 2026-11-02 08:01:00",
        "ran: 2026-11-02 08:15:00 – 2026-11-02 08:20:00",
        "waited: 00:14:00",
    ]
    page.close()


def test_a_promise_tells_for_whom_and_from_when(browser: Browser, pages: dict[str, Path]):
    page = opened(browser, pages["undated"]).page
    assert _tooltip(page, "promises", 1).split("\n") == [
        "kept for job 3",
        "00:01:00 – 00:15:00",
        "promised start: 00:15:00",
    ]
    page.close()


def test_hostile_names_stay_text_in_what_a_job_tells(browser: Browser, pages: dict[str, Path]):
    seen = opened(browser, pages["hostile"])
    page = seen.page
    told = [_tooltip(page, f"jobs-{group}", 0) for group in range(6)]
    assert any(SCRIPT in one for one in told)
    assert page.locator("[data-chart] img").count() == 0
    assert (seen.complaints, seen.requests) == ([], [])
    page.close()


def test_jobs_are_coloured_by_user_on_demand(browser: Browser, pages: dict[str, Path]):
    page = opened(browser, pages["small"]).page
    names = f"{CHART.format('gantt')}.getOption().series.map((one) => one.name)"
    assert page.evaluate(names) == ["reservations", "day", "night", "(none)"]
    page.locator("select[data-of=gantt]").select_option(index=1)
    assert page.evaluate(names) == ["reservations", "ann", "bob", "cyd"]
    page.close()


@pytest.mark.parametrize(("name", "axes"), [("gantt", 2), ("cores", 1), ("heat", 2)])
def test_a_chart_is_zoomed_and_shown_whole_by_keyboard(
    browser: Browser, pages: dict[str, Path], name: str, axes: int
):
    seen = opened(browser, pages["small"])
    page = seen.page
    spans = f"{CHART.format(name)}.getOption().dataZoom.map((one) => one.end - one.start)"
    page.focus(f"[data-chart={name}]")
    page.keyboard.press("+")
    assert page.evaluate(spans) == [50] * axes
    page.keyboard.press("0")
    assert page.evaluate(spans) == [100] * axes
    assert seen.complaints == []
    page.close()


def test_a_page_is_printed_whole(browser: Browser, pages: dict[str, Path]):
    seen = opened(browser, pages["small"])
    assert len(seen.page.pdf()) > 20_000
    assert seen.complaints == []
    seen.page.close()


def test_who_runs_lies_over_who_is_suspended(browser: Browser, pages: dict[str, Path]):
    seen = opened(browser, pages["preempting"])
    upper = f"""(second) => {{
      const chart = {CHART.format("gantt")};
      const at = chart.convertToPixel({{ xAxisIndex: 0, yAxisIndex: 0 }}, [{_ORIGIN_MS} + 1000 * second, 2]);
      return chart.getZr().handler.findHover(...at).target.z2;
    }}"""
    first, second = 1, 3
    found = [seen.page.evaluate(upper, moment) for moment in (50, 150, 250, 450)]
    assert found == [first, second, first, second]
    assert seen.complaints == []
    seen.page.close()
