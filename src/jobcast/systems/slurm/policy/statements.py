r"""The lines of slurm.conf and gres.conf, as keywords that stand somewhere.

Source: slurm.conf(5), and what ``s_p_parse_line`` takes: ``key=value`` pairs between blanks, values perhaps in
double quotes, ``#`` to the end of the line, ``\`` at the end to go on in the next line, ``Include FILE``.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

RECORDS = {
    "nodename": "NodeName",
    "partitionname": "PartitionName",
    "downnodes": "DownNodes",
    "nodeset": "NodeSet",
    "frontendname": "FrontendName",
    "name": "Name",
    "autodetect": "AutoDetect",
}
"""Keywords that begin a record: what follows in the line belongs to it. The last two begin those of gres.conf."""

_PAIR = re.compile(r'([\w.]+)\s*([-*+/]?)=\s*(?:"([^"]*)"|(\S*))')
_WORD = re.compile(r"\S+")
_INCLUDE = re.compile(r"\s*include\s+(\S.*?)\s*", re.IGNORECASE)
_COMMENT = re.compile(r"(?<!\\)#.*")


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """One ``key=value``."""

    place: int
    """Its number among all, from 0."""
    file: str
    """Name of the file."""
    line: int
    """From 1, that in which it begins."""
    section: str
    """The record that it stands in, e.g. ``PartitionName=long``; empty at the top, and for what begins a record."""
    record: int | None
    """`place` of the statement that begins its record, perhaps its own; None at the top."""
    name: str
    """As written."""
    operator: str
    """``+``, ``-``, ``*`` or ``/`` before the sign of equality; empty for none."""
    value: str
    """As written, without quotes."""

    @property
    def key(self) -> str:
        """Return the name in small letters: Slurm doesn't mind."""
        return self.name.lower()


class Reader:
    """Reads files, and those that they include."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = {PurePosixPath(name).name: text for name, text in texts.items()}
        self._open: list[str] = []
        self._count = 0
        self._included: set[int] = set()

    @property
    def included(self) -> frozenset[int]:
        """Return the places of those ``Include`` whose files were there, and were read."""
        return frozenset(self._included)

    def read(self, file: str) -> Iterator[Statement]:
        """Yield the statements of a file; an ``Include`` of a file that isn't there comes as a statement itself."""
        self._open.append(file)
        heads = frozenset({"name", "nodename", "autodetect"}) if file.endswith("gres.conf") else _SLURM_HEADS
        for number, text in _logical_lines(self._texts[file]):
            include = _INCLUDE.fullmatch(text)
            if include is None:
                yield from self._pairs(file, number, text, heads)
                continue
            included = PurePosixPath(include[1]).name
            statement = self._statement(file, number, None, text.split()[0], include[1])
            yield statement
            if included in self._texts and included not in self._open:
                self._included.add(statement.place)
                yield from self.read(included)
        self._open.pop()

    def _pairs(self, file: str, line: int, text: str, heads: frozenset[str]) -> Iterator[Statement]:
        head: Statement | None = None
        position = 0
        while word := _WORD.search(text, position):
            pair = _PAIR.match(text, word.start())
            name, sign, value = word[0], "", ""
            if pair is not None:
                name, sign, value = pair[1], pair[2], pair[4] if pair[3] is None else pair[3]
            position = (pair or word).end()
            statement = self._statement(file, line, head, name, value, sign)
            if head is None and pair is not None and statement.key in heads:
                head = statement = self._begins(statement)
            yield statement

    def _statement(self, file: str, line: int, head: Statement | None, *said: str) -> Statement:
        name, value, operator = (*said, "")[:3]
        self._count += 1
        return Statement(
            place=self._count - 1,
            file=file,
            line=line,
            section="" if head is None else f"{RECORDS[head.key]}={head.value}",
            record=None if head is None else head.place,
            name=name,
            operator=operator,
            value=value,
        )

    def _begins(self, statement: Statement) -> Statement:
        return Statement(
            **{name: getattr(statement, name) for name in Statement.__slots__ if name != "record"},
            record=statement.place,
        )


_SLURM_HEADS = frozenset(RECORDS) - {"name", "autodetect"}


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield lines without comments, those that end in a backslash joined to the next; with the first's number."""
    begun, pieces = 0, []
    for number, line in enumerate(text.split("\n"), start=1):
        begun = begun or number
        bare = _COMMENT.sub("", line).replace("\\#", "#").rstrip()
        pieces.append(bare.removesuffix("\\"))
        if not bare.endswith("\\"):
            yield begun, "".join(pieces)
            begun, pieces = 0, []
    if pieces:
        yield begun, "".join(pieces)
