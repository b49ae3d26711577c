"""Statements of LoadLeveler's files, and what was made of each: none is left out."""

from collections.abc import Iterable
from dataclasses import dataclass

from jobcast.errors import ConfigError
from jobcast.language import say
from jobcast.spelling import did_you_mean
from jobcast.systems.dialect import Keyword, Standing
from jobcast.systems.loadleveler.known import Known


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Statement:
    """One keyword where it stands; equal only to itself."""

    file: str
    """Name of the file."""
    line: int
    """From 1."""
    column: int = 1
    """Of the value, from 1; of the keyword where it has none."""
    section: str
    """Label of its stanza, name of its step; empty at the top."""
    name: str
    """As written."""
    argument: str = ""
    """What stands in brackets behind the name: ``PREEMPT_CLASS[argument]``."""
    value: str
    """As written, in one line."""
    text: str
    """The value with variables filled in."""
    problem: str = ""
    """Why they can't be; empty where they could."""

    @property
    def key(self) -> str:
        """Return the keyword without regard to case, with underscores for blanks."""
        return "_".join(self.name.partition("[")[0].split()).lower()


class RefusedError(ConfigError):
    """A value can't be taken; the message says why."""


class Report:
    """What was made of each statement so far."""

    def __init__(self) -> None:
        self._made: dict[Statement, tuple[Standing, str]] = {}

    def enter(self, statement: Statement, known: dict[str, Known], variables: Iterable[str] = ()) -> bool:
        """Enter a statement by the keywords that are `known`; return whether it is to be read.

        `variables` are names that values of other statements ask for.
        """
        meaning = known.get(statement.key)
        if meaning is None:
            variable = statement.key in variables
            self._made[statement] = (
                (Standing.UNDERSTOOD, "") if variable else (Standing.UNKNOWN, _unknown(statement, known))
            )
            return False
        reason = "" if meaning.standing is Standing.UNDERSTOOD else say(f"loadleveler_made.{meaning.topic}")
        self._made[statement] = (meaning.standing, reason)
        if statement.problem and meaning.standing is Standing.UNDERSTOOD:
            self.refuse(statement, statement.problem)
            return False
        if len(statement.name.partition("[")[0].split()) > 1:
            self.correct(statement, say("loadleveler.blanks", name=meaning.name))
        return True

    def unread(self, statement: Statement, reason: str) -> None:
        """Enter a statement that is none, or stands where none is expected."""
        self._made[statement] = (Standing.UNKNOWN, reason)

    def ignore(self, statement: Statement, reason: str) -> None:
        """Note that a statement has no bearing on scheduling."""
        self._made[statement] = (Standing.IGNORED, reason)

    def correct(self, statement: Statement, reason: str) -> None:
        """Note that a statement counts, but not as it stands; after another such note, both are told."""
        self._add(statement, Standing.CORRECTED, reason)

    def refuse(self, statement: Statement, reason: str) -> None:
        """Note that a statement can't be taken; after another such note, both are told."""
        self._add(statement, Standing.REFUSED, reason)

    def _add(self, statement: Statement, standing: Standing, reason: str) -> None:
        before, why = self._made[statement]
        if standing is Standing.CORRECTED and before in {Standing.REFUSED, Standing.IGNORED}:
            standing = before
        elif before is Standing.IGNORED:
            why = ""
        if reason not in why:
            why = say("loadleveler.and", one=why, other=reason) if why else reason
        self._made[statement] = (standing, why)

    def standing(self, statement: Statement) -> Standing:
        """Return what was made of a statement so far."""
        return self._made[statement][0]

    def is_known(self, statement: Statement) -> bool:
        """Tell whether LoadLeveler has such a keyword."""
        return self.standing(statement) is not Standing.UNKNOWN

    def refusals(self) -> tuple[str, ...]:
        """Return why statements were refused, each with its place."""
        return self.told(Standing.REFUSED)

    def told(self, *wanted: Standing, named: bool = True) -> tuple[str, ...]:
        """Return what is said of the statements of some standings, with or without a name, each with its place."""
        return tuple(
            say(
                "loadleveler.at_place",
                file=each.file,
                line=each.line,
                column=each.column,
                name=each.name or each.value,
                reason=reason,
            )
            for each, (standing, reason) in self._made.items()
            if standing in wanted and bool(each.name) is named
        )

    def keywords(self) -> tuple[Keyword, ...]:
        """Return all statements, in the order in which they were entered."""
        return tuple(
            Keyword(
                file=each.file,
                line=each.line,
                section=each.section,
                name=each.name,
                value=each.value,
                standing=standing,
                reason=reason,
            )
            for each, (standing, reason) in self._made.items()
        )


def _unknown(statement: Statement, known: dict[str, Known]) -> str:
    names = (meaning.name for meaning in known.values())
    question = did_you_mean(statement.key, names)
    return say("loadleveler.unknown", question=question).rstrip()
