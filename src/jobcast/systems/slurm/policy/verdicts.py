"""What was made of each statement: the report that a reader hands back."""

from collections.abc import Iterable

from jobcast.language import say
from jobcast.spelling import did_you_mean
from jobcast.systems.dialect import Keyword, Standing
from jobcast.systems.slurm.policy.statements import Statement


class Verdicts:
    """Gathers one standing for each statement, and for each word of a list in a statement's value."""

    def __init__(self) -> None:
        self._said: dict[int, tuple[Standing, str]] = {}
        self._parts: dict[int, list[Keyword]] = {}

    def understood(self, statement: Statement) -> None:
        """Say that it shapes the policy as it stands, unless something else was said of it."""
        self._said.setdefault(statement.place, (Standing.UNDERSTOOD, ""))

    def corrected(self, statement: Statement, reason: str) -> None:
        """Say that it shapes the policy, but not as it stands."""
        self._said[statement.place] = (Standing.CORRECTED, reason)

    def refused(self, statement: Statement, reason: str) -> None:
        """Say that it can't be done."""
        self._said[statement.place] = (Standing.REFUSED, reason)

    def ignored(self, statement: Statement, reason: str) -> None:
        """Say that it has no bearing here."""
        self._said.setdefault(statement.place, (Standing.IGNORED, reason))

    def bad_value(self, statement: Statement, wanted: str) -> None:
        """Say that the value can't be what it should be."""
        self.refused(statement, say("slurm_policy.bad_value", value=statement.value, wanted=wanted))

    def unknown(self, statement: Statement, known: Iterable[str]) -> None:
        """Say that there is no such keyword, and which one may be meant."""
        reason = did_you_mean(statement.name, known) or say("slurm_policy.unknown")
        self._said.setdefault(statement.place, (Standing.UNKNOWN, reason))

    def part(self, statement: Statement, word: str, standing: Standing, reason: str = "") -> None:
        """Say what was made of one word of a list, such as ``bf_window=1440`` of SchedulerParameters."""
        name, _, value = word.partition("=")
        told = Keyword(
            file=statement.file,
            line=statement.line,
            section=statement.name,
            name=name,
            value=value,
            standing=standing,
            reason=reason,
        )
        self._parts.setdefault(statement.place, []).append(told)

    def keywords(self, statements: Iterable[Statement]) -> tuple[Keyword, ...]:
        """Return all, each once, in their order; the words of a list after what they stand in."""
        found: list[Keyword] = []
        for statement in statements:
            standing, reason = self._said.get(
                statement.place, (Standing.UNKNOWN, say("slurm_policy.unknown"))
            )
            found.append(
                Keyword(
                    file=statement.file,
                    line=statement.line,
                    section=statement.section,
                    name=statement.name,
                    value=statement.value,
                    standing=standing,
                    reason=reason,
                )
            )
            found.extend(self._parts.get(statement.place, ()))
        return tuple(found)
