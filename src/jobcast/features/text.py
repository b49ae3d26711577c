"""Texts of a submission, with what changes from run to run masked.

Seeds, run numbers, hashes and dates differ between runs that are otherwise the same; corners
(``ss0p67v125c``), block names (``l2_cache``) and versions do not. So there are two masks: `fine` hides only
numbers that stand alone or are long, `coarse` hides every digit. Both work on what `bare` has left of a text.
"""

import re

from jobcast.features.submit_line import submitted

# What stands before a match is looked at behind its first character: an engine that knows how matches begin skips
# all else.
_HASH = re.compile(
    r"[0-9a-f](?<![A-Za-z0-9].)(?:(?<=[0-9])|(?=[0-9a-f]*[0-9]))[0-9a-f]{7,}(?![A-Za-z0-9])", re.DOTALL
)
_ALONE = re.compile(r"[0-9]{5,}|[0-9](?<![A-Za-z0-9].)[0-9]*(?![A-Za-z0-9])", re.DOTALL)
_DIGITS = re.compile(r"[0-9]+")
_VALUE = re.compile(r"=\S+")

LONGEST = 4096
"""Characters of a text that are looked at; commands of 100 kB differ at their beginning if at all."""


def bare(text: str) -> str:
    """Mask hashes, in as much of a text as is looked at."""
    return _HASH.sub("#", text[:LONGEST])


def fine(bare: str) -> str:
    """Mask the numbers that stand alone or have five digits and more."""
    return _ALONE.sub("#", bare)


def coarse(bare: str) -> str:
    """Mask every run of digits."""
    return _DIGITS.sub("#", bare)


def skeleton(bare: str) -> str:
    """Mask as `coarse` does, and the value of every ``key=value`` besides."""
    return _DIGITS.sub("#", _VALUE.sub("=*", bare))


def tool(text: str) -> str:
    """Return the name of the program that a command starts, without its folder and digits."""
    words = text[:LONGEST].split(None, 1)
    return _DIGITS.sub("#", words[0].rsplit("/", 1)[-1]) if words else ""


def either(command: str, name: str) -> str:
    """Return what the command runs, or the job's name where the batch system tells nothing of that."""
    return submitted(command[:LONGEST]) or name


def parent(path: str) -> str:
    """Return the folder that holds `path`."""
    return path.rsplit("/", 1)[0]


def grandparent(path: str) -> str:
    """Return the folder two steps above `path`."""
    return path.rsplit("/", 2)[0]


def without_user(path: str, user: str) -> str:
    """Mask the user's own name, so that two users' copies of one tree look the same."""
    return path.replace(user, "~") if user else path


def shape(command: str, cwd: str) -> str:
    """Mask in a command whatever also names a folder of its working directory.

    What remains (tool, stage, flags) is what the job does, apart from the block that it does it to.
    """
    for part in sorted(
        {part for part in cwd.split("/") if len(part) > 2}, key=lambda part: (-len(part), part)
    ):
        command = command.replace(part, "@")
    return command
