"""The OpenAPI document, and the page that shows it: all of it from files of our own."""

from functools import cache
from html import escape
from pathlib import Path
from string import Template

import msgspec
from starlette.types import Receive, Scope, Send

from jobcast.language import LANGUAGES, say, speaking
from jobcast.serve.http import JSON, RefusedError, send_bytes
from jobcast.serve.openapi import document
from jobcast.serve.service import Service
from jobcast.serve.spoken import wanted_language

_PAGE = Path(__file__).parent / "page"
_CSS, _SCRIPT = b"text/css; charset=utf-8", b"text/javascript; charset=utf-8"
_FILES = {
    "swagger-ui.css": ("swagger-ui/swagger-ui.css", _CSS),
    "swagger-ui-bundle.js": ("swagger-ui/swagger-ui-bundle.js", _SCRIPT),
    "page.css": ("page.css", _CSS),
    "start.js": ("start.js", _SCRIPT),
}
_POLICY = (
    b"default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    b"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = (
    (b"content-security-policy", _POLICY),
    (b"referrer-policy", b"no-referrer"),
    (b"vary", b"accept-language"),
)
_NAMES = {"en": "English", "zh": "中文"}


async def openapi(service: Service, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001 - as all
    """``GET /openapi.json``."""
    await send_bytes(send, _document(), JSON)


@cache
def _document() -> bytes:
    return msgspec.json.encode(document())


async def page(service: Service, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001 - as all
    """``GET /docs``: the page, which loads nothing from elsewhere."""
    language = wanted_language(scope) or service.settings.language
    body, tag = _page(language)
    more = (*_HEADERS, (b"content-language", tag.encode()))
    await send_bytes(send, body, b"text/html; charset=utf-8", more=more)


@cache
def _page(language: str) -> tuple[bytes, str]:
    """Return the page, and the tag of its language."""
    (other,) = set(LANGUAGES) - {language}
    with speaking(language):
        texts = {
            "language": say("api_page.language"),
            "title": say("api_page.title"),
            "intro": say("api_page.intro"),
            "who": say("api_page.who"),
            "no_script": say("api_page.no_script"),
        }
    texts |= {"other": other, "other_name": _NAMES[other]}
    template = Template((_PAGE / "index.html").read_text("utf-8"))
    page = template.substitute({name: escape(text) for name, text in texts.items()})
    return page.encode(), texts["language"]


async def file(service: Service, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001 - as all
    """``GET /docs/FILE``: what the page loads."""
    name = scope["path"].rpartition("/")[2]
    if name not in _FILES:
        raise RefusedError(404, "no_file", "there is no such file")
    path, media_type = _FILES[name]
    await send_bytes(send, (_PAGE / path).read_bytes(), media_type)
