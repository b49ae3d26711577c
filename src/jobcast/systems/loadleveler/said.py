"""What one section of a file says: for each keyword the statement that counts."""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from jobcast.errors import ConfigError
from jobcast.language import say
from jobcast.schedule.expression import ExpressionError
from jobcast.systems.loadleveler.statement import Report, Statement
from jobcast.systems.loadleveler.values import names

Value = TypeVar("Value")


class Said:
    """Statements of one section, over those that hold where it is silent."""

    def __init__(self, statements: Iterable[Statement], report: Report, below: "Said | None" = None) -> None:
        """Take statements that are to be read; of several for one keyword the last counts."""
        self._report = report
        self._below = below
        self._own: dict[str, Statement] = {}
        for each in statements:
            if before := self._own.get(each.key):
                report.correct(before, say("loadleveler.overruled", file=each.file, line=each.line))
            self._own[each.key] = each
        self._all = {**(below.everything() if below else {}), **self._own}

    def get(self, key: str) -> Statement | None:
        """Return the statement that counts for a keyword in small letters; None where there is none."""
        return self._all.get(key)

    def own(self, key: str) -> Statement | None:
        """Return the statement of the section itself."""
        return self._own.get(key)

    def everything(self) -> dict[str, Statement]:
        """Return keyword to the statement that counts."""
        return self._all

    def texts(self) -> dict[str, str]:
        """Return keyword to value of all that is said."""
        return {key: statement.text for key, statement in self._all.items()}

    def read(self, key: str, parse: Callable[[str], Value], default: Value) -> Value:
        """Return what `parse` makes of a keyword; what holds below, else the default, where it is silent or refused."""
        statement = self.get(key)
        if statement is None:
            return default
        try:
            return parse(statement.text)
        except ConfigError as error:
            self.refuse(statement, error)
        below = self._below.get(key) if self._below and key in self._own else None
        return default if below is None else self.parsed(below, parse, default)

    def words(self, key: str) -> tuple[str, ...]:
        """Return the list of a keyword; empty where it isn't said."""
        statement = self.get(key)
        return names(statement.text) if statement else ()

    def parsed(self, statement: Statement, parse: Callable[[str], Value], default: Value) -> Value:
        """Return what `parse` makes of a statement; the default where it is refused."""
        try:
            return parse(statement.text)
        except ConfigError as error:
            self.refuse(statement, error)
            return default

    def refuse(self, statement: Statement, error: ConfigError) -> None:
        """Report that a statement can't be taken, and what cures it."""
        message = error.message
        if isinstance(error, ExpressionError):
            message = say("loadleveler.bad_expression", column=error.position + 1)
        self._report.refuse(statement, f"{message}; {error.hint}" if error.hint else message)

    def refuse_key(self, key: str, error: ConfigError) -> None:
        """Report that a keyword can't be taken."""
        if statement := self.get(key):
            self.refuse(statement, error)

    def correct(self, key: str, reason: str) -> None:
        """Report that a keyword counts, but not as it stands."""
        if statement := self.get(key):
            self._report.correct(statement, reason)

    def ignore(self, key: str, reason: str) -> None:
        """Report that a keyword has no bearing."""
        if statement := self.get(key):
            self._report.ignore(statement, reason)


Stanzas = Mapping[str, Said]
"""Label to what its stanza says, over the default of its type."""
