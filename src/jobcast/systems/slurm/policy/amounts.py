"""Values of slurm.conf: counts, minutes, amounts of memory, generic resources, names.

All raise ValueError where the text is none; whoever asks says so of the statement.
"""

import re

from jobcast.systems.slurm.hostlist import expand
from jobcast.units import MIB, Bytes, parse_duration

MINUTE = 60
_NUMBER = re.compile(r"[0-9]{1,9}")
_WITHOUT_END = frozenset({"unlimited", "infinite", "-1"})
_GRES = re.compile(
    r"([\w.-]+)(?::(?!no_consume)([A-Za-z_][\w.-]*))?(?::no_consume)?(?::([0-9]{1,9})([KMGTP]?)B?)?",
    re.IGNORECASE,
)
_SOCKETS = re.compile(r"\(.*\)$")
_POWER = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40, "P": 1 << 50}
_MOST_HOSTS = 200_000
"""In one list; the largest clusters have some ten thousand."""


def count(text: str) -> int:
    """Read a whole number from 0 on."""
    if not _NUMBER.fullmatch(text):
        raise ValueError(text)
    return int(text)


def count_or_none(text: str) -> int | None:
    """Read a whole number; None for ``UNLIMITED``."""
    return None if text.lower() in _WITHOUT_END else count(text)


def truth(text: str) -> bool:
    """Read ``YES`` or ``NO``, which may also be numbers and truths."""
    word = text.lower()
    if word in {"yes", "up", "true", "1"}:
        return True
    if word in {"no", "down", "false", "0"}:
        return False
    raise ValueError(text)


def run_time(text: str) -> int | None:
    """Read a time limit, in seconds; None for ``UNLIMITED``.

    A bare number counts minutes, ``m:s`` too; seconds are rounded up to whole minutes (``time_str2mins``).
    """
    if text.lower() in _WITHOUT_END:
        return None
    if not re.fullmatch(r"[0-9]{1,6}(-[0-9]{1,4}(:[0-9]{1,4}){0,2}|(:[0-9]{1,4}){0,2})", text):
        raise ValueError(text)
    plain = text if "-" in text or text.count(":") == 2 else f"{text}:00" if ":" not in text else text
    seconds = int(parse_duration(plain))
    return -(-seconds // MINUTE) * MINUTE


def memory(text: str) -> Bytes:
    """Read an amount of memory in MiB."""
    return Bytes(count(text) * MIB)


def hosts(text: str) -> list[str]:
    """Expand a list of hosts, each once."""
    if text.count("[") != text.count("]"):
        raise ValueError(text)
    names = list(dict.fromkeys(expand(text)))
    if len(names) > _MOST_HOSTS or any("[" in name or "]" in name for name in names):
        raise ValueError(text)
    return names


def words(text: str) -> list[str]:
    """Return the words between commas."""
    return [word.strip() for word in text.split(",") if word.strip()]


def generic(text: str) -> dict[str, int]:
    """Read generic resources, ``gpu:a100:4,licence_server:2``: each resource, and each of its types, to its count."""
    found: dict[str, int] = {}
    for word in re.split(r",(?![^()]*\))", text):
        match = _GRES.fullmatch(_SOCKETS.sub("", word.strip()))
        if match is None:
            raise ValueError(text)
        amount = int(match[3] or 1) * _POWER[(match[4] or "").upper()]
        name = resource(match[1])
        found[name] = found.get(name, 0) + amount
        if match[2]:
            typed = f"{name}:{match[2]}"
            found[typed] = found.get(typed, 0) + amount
    return found


_OURS = {"gpu": "gpus"}
_TAKEN = frozenset({"cpus", "memory", "gpus"})


def resource(name: str) -> str:
    """Return what a generic resource is called here: ``gpu`` is `jobcast.machine.GPUS`."""
    return _OURS.get(name, f"gres/{name}" if name in _TAKEN else name)
