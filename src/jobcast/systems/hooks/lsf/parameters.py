"""The parameters of a submission, as bsub writes them for an esub: read as text, never run.

The file is meant to be sourced by a shell; whoever does so runs what users put into the names of their jobs.
"""

import re
from collections.abc import Iterator
from itertools import islice

from jobcast.systems.encoding import decode

_MOST = 10_000
"""Lines with a name, and others; LSF knows about a hundred parameters, but quotes in a script may tear it up."""
_NAME = re.compile(rb"([A-Za-z_][A-Za-z0-9_]*+)=")
_CLOSING = re.compile(rb'"(?=\n(?:[A-Za-z_][A-Za-z0-9_]*+=|\Z)|\Z)')
"""A quote that ends a value, where it is not escaped."""
_PAIR = b"\x00"
"""Stands for two backslashes; no program in C writes it into a text."""


def read_parameters(body: bytes) -> dict[str, str] | None:
    """Return the parameters by name, of one given twice the last; None where the file can't be understood.

    A value may hold anything but a zero byte. Quotes that are not escaped belong to it, unless a line with a name
    or the end of the file follows.
    """
    if _PAIR in body:
        return None
    quotes = islice(_CLOSING.finditer(body), 2 * _MOST)
    parameters: dict[str, str] = {}
    at = lines = 0
    while at < len(body):
        lines += 1
        name = _NAME.match(body, at)
        found = _value(body, name.end(), quotes) if name else None
        if lines > _MOST or (name and found is None):
            return None
        if name and found:
            value, at = found
            parameters[name[1].decode("ascii")] = decode(value)
        else:  # a blank line, or what a later version adds
            at = _line_end(body, at)
    return parameters if parameters or not body.strip() else None


def _value(body: bytes, start: int, quotes: Iterator[re.Match[bytes]]) -> tuple[bytes, int] | None:
    """Return a value and where the next line begins; None where none of the quotes that are left closes it."""
    if body[start : start + 1] != b'"':
        end = _line_end(body, start)
        return body[start:end].rstrip(b"\r\n"), end
    looked_at = start + 1
    for quote in quotes:
        if quote.start() <= start:  # it opens this value, or stands in one without quotes
            continue
        before = body[looked_at : quote.start()]
        if (len(before) - len(before.rstrip(b"\\"))) % 2 == 0:
            return _unescaped(body[start + 1 : quote.start()]), quote.end() + 1
        looked_at = quote.end()
    return None


def _unescaped(value: bytes) -> bytes:
    """Return a value without the backslashes before quotes, dollars, backticks and backslashes."""
    value = value.replace(b"\\\\", _PAIR)
    for sign in (b'"', b"$", b"`"):
        value = value.replace(b"\\" + sign, sign)
    return value.replace(_PAIR, b"\\")


def _line_end(body: bytes, start: int) -> int:
    """Return where the next line begins."""
    return body.find(b"\n", start) + 1 or len(body)
