"""The layout of LSF's configuration files: sections, settings and tables, with the lines where they stand.

Source: "Configuration files" of the LSF 10.1 reference. A section begins with ``Begin NAME`` and ends with
``End NAME``; what follows is either ``KEYWORD = value`` on each line, or a line of column names with a row for each
member. A backslash at its end continues a line, ``#`` begins a comment. Case counts only in lsf.conf.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """A keyword and its value, or a column of a table and what a row has in it."""

    line: int
    """Where it stands, from 1."""
    name: str
    """As written."""
    value: str
    """As written, without quotes around the whole, or parentheses in a table; empty for the head of a column."""
    conditional: bool = False
    """Whether it holds only at times, under ``#if``."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """What is told of one thing: a whole section, or one row of its table."""

    settings: tuple[Setting, ...]
    """In the order of the file; a keyword may be given twice."""
    is_row: bool = False
    """Whether its keywords are the columns of a table."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """One ``Begin ... End``, or a whole file without any."""

    file: str
    """Name of the file."""
    line: int
    """Of its beginning."""
    kind: str
    """The word after ``Begin``; empty for a file without sections."""
    columns: tuple[Setting, ...] = ()
    """Names of the columns, where it is a table."""
    entries: tuple[Entry, ...] = ()
    """One, or one for each row."""
    strays: tuple["Stray", ...] = ()
    """What stands in it and is neither a setting nor a row."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stray:
    """A line that is no setting where it stands."""

    line: int
    """From 1."""
    text: str
    """As written."""
    fault: str
    """``outside``, ``unclosed``, ``unopened``, ``no_setting``, ``cells``, ``include`` or ``condition``."""


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    text: str
    conditional: bool


_COMMENT = re.compile(r'"[^"]*"|(#)')
_DIRECTIVE = re.compile(r"\s*#\s*(include|if|ifdef|ifndef|else|elif|endif)\b", re.IGNORECASE)
_BOUNDARY = re.compile(r"\s*(begin|end)\b\s*(\S*)\s*", re.IGNORECASE)
_SETTING = re.compile(r"\s*([^\s=][^=]*?)\s*=\s*(.*?)\s*", re.DOTALL)
"""A keyword with blanks in it is a slip that the report tells."""
_QUOTED = re.compile(r"""(["'])((?:(?!\1).)*)\1""", re.DOTALL)


def read_sections(file: str, text: str) -> tuple[Section, ...]:
    """Read a file of sections; what stands outside of them comes back as a section without a name."""
    strays: list[Stray] = []
    sections: list[Section] = []
    begun: _Line | None = None
    inside: list[_Line] = []

    def close() -> None:
        if begun is not None:
            kind = _word(begun.text)
            sections.append(_section(Section(file=file, line=begun.number, kind=kind), inside))

    for line in _lines(text, strays):
        boundary = _BOUNDARY.fullmatch(line.text)
        if boundary is None:
            if begun is None:
                strays.append(Stray(line=line.number, text=line.text.strip(), fault="outside"))
            else:
                inside.append(line)
        elif boundary[1].lower() == "begin":
            if begun is not None:
                strays.append(Stray(line=begun.number, text=begun.text.strip(), fault="unclosed"))
            close()
            begun, inside = line, []
        else:
            if begun is None:
                strays.append(Stray(line=line.number, text=line.text.strip(), fault="unopened"))
            close()
            begun = None
    if begun is not None:
        strays.append(Stray(line=begun.number, text=begun.text.strip(), fault="unclosed"))
    close()
    return (*sections, Section(file=file, line=1, kind="", strays=tuple(strays)))


def read_settings(file: str, text: str) -> Section:
    """Read a file that has no sections, such as lsf.conf."""
    strays: list[Stray] = []
    return _section(
        Section(file=file, line=1, kind=""), list(_lines(text, strays)), strays=strays, tabular=False
    )


def read_table(file: str, text: str) -> Section:
    """Read what a command such as ``lshosts`` prints: a table without a section around it."""
    lines = [line for line in _lines(text, []) if not line.text.startswith("$ ")]
    return _section(Section(file=file, line=1, kind=""), lines, tabular=True)


def _word(text: str) -> str:
    boundary = _BOUNDARY.fullmatch(text)
    return boundary[2] if boundary else ""


def _lines(text: str, strays: list[Stray]) -> Iterator[_Line]:
    """Give the logical lines that hold, without comments; directives that can't be followed become strays."""
    under: list[bool] = []
    number, pending = 0, ""
    for at, physical in enumerate(text.split("\n"), start=1):
        directive = None if pending else _DIRECTIVE.match(physical)
        if directive:
            _follow(directive[1].lower(), under)
            fault = "include" if directive[1].lower() == "include" else "condition"
            strays.append(Stray(line=at, text=physical.strip(), fault=fault))
            continue
        bare = _without_comment(physical).rstrip()
        number = number or at
        if pending:
            bare = bare.lstrip()
        if bare.endswith("\\"):
            pending += bare[:-1].rstrip() + " "
            continue
        whole, pending = pending + bare, ""
        if whole.strip():
            yield _Line(number, whole, any(under))
        number = 0
    if pending.strip():
        yield _Line(number, pending, any(under))


def _follow(directive: str, under: list[bool]) -> None:
    """Keep track of conditions: what stands in their first branches doesn't hold, what stands after ``else`` does."""
    if directive.startswith("if"):
        under.append(True)
    elif directive == "else" and under:
        under[-1] = False
    elif directive == "endif" and under:
        under.pop()


def _without_comment(line: str) -> str:
    for match in _COMMENT.finditer(line):
        if match[1]:
            return line[: match.start()]
    return line


def _section(
    empty: Section, lines: Sequence[_Line], *, strays: Iterable[Stray] = (), tabular: bool | None = None
) -> Section:
    found = list(strays)
    if tabular is None:
        tabular = bool(lines) and "=" not in lines[0].text
    if tabular and lines:
        columns = tuple(
            Setting(line=lines[0].number, name=name, value="", conditional=lines[0].conditional)
            for name in lines[0].text.split()
        )
        entries = tuple(_rows(columns, lines[1:], found))
    else:
        columns, entries = (), (Entry(settings=tuple(_settings(lines, found))),)
    return Section(
        file=empty.file,
        line=empty.line,
        kind=empty.kind,
        columns=columns,
        entries=entries,
        strays=tuple(found),
    )


def _settings(lines: Iterable[_Line], strays: list[Stray]) -> Iterator[Setting]:
    for line in lines:
        match = _SETTING.fullmatch(line.text)
        if match:
            value = unquoted(match[2])
            yield Setting(line=line.number, name=match[1], value=value, conditional=line.conditional)
        else:
            strays.append(Stray(line=line.number, text=line.text.strip(), fault="no_setting"))


def _rows(columns: Sequence[Setting], lines: Iterable[_Line], strays: list[Stray]) -> Iterator[Entry]:
    for line in lines:
        values = cells(line.text)
        if len(values) > len(columns) or line.conditional:
            fault = "condition" if line.conditional else "cells"
            strays.append(Stray(line=line.number, text=line.text.strip(), fault=fault))
            continue
        yield Entry(
            settings=tuple(
                Setting(line=line.number, name=column.name, value=value)
                for column, value in zip(columns, values, strict=False)
            ),
            is_row=True,
        )


def unquoted(value: str) -> str:
    """Return a value without the quotes around the whole of it; one of several quoted parts stays as it is."""
    match = _QUOTED.fullmatch(value)
    return match[2].strip() if match else value


_MARKS = re.compile(r'"[^"]*"|[()\[\]]|\s+')


def cells(text: str) -> list[str]:
    """Split a row at blanks that stand in no brackets, and take away the parentheses around a value."""
    found, start, depth = [], 0, 0
    for match in _MARKS.finditer(text):
        mark = match[0]
        if mark in "([":
            depth += 1
        elif mark in ")]":
            depth = max(depth - 1, 0)
        elif mark.isspace() and depth == 0:
            found.append(text[start : match.start()])
            start = match.end()
    found.append(text[start:])
    return [bare(value) for value in found if value]


def bare(value: str) -> str:
    """Return a value without the parentheses or quotes around it."""
    if len(value) > 1 and (value[0] + value[-1]) in {"()", '""'}:
        return value[1:-1].strip()
    return value
