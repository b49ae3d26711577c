"""The page of the OpenAPI document: whole, in both languages, and with nothing from elsewhere."""

import re
import socket
import tomllib
from hashlib import sha256
from pathlib import Path

import pytest

import jobcast
from tests.browser import chromium, needs_chromium, visited
from tests.serve.running import running

PAGE = Path(jobcast.__file__).parent / "serve" / "page"
TITLES = {"en": "jobcast: the interface of the forecast service", "zh-CN": "jobcast：预测服务接口"}


def test_what_is_shipped_is_what_was_fetched_and_its_licences_are_beside_it():
    told = tomllib.loads((PAGE / "vendored.toml").read_text())
    assert [one.name for one in PAGE.iterdir() if one.is_dir()] == list(told)
    about, folder = told["swagger-ui"], PAGE / "swagger-ui"
    assert {name: sha256((folder / name).read_bytes()).hexdigest() for name in about["sha256"]} == about[
        "sha256"
    ]
    assert f'"{about["version"]}"' in (folder / "swagger-ui-bundle.js").read_text("utf-8")
    assert {one.name for one in folder.iterdir()} - set(about["sha256"]) == {
        "LICENSE", "NOTICE", "swagger-ui-bundle.js.LICENSE.txt",
    }  # fmt: skip
    assert "Apache License" in (folder / "LICENSE").read_text()


def test_the_page_lets_nothing_in_from_elsewhere(ask):
    reply = ask("GET", "/docs")
    assert reply.headers == {
        "content-type": "text/html; charset=utf-8",
        "content-length": str(len(reply.body)),
        "content-language": "en",
        "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        "referrer-policy": "no-referrer",
        "vary": "accept-language",
        "x-content-type-options": "nosniff",
    }
    assert re.findall(r"<script[^>]*>[^<]|\son[a-z]+=|https?://|//", reply.body.decode()) == []


def test_all_that_the_page_loads_is_there(ask):
    page = ask("GET", "/docs").body.decode()
    names = re.findall(r'(?:src|href)="(docs/[^"]+)"', page)
    assert [(name, ask("GET", f"/{name}").status) for name in names] == [
        ("docs/swagger-ui.css", 200),
        ("docs/page.css", 200),
        ("docs/swagger-ui-bundle.js", 200),
        ("docs/start.js", 200),
    ]


@pytest.mark.parametrize(
    "name", ["index.html", "vendored.toml", "..%2Fdocumented.py", "../documented.py", "swagger-ui", ".", ""]
)
def test_nothing_else_is_given_out(ask, name):
    assert ask("GET", f"/docs/{name}").status == 404


@pytest.mark.parametrize(
    ("query", "accepted", "language"),
    [
        ("", "", "en"),
        ("", "zh-CN,zh;q=0.9,en;q=0.8", "zh-CN"),
        ("", "de-DE,de;q=0.9,zh-TW;q=0.8", "zh-CN"),
        ("", "en-GB,en;q=0.9,zh;q=0.8", "en"),
        ("", "fr, *;q=0.1", "en"),
        ("?lang=en", "zh-CN", "en"),
        ("?lang=zh-CN", "en", "zh-CN"),
        ("?lang=<script>", "zh", "zh-CN"),
    ],
)
def test_the_page_speaks_the_language_of_whoever_asks(ask, query, accepted, language):
    reply = ask("GET", f"/docs{query}", headers={"Accept-Language": accepted})
    page = reply.body.decode()
    assert f'<html lang="{language}">' in page
    assert f"<h1>{TITLES[language]}</h1>" in page
    assert reply.headers["content-language"] == language


def _free_port() -> int:
    with socket.socket() as plug:
        plug.bind(("127.0.0.1", 0))
        return int(plug.getsockname()[1])


@needs_chromium
def test_a_browser_shows_all_operations_without_complaint_or_request_elsewhere(tmp_path):
    port = _free_port()
    home = f"http://127.0.0.1:{port}"
    with (
        running(tmp_path / "store", tmp_path, "--port", str(port), ready=503) as service,
        chromium() as browser,
    ):
        _, document = service.ask("GET", "/openapi.json")
        for locale, language in (("en-GB", "en"), ("zh-CN", "zh-CN")):
            seen = visited(browser, f"{home}/docs", locale=locale)
            page = seen.page
            assert (page.title(), page.inner_text("h1")) == (TITLES[language], TITLES[language])
            shown = [
                text.replace("\u200b", "") for text in page.locator(".opblock-summary-path").all_inner_texts()
            ]
            assert sorted(shown) == sorted(document["paths"])
            page.click(".opblock-summary-path >> nth=0")
            page.wait_for_selector(".opblock-body .responses-table")
            assert seen.complaints == []
            assert sorted(one.removeprefix(home) for one in seen.requests if not one.startswith("data:")) == [
                "/docs/page.css",
                "/docs/start.js",
                "/docs/swagger-ui-bundle.js",
                "/docs/swagger-ui.css",
                "/openapi.json",
            ]
