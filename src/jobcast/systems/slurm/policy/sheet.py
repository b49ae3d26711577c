"""The statements of all files, ready to be asked for: settings by name, records with their defaults."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from jobcast.language import say
from jobcast.systems.dialect import Keyword
from jobcast.systems.slurm.policy.statements import Statement
from jobcast.systems.slurm.policy.verdicts import Verdicts

T = TypeVar("T")
D = TypeVar("D")


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """One line about nodes, a partition, ..."""

    head: Statement
    """What begins it, e.g. ``NodeName=n[1-4]``."""
    fields: Mapping[str, Statement]
    """Keyword in small letters to statement; those of the ``DEFAULT`` lines before it where it has none itself."""

    @property
    def is_default(self) -> bool:
        """Tell whether it only sets what later lines don't."""
        return self.head.value.upper() == "DEFAULT"


class Sheet:
    """What the files say, and what was made of it."""

    def __init__(self, statements: Iterable[Statement], included: frozenset[int] = frozenset()) -> None:
        self._statements = list(statements)
        self.verdicts = Verdicts()
        self._settings: dict[str, Statement] = {}
        for statement in self._statements:
            if statement.key == "include" and statement.record is None:
                self._say_of_include(statement, found=statement.place in included)
            elif statement.record is None:
                self._set(self._settings, statement)

    def _say_of_include(self, statement: Statement, *, found: bool) -> None:
        if found:
            self.verdicts.understood(statement)
        else:
            self.verdicts.refused(statement, say("slurm_policy.no_include"))

    def _set(self, settings: dict[str, Statement], statement: Statement) -> None:
        before = settings.get(statement.key)
        if before is not None:
            self.verdicts.corrected(before, say("slurm_policy.given_again", line=statement.line))
        settings[statement.key] = statement

    @property
    def settings(self) -> Mapping[str, Statement]:
        """Return the settings at the top, by their names in small letters; of one given twice the last, as in Slurm."""
        return self._settings

    def records(self, *kinds: str) -> list[Record]:
        """Return the records that begin with one of these keywords, in their order."""
        own: dict[int, dict[str, Statement]] = {}
        heads: list[Statement] = []
        for statement in self._statements:
            if statement.record == statement.place and statement.key in kinds:
                heads.append(statement)
                own[statement.place] = {}
            elif statement.record in own:
                self._set(own[statement.record], statement)
        defaults: dict[str, Statement] = {}
        found = []
        for head in heads:
            found.append(Record(head=head, fields={**defaults, **own[head.place]}))
            if found[-1].is_default:
                defaults |= own[head.place]
        return found

    def value(
        self, statement: Statement | None, read: Callable[[str], T], default: D, *, wanted: str
    ) -> T | D:
        """Return what a statement says, and that it is understood; `default` where it isn't there, or can't be read."""
        if statement is None:
            return default
        if statement.operator:
            self.verdicts.refused(statement, say("slurm_policy.operator", sign=f"{statement.operator}="))
            return default
        try:
            read_value = read(statement.value)
        except ValueError:
            self.verdicts.bad_value(statement, wanted)
            return default
        self.verdicts.understood(statement)
        return read_value

    def keywords(self) -> tuple[Keyword, ...]:
        """Return the report: every statement once."""
        return self.verdicts.keywords(self._statements)
