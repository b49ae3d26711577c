"""The family ladder: which earlier jobs count as runs of the same thing, from narrow to broad.

Most jobs are near-repeats. A job is compared with the finished runs on the first rung that has any; all
rungs together tell the trees how the broader families behave.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from jobcast.features import text
from jobcast.features.coded import Coded, Keys, combine, mix
from jobcast.features.submissions import Submissions

LEVELS = ("same", "young", "variant", "similar", "broad", "none")
"""History levels, as users see them; a forecast's error is calibrated and reported by level.

``young`` is a family of the narrowest rung with fewer than `GROWN` finished runs.
"""

GROWN = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Rung:
    """One way to say which jobs belong together."""

    name: str
    """The ingredients as users see them, joined by ``+``; names the features too."""
    level: str
    """One of `LEVELS`: how near its families are to the job."""
    parts: tuple[str, ...]
    """Ingredients (keys of `ingredients`) that must be equal."""


LADDER = (
    Rung(name="user+command+cwd", level="same", parts=("user", "text", "cwd_text", "size")),
    Rung(name="user+template+cwd", level="variant", parts=("user", "template", "cwd_template")),
    Rung(name="user+skeleton+parent", level="variant", parts=("user", "skeleton", "parent", "size")),
    Rung(name="command", level="variant", parts=("text", "size")),
    Rung(name="template", level="variant", parts=("template",)),
    Rung(name="shape+place", level="similar", parts=("shape", "place")),
    Rung(name="cwd", level="similar", parts=("cwd_template",)),
    Rung(name="tool+place", level="similar", parts=("tool", "place")),
    Rung(name="user+shape", level="similar", parts=("user", "shape")),
    Rung(name="user+tool+request", level="similar", parts=("user", "tool", "request")),
    Rung(name="shape", level="broad", parts=("shape",)),
    Rung(name="tool+project", level="broad", parts=("tool", "project")),
    Rung(name="user+tool", level="broad", parts=("user", "tool")),
    Rung(name="user+queue", level="broad", parts=("user", "queue")),
    Rung(name="user", level="broad", parts=("user",)),
    Rung(name="queue", level="broad", parts=("queue",)),
)

NOTHING = len(LADDER)
"""The rung of a job of which nothing at all is known."""

_LEVEL_OF_RUNG = np.array([LEVELS.index(rung.level) for rung in LADDER] + [LEVELS.index("none")])


def levels(rung: npt.NDArray[np.int64], runs: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return for each forecast the index into `LEVELS` of the history that it rests on."""
    level = _LEVEL_OF_RUNG[rung]
    young = (level == LEVELS.index("same")) & (runs < GROWN)
    return np.where(young, LEVELS.index("young"), level)


@lru_cache(maxsize=1)  # training asks two or three times of the same history, and texts are slow
def ingredients(submissions: Submissions) -> dict[str, Keys]:
    """Return what the rungs are made of: name to one key for each submission."""
    column = submissions.texts
    command, cwd = combine(column["command"], column["name"], text.either), column["cwd"]
    template, cwd_template = command.map(text.coarse), cwd.map(text.coarse)
    user = column["user"].map(text.coarse)
    home_free = combine(cwd_template, user, text.without_user)
    made: dict[str, Callable[[], Coded]] = {
        "text": lambda: command.map(text.fine),
        "template": lambda: template,
        "skeleton": lambda: command.map(text.skeleton),
        "tool": lambda: command.map(text.tool),
        "shape": lambda: combine(template, cwd_template, text.shape),
        "cwd_text": lambda: cwd.map(text.fine),
        "cwd_template": lambda: cwd_template,
        "parent": lambda: cwd_template.map(text.parent),
        "place": lambda: home_free.map(text.grandparent),
    }
    keys = {name: make().keys() for name, make in made.items()}
    keys |= {name: column[name].keys() for name in ("user", "project", "queue")}
    keys["size"] = _bits(submissions, "cores_requested")
    keys["request"] = mix(
        keys["size"], _bits(submissions, "memory_requested"), _bits(submissions, "run_limit")
    )
    return keys


def _bits(submissions: Submissions, name: str) -> Keys:
    return submissions.numbers[name].astype(np.float64).view(np.uint64)


def family_keys(submissions: Submissions) -> Iterator[Keys]:
    """Give, rung by rung of `LADDER`, the key of each submission's family; rungs never share a key."""
    found = ingredients(submissions)
    rows = len(submissions)
    for number, rung in enumerate(LADDER):
        yield mix(np.full(rows, number, dtype=np.uint64), *(found[part] for part in rung.parts))
