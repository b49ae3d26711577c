"""Statements of job command files: lines ``# @ keyword = value`` among those of a script.

A backslash at the end of a statement continues it on the next line, which in a script begins with a bare ``#``
("Using and Administering LoadLeveler", job command file syntax). Everything else is the script's.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from jobcast.systems.encoding import decode

_MARK = re.compile(rb"#[ \t]*+@")
"""Begins a statement where nothing but blanks stands before it."""
_STATEMENT = re.compile(rb"[ \t]*+#[ \t]*+@")
_KEYWORD = re.compile(rb"[ \t]*([A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)?)[ \t]*(=?)[ \t]*")
_CONTINUATION = re.compile(rb"[ \t]*#?(.*)")
_MOST_STATEMENTS = 10_000
"""And lines that look like one, or go on with one."""
_MOST_LINES = 100
"""Of one statement."""


@dataclass(frozen=True, kw_only=True, slots=True)
class JobStatement:
    """One keyword with its value."""

    name: str
    """Its keyword as written; empty where the line names none."""
    keyword: str
    """In small letters: LoadLeveler knows no case."""
    value: str
    """In one line, without blanks around it."""
    assigned: bool
    """Whether ``=`` stands between them."""
    begin: int
    """Byte of the file at which its line begins."""
    span: tuple[int, int]
    """Bytes of the file between which its value stands, as it is written."""


def job_statements(body: bytes, wanted: Collection[str] | None = None) -> Iterator[JobStatement]:
    """Yield the statements of a job command file; of all keywords, or of those `wanted`, in small letters.

    Raises ValueError where it has more statements, or lines in a statement, than anybody writes.
    """
    lines = 0
    for begin, after, line_end in _lines(body):
        keyword = _KEYWORD.match(body, after, line_end)
        name = keyword[1].decode("ascii") if keyword else ""
        if wanted is not None and name.lower() not in wanted:
            continue
        value_begin = keyword.end() if keyword else after
        parts, end = _value(body, value_begin, line_end)
        lines += len(parts)
        if lines > _MOST_STATEMENTS:
            raise ValueError("not understood by this hook")
        yield JobStatement(
            name=name,
            keyword=name.lower(),
            value=decode(b" ".join(part.strip() for part in parts)).strip(),
            assigned=bool(keyword and keyword[2]),
            begin=begin,
            span=(value_begin, value_begin + len(body[value_begin:end].rstrip())),
        )


def _lines(body: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield the lines that hold a statement: where each begins, where its keyword may begin, and where it ends."""
    end = looked_at = 0
    while mark := _MARK.search(body, end):
        looked_at += 1
        if looked_at > _MOST_STATEMENTS:
            raise ValueError("not understood by this hook")
        begin = body.rfind(b"\n", end, mark.start()) + 1 or end
        end = body.find(b"\n", mark.end()) + 1 or len(body)
        if not body[begin : mark.start()].strip(b" \t"):
            yield begin, mark.end(), end - body.endswith(b"\n", mark.end(), end)


def _value(body: bytes, begin: int, end: int) -> tuple[list[bytes], int]:
    """Return the parts of a value that may be continued on further lines, and where the last of them ends."""
    parts = [body[begin:end]]
    while (part := parts[-1].rstrip(b" \t\r")).endswith(b"\\"):
        if end + 1 >= len(body) or _STATEMENT.match(body, end + 1):
            break
        if len(parts) == _MOST_LINES:
            raise ValueError("not understood by this hook")
        parts[-1] = part[:-1]
        after = _CONTINUATION.match(body, end + 1)
        parts.append(after[1] if after else b"")
        end = after.end() if after else end
    return parts, end
