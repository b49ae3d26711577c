"""A report as one page: no request leaves it, both languages and both themes are inside.

The page's policy lets only its own two scripts run, told by their hashes; what users named stands in it as text
or as JSON, never as a script.
"""

import json
from base64 import b64encode
from collections.abc import Sequence
from functools import cache, partial
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

import jobcast
from jobcast.language import Phrase, phrase, say
from jobcast.report.base import Cell, Density, Figure, Note, Report, Ring, Unit
from jobcast.report.formats.charts import specs, text
from jobcast.report.formats.figures import shown
from jobcast.report.formats.period import empty, filters, finished, title, when_made
from jobcast.units import format_amount

_PAGE = Path(__file__).parent / "page"
_MOST_CELLS = 200
"""Rows shown of the table of a density; beyond them it is read as a chart, or as CSV."""
_MOST_ROWS = 2_000
"""Rows shown of any other table: more than people, days or bars ever come to."""
_FIRST_PEOPLE = 6
"""Whose notes are shown at once; those of the others fold out."""
SAID_BY_SCRIPT = ("title", "contents", "dark", "light", "zoom", "unzoom", "whole", "keys", "save")
"""Texts that the page's script needs in both languages."""


def as_html(report: Report) -> str:
    """Return the report as one self-contained page, which opens in the language chosen now."""
    charts = specs(report)
    scripts = {"echarts": page_file("echarts/echarts.min.js"), "script": page_file("report.js")}
    return (
        environment()
        .get_template("report.html")
        .render(
            report=report,
            language=say("report.page_language"),
            policy=content_policy(*scripts.values()),
            title=in_both(title(report)),
            plain_title=title(report).say(),
            css=Markup(page_file("report.css")),  # noqa: S704 - a file of ours
            say=lambda key, **values: in_both(phrase_of(key, values)),
            say_plain=lambda key: phrase_of(key, {}).say(),
            words=in_both,
            shown=partial(_shown, report.currency),
            period=in_both(finished(report)),
            made=in_both(when_made(report)),
            filters=[in_both(one) for one in filters(report)],
            empty=in_both(empty(report)),
            people=[(user, list(notes)) for user, notes in groupby(report.notes, lambda note: note.user)],
            first_people=_FIRST_PEOPLE,
            at_stake=partial(_at_stake, report.currency),
            charts=charts,
            drawn_of=lambda figure: [chart.name for chart in figure.charts if chart.name in charts],
            is_open=_is_open,
            most_rows=_most_rows,
            version=jobcast.__version__,
            charts_json=json_in_page(charts),
            words_json=json_in_page(words_of_script(title(report))),
            **{name: Markup(script) for name, script in scripts.items()},  # noqa: S704 - files of ours
        )
    )


def words_of_script(title: Phrase) -> dict[str, Any]:
    """Return the texts that the script of a page with this title needs."""
    words = {name: text(phrase_of(f"report.{name}", {})) for name in SAID_BY_SCRIPT}
    return {**words, "title": text(title)}


def phrase_of(key: str, values: dict[str, Any]) -> Phrase:
    """Return the text of a key that the page's template names."""
    return Phrase(key, tuple(values.items()))


@cache
def environment(*folders: Path) -> Environment:
    """Return what fills in templates: those in `folders`, and those here, of which ``frame.html`` is every page's."""
    return Environment(
        loader=FileSystemLoader([*folders, _PAGE]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
    )


def page_file(name: str) -> str:
    """Return what stands in one of the files that pages are made of."""
    return (_PAGE / name).read_text("utf-8")


def content_policy(*scripts: str) -> str:
    """Return the Content-Security-Policy that lets these scripts run and nothing be loaded."""
    hashes = " ".join(
        f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" for script in scripts
    )
    return f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data:"


def in_both(words: Phrase) -> Markup:
    """Return a text in both languages, of which the page shows one."""
    said = text(words)
    if isinstance(said, str):
        return escape(said)
    english, chinese = map(escape, said)
    return Markup('<span lang="en">{}</span><span lang="zh-CN">{}</span>').format(english, chinese)


def _shown(currency: str, value: Cell, unit: Unit) -> Markup:
    return in_both(value) if isinstance(value, Phrase) else escape(shown(value, unit, currency))


def _at_stake(currency: str, notes: Sequence[Note]) -> Markup:
    """Return what somebody's notes are about, added up."""
    told = []
    if gib := sum(note.gib_hours for note in notes):
        told.append(phrase("report.gib_hours", amount=format_amount(gib)))
    if cores := sum(note.core_hours for note in notes):
        told.append(phrase("report.core_hours", amount=format_amount(cores)))
    money = sum(note.money for note in notes)
    return Markup(" · ").join(
        [*map(in_both, told), *([_shown(currency, money, Unit.MONEY)] if money else [])]
    )


def _is_open(figure: Figure) -> bool:
    """Tell whether a table is shown at once: one of people is read more than its ring is looked at."""
    return any(isinstance(chart, Ring) for chart in figure.charts)


def _most_rows(figure: Figure) -> int:
    return _MOST_CELLS if any(isinstance(chart, Density) for chart in figure.charts) else _MOST_ROWS


def json_in_page(value: Any) -> Markup:
    """Return a value as JSON in which nothing ends the element that it stands in."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)  # noqa: S704 - made safe just above
