"""Job command files: the steps that they describe, and other values put into one without touching the rest.

A statement is a line ``# @ keyword = value``; a backslash at its end continues it on the next line, which in a
script begins with a bare ``#``. ``# @ queue`` ends a step, and what a step says holds for those after it too
("Using and Administering LoadLeveler", job command file syntax). Everything else is the script's, and stays.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from jobcast.systems.encoding import decode

_MARK = re.compile(rb"#[ \t]*+@")
"""Begins a statement where nothing but blanks stands before it."""
_STATEMENT = re.compile(rb"[ \t]*+#[ \t]*+@")
_KEYWORD = re.compile(rb"[ \t]*([A-Za-z_]+)[ \t]*(=?)[ \t]*")
_CONTINUATION = re.compile(rb"[ \t]*#?(.*)")
_QUEUE = "queue"
_MOST_STEPS = 1000
_MOST_STATEMENTS = 10_000
"""And lines that look like one, or go on with one."""
_MOST_HASHES = 1_000_000
"""Signs at which one could begin."""
_MOST_LINES = 100
"""Of one statement."""
_MOST_SAID = 500_000
"""Bytes of what holds for each step, all together; what holds for several steps counts for each."""
_KEYWORDS = frozenset((
    "account_no", "arguments", "blocking", "class", "comment", "executable", "group", "initialdir", "job_name",
    "job_type", "max_processors", "min_processors", "node", "node_resources", "parallel_threads", "resources",
    "task_affinity", "task_geometry", "tasks_per_node", "total_tasks", "wall_clock_limit",
))  # fmt: skip
"""Those that are looked at."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """One keyword with its value."""

    keyword: str
    """In small letters: LoadLeveler knows no case."""
    value: str
    """In one line, without blanks around it."""
    begin: int
    """Byte of the file at which its line begins."""
    span: tuple[int, int]
    """Bytes of the file between which its value stands, as it is written."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One step of a job."""

    own: tuple[Statement, ...]
    """What is said since the step before."""
    said: Mapping[str, str] = field(repr=False)
    """Keyword to value: all that holds for it."""
    queued: int
    """Byte of the file at which its ``# @ queue`` begins."""

    def statements(self, keyword: str) -> list[Statement]:
        """Return all that the step itself says about `keyword`."""
        return [one for one in self.own if one.keyword == keyword]


def read_steps(body: bytes) -> list[Step]:
    """Return the steps of a job command file; none where it queues none.

    Raises ValueError where it has more steps, statements, lines in a statement, or says more, than anybody writes.
    """
    if body.count(b"#") > _MOST_HASHES:
        raise ValueError("not understood by this hook")
    steps: list[Step] = []
    own: list[Statement] = []
    said: dict[str, str] = {}
    length = 0
    for statement in _statements(body):
        if statement.keyword == _QUEUE:
            length += sum(map(len, said.values()))
            if len(steps) == _MOST_STEPS or length > _MOST_SAID:
                raise ValueError("not understood by this hook")
            steps.append(Step(own=tuple(own), said=said, queued=statement.begin))
            own, said = [], said.copy()
        else:
            own.append(statement)
            said[statement.keyword] = statement.value
    return steps


def _statements(body: bytes) -> Iterator[Statement]:
    """Yield the statements that are looked at."""
    lines = 0
    for begin, after, line_end in _lines(body):
        keyword = _KEYWORD.match(body, after, line_end)
        name = keyword[1].decode("ascii").lower() if keyword else ""
        if keyword is None or (name != _QUEUE and name not in _KEYWORDS):
            continue
        parts, end = _value(body, keyword.end(), line_end)
        lines += len(parts)
        if lines > _MOST_STATEMENTS:
            raise ValueError("not understood by this hook")
        value = decode(b" ".join(part.strip() for part in parts)).strip()
        if keyword[2] or not value:
            span = (keyword.end(), keyword.end() + len(body[keyword.end() : end].rstrip()))
            yield Statement(keyword=name, value=value, begin=begin, span=span)


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


def rewritten(body: bytes, step: Step, settings: Mapping[str, str], note: str) -> bytes:
    """Return the file with other values in one step, and with `note` as a comment before its ``# @ queue``.

    A keyword that the step says keeps its place. Values are given as they are to be written, in Latin-1.
    """
    newline = "\r\n" if body[step.queued :].partition(b"\n")[0].endswith(b"\r") else "\n"
    parts, at = [], 0
    for statement in step.own:
        if statement.keyword in settings:
            parts += [body[at : statement.span[0]], settings[statement.keyword].encode("latin-1")]
            at = statement.span[1]
    said = {statement.keyword for statement in step.own}
    new = [f"# @ {keyword} = {value}" for keyword, value in settings.items() if keyword not in said]
    added = "".join(line + newline for line in (*new, f"# {note}"))
    return b"".join((*parts, body[at : step.queued], added.encode("latin-1"), body[step.queued :]))
