"""Job command files: the steps that they describe, and other values put into one without touching the rest.

A statement is a line ``# @ keyword = value``; a backslash at its end continues it on the next line, which in a
script begins with a bare ``#``. ``# @ queue`` ends a step, and what a step says holds for those after it too
("Using and Administering LoadLeveler", job command file syntax). Everything else is the script's, and stays.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from jobcast.systems.encoding import decode

_STATEMENT = re.compile(rb"^[ \t]*#[ \t]*@(.*)$", re.MULTILINE)
_KEYWORD = re.compile(rb"[ \t]*([A-Za-z_]+)[ \t]*(=?)[ \t]*")
_CONTINUED = re.compile(rb"\\[ \t\r]*\Z")
_CONTINUATION = re.compile(rb"[ \t]*#?(.*)")
_QUEUE = "queue"
_MOST_STEPS = 1000
_MOST_LINES = 100
"""Of one statement."""
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

    Raises ValueError where it has more steps, or more lines in one statement, than anybody writes.
    """
    steps: list[Step] = []
    own: list[Statement] = []
    said: dict[str, str] = {}
    for statement in _statements(body):
        if statement.keyword == _QUEUE:
            if len(steps) == _MOST_STEPS:
                raise ValueError("not understood by this hook")
            steps.append(Step(own=tuple(own), said=said, queued=statement.begin))
            own, said = [], said.copy()
        elif statement.keyword in _KEYWORDS:
            own.append(statement)
            said[statement.keyword] = statement.value
    return steps


def _statements(body: bytes) -> Iterator[Statement]:
    for match in _STATEMENT.finditer(body):
        keyword = _KEYWORD.match(body, match.start(1), match.end(1))
        if keyword is not None:
            parts, end = _value(body, keyword.end(), match.end())
            yield Statement(
                keyword=keyword[1].decode("ascii").lower()
                if keyword[2] or not b"".join(parts).strip()
                else "",
                value=decode(b" ".join(part.strip() for part in parts)).strip(),
                begin=match.start(),
                span=(keyword.end(), keyword.end() + len(body[keyword.end() : end].rstrip())),
            )


def _value(body: bytes, begin: int, end: int) -> tuple[list[bytes], int]:
    """Return the parts of a value that may be continued on further lines, and where the last of them ends."""
    parts = [body[begin:end]]
    while continued := _CONTINUED.search(parts[-1]):
        if end + 1 >= len(body) or _STATEMENT.match(body, end + 1):
            break
        if len(parts) == _MOST_LINES:
            raise ValueError("not understood by this hook")
        parts[-1] = parts[-1][: continued.start()]
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
