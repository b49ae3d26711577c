"""The page of the batch manager: made here, renewed by its script part by part, and of use without one.

It loads nothing from elsewhere. Names of users stand in it as text; scripts are files of our own.
"""

import asyncio
import json
from functools import cache
from pathlib import Path

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

import jobcast
from jobcast.language import LANGUAGES, say, speaking
from jobcast.report.formats.figures import harmless
from jobcast.report.formats.html import json_in_page
from jobcast.serve.batch import snapshots
from jobcast.serve.batch.choice import STATES, choice_of
from jobcast.serve.batch.desk import JSON, Desk, looking, spoken
from jobcast.serve.batch.plan import Frame, plan
from jobcast.serve.batch.view import Asked, shown
from jobcast.serve.http import RefusedError
from jobcast.zone import read_zone

_HERE, _PACKAGE = Path(__file__).parent / "page", Path(jobcast.__file__).parent
_CSS, _SCRIPT = "text/css; charset=utf-8", "text/javascript; charset=utf-8"
_FILES = {
    "page.css": (_HERE / "page.css", _CSS),
    "page.js": (_HERE / "page.js", _SCRIPT),
    "report.css": (_PACKAGE / "report/formats/page/report.css", _CSS),
    "echarts.min.js": (_PACKAGE / "report/formats/page/echarts/echarts.min.js", _SCRIPT),
    "run.js": (_PACKAGE / "simulate/page/run.js", _SCRIPT),
}
"""What the page loads; charts are drawn by what draws those of a report, and of a simulated run."""
_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "referrer-policy": "same-origin",
    "vary": "accept-language, cookie",
    "cache-control": "no-cache",
}
_PARTS = ("head", "summary", "detail", "machines", "steps")
"""Templates that the script renews, each in an element of its own."""
_NAMES = {"en": "English", "zh": "中文"}
SAID_BY_SCRIPT = ("wrong_token", "too_often", "not_allowed", "failed")
_MOST_HOURS = 24 * 7


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    made.globals |= {
        "say": say,
        "say_machine": lambda state: say(f"batch_page_machine.{state}"),
        "clean": lambda text: harmless(str(text)),
    }
    return made


def _asked(desk: Desk, request: Request) -> Asked:
    query = dict(request.query_params)
    return Asked(
        guest=desk.door.guest(request.scope),
        choice=choice_of(query),
        query=query,
        language=spoken(request),
        step=query.get("step", ""),
    )


async def page(desk: Desk, request: Request) -> Response:
    """``GET /``: all of it; where its reader may not look, no more than a place for a token."""
    asked = _asked(desk, request)
    parts = await _parts(desk, asked) if asked.guest.looks else {}
    (other,) = set(LANGUAGES) - {asked.language}
    with speaking(asked.language):
        told = {
            "asked": asked,
            "looks": asked.guest.looks,
            "cluster": desk.frame.cluster,
            "other": other,
            "other_name": _NAMES[other],
            "states": [(name, say(f"batch_page_state.{name}")) for name in STATES],
            "classes": list(desk.loop.ledger.state.policy.queues) if asked.guest.looks else [],
            "words": _words(),
            "parts": {name: Markup(part) for name, part in parts.items()},  # noqa: S704 - made of our templates
        }
        body = _environment().get_template("page.html").render(**told)
        tag = say("batch_page.language")
    return Response(body, media_type="text/html", headers={**_HEADERS, "content-language": tag})


def _words() -> Markup:
    words = {name: say(f"batch_page.{name}") for name in SAID_BY_SCRIPT}
    return json_in_page(words)


async def live(desk: Desk, request: Request) -> Response:
    """``GET /page/live``: the parts of the page as they are now, by their names."""
    looking(desk, request)
    asked, ledger = _asked(desk, request), desk.loop.ledger
    seen = json.dumps([*asked.query.items(), asked.language, asked.guest.name, asked.guest.from_page])
    headers = {"etag": snapshots.tag_of(ledger, seen), "cache-control": "no-cache"}
    if request.headers.get("if-none-match") == headers["etag"]:
        return Response(status_code=304, headers=headers)
    parts = await _parts(desk, asked)
    return Response(msgspec.json.encode(parts), media_type=JSON, headers=headers)


async def _parts(desk: Desk, asked: Asked) -> dict[str, str]:
    """Return the parts of the page; between them others get their turn."""
    values, made, parts = await shown(desk, asked), _environment(), dict[str, str]()
    for name in _PARTS:
        with speaking(asked.language):
            parts[name] = made.get_template(f"{name}.html").render(asked=asked, **values)
        await asyncio.sleep(0)
    return parts


async def planned(desk: Desk, request: Request) -> Response:
    """``GET /page/plan``: the chart of the past hours and of what is planned."""
    looking(desk, request)
    hours = request.query_params.get("hours", "6")
    if not (hours.isascii() and hours.isdecimal() and 1 <= int(hours[:4]) <= _MOST_HOURS):
        raise RefusedError(400, "no_number", "hours is no whole number of a week")
    frame = Frame(
        now=desk.loop.second(),
        hours=int(hours[:4]),
        zone=read_zone(desk.frame.zone),
        language=spoken(request),
    )
    spec = await plan(desk.loop.ledger, frame, desk.pauses)
    return Response(msgspec.json.encode(spec), media_type=JSON, headers={"cache-control": "no-store"})


async def file(_desk: Desk, request: Request) -> Response:
    """``GET /page/{file}``: what the page loads."""
    name = request.path_params["file"]
    if name not in _FILES:
        raise RefusedError(404, "no_file", "there is no such file")
    path, media_type = _FILES[name]
    return Response(_content(path), media_type=media_type, headers={"cache-control": "no-cache"})


@cache
def _content(path: Path) -> bytes:
    return path.read_bytes()
