"""The family ladder: which earlier jobs count as runs of the same thing, from narrow to broad.

Most jobs are near-repeats. A job is compared with the finished runs on the first rung that has any; all
rungs together tell the trees how the broader families behave.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from jobcast.features import text
from jobcast.features.coded import Key, Keys, Texts
from jobcast.features.keys import mix
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


AMOUNTS = ("cores_requested", "memory_requested", "run_limit")
"""Ingredients that are numbers of the request."""

LADDER = (
    Rung(name="user+command+cwd", level="same", parts=("user", "text", "cwd_text", "cores_requested")),
    Rung(name="user+template+cwd", level="variant", parts=("user", "template", "cwd_template")),
    Rung(
        name="user+skeleton+parent", level="variant", parts=("user", "skeleton", "parent", "cores_requested")
    ),
    Rung(name="command", level="variant", parts=("text", "cores_requested")),
    Rung(name="template", level="variant", parts=("template",)),
    Rung(name="shape+place", level="similar", parts=("shape", "place")),
    Rung(name="cwd", level="similar", parts=("cwd_template",)),
    Rung(name="tool+place", level="similar", parts=("tool", "place")),
    Rung(name="user+shape", level="similar", parts=("user", "shape")),
    Rung(name="user+tool+request", level="similar", parts=("user", "tool", *AMOUNTS)),
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


TEXT_PARTS = (
    "text", "template", "skeleton", "tool", "shape", "cwd_text", "cwd_template", "parent", "place",
    "user", "project", "queue",
)  # fmt: skip
"""Ingredients that are made of texts."""


def text_keys(column: Mapping[str, Texts[Key]]) -> Iterator[Key]:
    """Give the keys of `TEXT_PARTS`, of one submission or of many alike."""
    typed = column["command"].join(column["name"], text.either)
    command, cwd, user = typed.map(text.bare), column["cwd"].map(text.bare), column["user"].map(text.bare)
    template, cwd_template = command.map(text.coarse), cwd.map(text.coarse)
    home_free = cwd_template.join(user.map(text.coarse), text.without_user)
    yield command.map(text.fine).keys()
    yield template.keys()
    yield command.map(text.skeleton).keys()
    yield typed.map(text.tool).keys()
    yield template.join(cwd_template, text.shape).keys()
    yield cwd.map(text.fine).keys()
    yield cwd_template.keys()
    yield cwd_template.map(text.parent).keys()
    yield home_free.map(text.grandparent).keys()
    yield from (column[name].keys() for name in ("user", "project", "queue"))


def amount_keys(submissions: Submissions) -> tuple[Keys, ...]:
    """Return the keys of `AMOUNTS`: their bits."""
    return tuple(submissions.numbers[name].view(np.uint64) for name in AMOUNTS)


@lru_cache(maxsize=1)  # training asks two or three times of the same history, and texts are slow
def ingredients(submissions: Submissions) -> dict[str, Keys]:
    """Return what the rungs are made of: name to one key for each submission."""
    keys = (*text_keys(submissions.texts), *amount_keys(submissions))
    return dict(zip((*TEXT_PARTS, *AMOUNTS), keys, strict=True))


def rung_keys(submissions: Submissions, number: int) -> Keys:
    """Return the key of each submission's family on one rung of `LADDER`; rungs never share a key."""
    found = ingredients(submissions)
    own = np.full(len(submissions), number, dtype=np.uint64)
    return mix(own, *(found[part] for part in LADDER[number].parts))


def family_keys(submissions: Submissions) -> Iterator[Keys]:
    """Give what `rung_keys` returns for each rung of `LADDER` in turn."""
    return (rung_keys(submissions, number) for number in range(len(LADDER)))
