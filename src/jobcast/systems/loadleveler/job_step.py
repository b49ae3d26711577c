"""One step of a job command file while it is read: what it says, with its variables filled in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from jobcast.errors import ConfigError
from jobcast.language import say
from jobcast.systems.loadleveler.lines import filled
from jobcast.systems.loadleveler.said import Said
from jobcast.systems.loadleveler.statement import RefusedError
from jobcast.systems.loadleveler.values import shown

Value = TypeVar("Value")
_VARIABLE = "$("


@dataclass(frozen=True, kw_only=True, slots=True)
class JobStep:
    """What holds for one step."""

    id: str
    """``JOB.NUMBER``, from 0."""
    said: Said
    """Its own statements, over those of the steps before; without a value they take an earlier one back."""
    variables: Mapping[str, str]
    """What ``$(name)`` stands for, by names in small letters."""

    def says(self, key: str) -> bool:
        """Tell whether a keyword has a value."""
        statement = self.said.get(key)
        return statement is not None and bool(statement.text.strip())

    def read(self, key: str, parse: Callable[[str], Value], default: Value) -> Value:
        """Return what `parse` makes of a keyword; the default where it isn't said, or its value is refused."""
        if not self.says(key):
            return default
        return self.said.read(key, lambda text: parse(self._filled(text)), default)

    def read_own(self, key: str, parse: Callable[[str], Value], default: Value) -> Value:
        """Return the same of a keyword that steps before don't hand on."""
        statement = self.said.own(key)
        if statement is None or not statement.text.strip():
            return default
        return self.said.parsed(statement, lambda text: parse(self._filled(text)), default)

    def text(self, key: str) -> str:
        """Return the value of a keyword with its variables filled in; empty where it isn't said, or refused."""
        return self.read(key, str.strip, "")

    def _filled(self, text: str) -> str:
        """Return a text with its variables filled in; what only looks like one is refused as an unknown one is."""
        whole = filled(text, self.variables)
        if _VARIABLE in whole:
            raise RefusedError(say("loadleveler.no_variable", name=shown(whole[whole.index(_VARIABLE) :])))
        return whole

    def refuse(self, key: str, error: ConfigError) -> None:
        """Report that a keyword can't be taken, and with it the job."""
        self.said.refuse_key(key, error)

    def correct(self, key: str, reason: str) -> None:
        """Report that a keyword counts, but not as it stands."""
        self.said.correct(key, reason)
