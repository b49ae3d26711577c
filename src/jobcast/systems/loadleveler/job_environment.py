"""What a step's program finds in its environment: ``environment = COPY_ALL; !EDITOR; NAME=value``.

"Job command file keyword descriptions" in Using and Administering LoadLeveler. No shell sees any of it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from jobcast.language import say
from jobcast.systems.loadleveler.statement import RefusedError
from jobcast.systems.loadleveler.values import shown
from jobcast.systems.loadleveler.words import split_words, unquoted

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_EVERYTHING = "copy_all"
_PATH = "/usr/local/bin:/usr/bin:/bin"
_OF_LOGIN = frozenset({"HOME", "USER", "LOGNAME", "SHELL"})
"""What the operating system tells of a user, and no copy overrules."""
_KEPT = ("TZ",)
"""What is copied where nothing is asked for."""
_OURS = "LOADL_"
"""Begins what tells a step of itself; a step that submits another doesn't hand it on."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """What ``environment`` asks for."""

    everything: bool = False
    """Whether all that whoever submits has is copied."""
    copied: frozenset[str] = frozenset()
    """Names copied one by one."""
    left_out: frozenset[str] = frozenset()
    """Names that aren't copied."""
    given: Mapping[str, str] = field(default_factory=dict)
    """Name to value."""

    def without_values(self) -> str:
        """Return it as it is written, but for the values given, which may be secret."""
        return "; ".join(
            (
                *(("COPY_ALL",) if self.everything else ()),
                *(f"${name}" for name in sorted(self.copied)),
                *(f"!{name}" for name in sorted(self.left_out)),
                *(f"{name}=..." for name in self.given),
            )
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Login:
    """Whose environment it is."""

    user: str
    """Login name."""
    home: str
    """Home directory."""
    shell: str
    """Login shell."""


NOTHING = Wish()


def read_environment(text: str) -> Wish:
    """Read ``COPY_ALL``, ``$NAME``, ``!NAME`` and ``NAME=value``, with ``;`` between; quotes hold a value together."""
    everything = False
    copied: set[str] = set()
    left_out: set[str] = set()
    given: dict[str, str] = {}
    for entry in split_words(text, ";"):
        word = _without_outer(entry.strip())
        name, assigned, value = word.partition("=")
        if assigned and _NAME.fullmatch(name.strip()):
            given[name.strip()] = unquoted(value.strip())
        elif word.lower() == _EVERYTHING:
            everything = True
        elif word[:1] in {"$", "!"} and _NAME.fullmatch(word[1:].strip()):
            (copied if word[0] == "$" else left_out).add(word[1:].strip())
        elif word:
            raise RefusedError(say("loadleveler.bad_environment", value=shown(word)))
    return Wish(everything=everything, copied=frozenset(copied), left_out=frozenset(left_out), given=given)


def _without_outer(word: str) -> str:
    """Return an entry that is quoted as a whole without these quotes."""
    inner = word[1:-1]
    return inner if word[:1] in {'"', "'"} and word[-1] == word[0] and word[0] not in inner else word


def environment_of(wish: Wish, theirs: Mapping[str, str], login: Login) -> dict[str, str]:
    """Return the whole environment of a step; `theirs` is that of whoever submits."""
    copied = {
        name: value
        for name, value in theirs.items()
        if (wish.everything or name in wish.copied or name in _KEPT)
        and name not in wish.left_out
        and not name.startswith(_OURS)
        and name not in _OF_LOGIN
    }
    own = {"HOME": login.home, "USER": login.user, "LOGNAME": login.user, "SHELL": login.shell}
    return {"PATH": _PATH, **copied, **own, **wish.given}
