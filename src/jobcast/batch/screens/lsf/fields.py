"""``bjobs -o``: the fields that somebody chose, as a table, or as JSON.

Source: bjobs(1), option -o. Names and widths are LSF's; fields that nothing is known of here are refused.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from jobcast.batch.record import Step
from jobcast.batch.screens.lsf.field_values import FIELDS
from jobcast.batch.screens.lsf.words import padded, shortened
from jobcast.batch.snapshot import Snapshot
from jobcast.printable import printable


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """One field that somebody asked for."""

    name: str
    """LSF's full name, in capitals."""
    width: int
    """In columns."""
    right: bool = False
    """Whether it stands on the right of its column (a width with a minus sign)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Format:
    """What was asked for with ``-o``."""

    columns: tuple[Column, ...]
    delimiter: str | None = None
    """What stands between fields, which then aren't filled up; None for a table."""


class UnknownFieldError(Exception):
    """A field that LSF or we don't know; its text is what bjobs says."""


def read_format(text: str) -> Format:
    """Read ``"jobid:8 stat user delimiter='|'"``. Raises UnknownFieldError."""
    delimiter = re.search(r"""\bdelimiter=(?:'([^']*)'|"([^"]*)"|(\S+))""", text)
    words = text.replace(delimiter[0], " ") if delimiter else text
    columns: list[Column] = []
    for word in words.split():
        called, colon, size = word.partition(":")
        full = called.upper()
        full = _SHORT.get(full, full)
        if full == "ALL":
            columns += [Column(name=each, width=field.width) for each, field in FIELDS.items()]
            continue
        if full not in FIELDS or (colon and not re.fullmatch(r"-?[0-9]{0,4}", size)):
            raise UnknownFieldError(f"<{printable(word)}> in the format string is not a valid field name.")
        width = int(size.strip("-") or FIELDS[full].width)
        columns.append(Column(name=full, width=width, right=size.startswith("-")))
    if not columns:
        raise UnknownFieldError("No field is given in the format string.")
    return Format(columns=tuple(columns), delimiter=_first(delimiter))


def _first(match: re.Match[str] | None) -> str | None:
    return next((group for group in match.groups() if group is not None), None) if match else None


def table(steps: Sequence[Step], snapshot: Snapshot, asked: Format, *, headed: bool = True) -> Iterator[str]:
    """Yield the lines of ``bjobs -o``."""
    if headed:
        yield _line([column.name for column in asked.columns], asked)
    for step in steps:
        yield _line([_shown(step, snapshot, column) for column in asked.columns], asked)


def _line(texts: Sequence[str], asked: Format) -> str:
    if asked.delimiter is not None:
        return printable(asked.delimiter).join(texts)
    cells = []
    for column, text in zip(asked.columns, texts, strict=True):
        cell = shortened(text, column.width) if column.width else text
        cells.append(
            padded("", column.width - len(cell)) + cell if column.right else padded(cell, column.width)
        )
    return " ".join(cells).rstrip()


def _shown(step: Step, snapshot: Snapshot, column: Column) -> str:
    return FIELDS[column.name].value(step, snapshot) or "-"


def as_json(steps: Sequence[Step], snapshot: Snapshot, asked: Format) -> str:
    """Return the answer of ``bjobs -o ... -json``; a field without value is empty there."""
    records = [
        {column.name: FIELDS[column.name].value(step, snapshot) for column in asked.columns} for step in steps
    ]
    return json.dumps(
        {"COMMAND": "bjobs", "JOBS": len(records), "RECORDS": records}, indent=2, ensure_ascii=False
    )


_SHORT = {
    "ID": "JOBID",
    "UGROUP": "USER_GROUP",
    "NAME": "JOB_NAME",
    "DESCRIPTION": "JOB_DESCRIPTION",
    "PROJ": "PROJ_NAME",
    "PROJECT": "PROJ_NAME",
    "APP": "APPLICATION",
    "GROUP": "JOB_GROUP",
    "PRIORITY": "JOB_PRIORITY",
    "CMD": "COMMAND",
    "PRE_CMD": "PRE_EXEC_COMMAND",
    "POST_CMD": "POST_EXEC_COMMAND",
    "ESTART_TIME": "ESTIMATED_START_TIME",
    "SSTART_TIME": "SPECIFIED_START_TIME",
}
"""Short name to full name."""
