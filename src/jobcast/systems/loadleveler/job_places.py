"""The statements of a job command file with their places: line, column, and number of the step."""

from jobcast.language import say
from jobcast.systems.loadleveler.job_keywords import JOB
from jobcast.systems.loadleveler.job_lines import JobStatement, job_statements
from jobcast.systems.loadleveler.statement import RefusedError, Statement

QUEUE = "queue"
_MOST_STEPS = 1000


def placed(body: bytes, file: str) -> list[Statement]:
    """Return the statements of a file, in UTF-8; those that aren't any have no name.

    Raises RefusedError where there are more than anybody writes.
    """
    found = []
    line, counted, step = 1, 0, 0
    for each in _statements(body):
        if not each.name and not each.value:
            continue
        line, counted = line + body.count(b"\n", counted, each.begin), each.begin
        right = bool(each.name and (each.assigned or not each.value))
        value = each.value if right else f"{each.name} {each.value}".strip()
        found.append(
            Statement(
                file=file,
                line=line,
                column=_column(body, each, right=right and each.keyword in JOB),
                section=str(step),
                name=each.name if right else "",
                value=value,
                text=value,
            )
        )
        step += each.keyword == QUEUE and right
        if step > _MOST_STEPS:
            raise RefusedError(say("loadleveler.too_long"))
    return found


def _statements(body: bytes) -> list[JobStatement]:
    try:
        return list(job_statements(body))
    except ValueError:
        raise RefusedError(say("loadleveler.too_long")) from None


def _column(body: bytes, statement: JobStatement, *, right: bool) -> int:
    """Return the column, from 1, of a value; of the keyword where there is none, or that one isn't right."""
    place = statement.span[0]
    if statement.name and not (right and statement.value):
        place = body.index(statement.name.encode(), statement.begin)
    return len(body[statement.begin : place].decode("utf-8", "replace")) + 1
