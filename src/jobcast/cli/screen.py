"""What commands print: data on stdout, talk on stderr, and nothing that could command a terminal."""

import json
import os
import re
import sys
from datetime import date
from typing import IO, Any

import click

from jobcast.printable import printable

SCHEMA = 1
"""Version of all JSON that commands print."""

_RAW_IN_JSON = re.compile("[\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff]")


def talk(text: str) -> None:
    """Say something to the person at the keyboard, on stderr; lines are those of `text`."""
    for line in text.split("\n"):
        click.echo(printable(line), err=True)


def tell(text: str = "", *, colour: str | None = None) -> None:
    """Print lines of an answer on stdout, on a terminal in a colour."""
    for line in text.split("\n"):
        click.echo(painted(printable(line), colour if line else None))


def painted(text: str, colour: str | None, *, stream: IO[str] | None = None) -> str:
    """Return `text` in a colour, if it goes to a terminal and nobody asked for none (NO_COLOR)."""
    plain = colour is None or os.environ.get("NO_COLOR") or not (stream or sys.stdout).isatty()
    return text if plain else click.style(text, fg=colour)


def as_json(value: Any) -> str:
    """Return `value` as JSON that is safe to print; dates and paths as text."""
    text = json.dumps(value, ensure_ascii=False, default=_plain)
    return _RAW_IN_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def print_json(answer: dict[str, Any]) -> None:
    """Print the answer of a command for programs."""
    click.echo(as_json({"schema": SCHEMA, **answer}))


def print_raw(text: str) -> None:
    """Print data exactly as it is into a file or pipe; on a terminal line by line and harmless."""
    if sys.stdout.isatty():
        text = "\n".join(map(printable, text.split("\n")))
    sys.stdout.write(text)  # click.echo would take escape sequences away


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
