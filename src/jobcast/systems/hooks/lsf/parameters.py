"""The parameters of a submission, as bsub writes them for an esub: read as text, never run.

The file is meant to be sourced by a shell; whoever does so runs what users put into the names of their jobs.
"""

import re

from jobcast.systems.encoding import decode

_MOST = 1000
"""Lines with a name, and others; LSF knows about a hundred parameters."""
_NAME = re.compile(rb"([A-Za-z_][A-Za-z0-9_]*)=")
_TO_QUOTE = re.compile(rb'(?:[^"\\]++|\\.)*+"', re.DOTALL)
"""Up to and with the next quote that is not escaped."""
_ESCAPED = re.compile(rb'\\(["\\$`])')


def read_parameters(body: bytes) -> dict[str, str] | None:
    """Return the parameters by name, of one given twice the last; None where the file can't be understood.

    A value may hold anything. Quotes that are not escaped belong to it, unless a line with a name
    or the end of the file follows.
    """
    parameters: dict[str, str] = {}
    at = lines = 0
    while at < len(body):
        lines += 1
        name = _NAME.match(body, at)
        found = _value(body, name.end()) if name else None
        if name is None:  # a blank line, or what a later version adds
            at = _line_end(body, at)
        elif found is None or lines > _MOST:
            return None
        else:
            value, at = found
            parameters[name[1].decode("ascii")] = decode(value)
    return parameters if parameters or not body.strip() else None


def _value(body: bytes, start: int) -> tuple[bytes, int] | None:
    """Return a value and where the next line begins; None where its closing quote is missing."""
    if body[start : start + 1] != b'"':
        end = _line_end(body, start)
        return body[start:end].rstrip(b"\r\n"), end
    end = start + 1
    while quote := _TO_QUOTE.match(body, end):
        end = quote.end()
        if end == len(body) or (
            body[end : end + 1] == b"\n" and (end + 1 == len(body) or _NAME.match(body, end + 1))
        ):
            return _ESCAPED.sub(rb"\1", body[start + 1 : end - 1]), end + 1
    return None


def _line_end(body: bytes, start: int) -> int:
    """Return where the next line begins."""
    return body.find(b"\n", start) + 1 or len(body)
