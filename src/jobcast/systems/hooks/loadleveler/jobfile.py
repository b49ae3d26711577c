"""Job command files: the steps that they describe, and other values put into one without touching the rest.

A statement is a line ``# @ keyword = value``; a backslash at its end continues it on the next line, which in a
script begins with a bare ``#``. ``# @ queue`` ends a step, and what a step says holds for those after it too
("Using and Administering LoadLeveler", job command file syntax). Everything else is the script's, and stays.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from jobcast.systems.loadleveler.job_lines import JobStatement, job_statements

_QUEUE = "queue"
_MOST_STEPS = 1000
_MOST_HASHES = 1_000_000
"""Signs at which one could begin."""
_MOST_SAID = 500_000
"""Bytes of what holds for each step, all together; what holds for several steps counts for each."""
_KEYWORDS = frozenset((
    "account_no", "arguments", "blocking", "class", "comment", "executable", "group", "initialdir", "job_name",
    "job_type", "max_processors", "min_processors", "node", "node_resources", "parallel_threads", "resources",
    "task_affinity", "task_geometry", "tasks_per_node", "total_tasks", "wall_clock_limit",
))  # fmt: skip
"""Those that are looked at."""
_WANTED = _KEYWORDS | {_QUEUE}


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One step of a job."""

    own: tuple[JobStatement, ...]
    """What is said since the step before."""
    said: Mapping[str, str] = field(repr=False)
    """Keyword to value: all that holds for it."""
    queued: int
    """Byte of the file at which its ``# @ queue`` begins."""

    def statements(self, keyword: str) -> list[JobStatement]:
        """Return all that the step itself says about `keyword`."""
        return [one for one in self.own if one.keyword == keyword]


def read_steps(body: bytes) -> list[Step]:
    """Return the steps of a job command file; none where it queues none.

    Raises ValueError where it has more steps, statements, lines in a statement, or says more, than anybody writes.
    """
    if body.count(b"#") > _MOST_HASHES:
        raise ValueError("not understood by this hook")
    steps: list[Step] = []
    own: list[JobStatement] = []
    said: dict[str, str] = {}
    length = 0
    for statement in job_statements(body, _WANTED):
        if statement.value and not statement.assigned:
            continue
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
