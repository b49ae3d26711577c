"""Limits of processes: ``core_limit = hard,soft`` of a step, within those of its class.

"Limit keywords" in Using and Administering LoadLeveler: amounts of memory have the units of resources and are bytes
where they have none, times are ``[[hours:]minutes:]seconds``; a soft limit isn't above the hard one.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from jobcast.language import say
from jobcast.systems.loadleveler.resources import bytes_of
from jobcast.systems.loadleveler.said import Said
from jobcast.systems.loadleveler.statement import RefusedError
from jobcast.systems.loadleveler.values import shown
from jobcast.units import parse_duration


class Open(StrEnum):
    """What stands in place of an amount."""

    UNSAID = "unsaid"
    UNLIMITED = "unlimited"
    COPY = "copy"
    """As whoever submits has it."""


Amount = int | Open
Bounds = tuple[int | None, int | None]
"""Soft and hard; None for no limit."""
_WORDS = {"unlimited": Open.UNLIMITED, "rlim_infinity": Open.UNLIMITED, "copy": Open.COPY, "": Open.UNSAID}
_CLOCK = re.compile(r"(?:[0-9]{1,9}:){0,2}[0-9]{1,12}(?:\.[0-9]{1,9})?")
_MOST = (1 << 63) - 1


@dataclass(frozen=True, kw_only=True, slots=True)
class ProcessLimit:
    """``hard,soft``, in bytes, seconds or numbers."""

    hard: Amount = Open.UNSAID
    """What a process can't go beyond."""
    soft: Amount = Open.UNSAID
    """Where it begins; it may go up to the hard one."""

    @property
    def copies(self) -> bool:
        """Tell whether it is to be as whoever submits has it."""
        return Open.COPY in {self.hard, self.soft}

    def copied(self, theirs: Bounds | None) -> "ProcessLimit":
        """Return it with what whoever submits has, soft and hard, for ``copy``; unsaid where that isn't known."""
        soft, hard = (Open.UNSAID, Open.UNSAID) if theirs is None else map(_theirs, theirs)
        if self.hard is Open.COPY and self.soft is Open.UNSAID:
            return ProcessLimit(hard=hard, soft=soft)
        return ProcessLimit(
            hard=hard if self.hard is Open.COPY else self.hard,
            soft=soft if self.soft is Open.COPY else self.soft,
        )


def _theirs(amount: int | None) -> Amount:
    if amount is None:
        return Open.UNLIMITED
    return amount if 0 <= amount <= _MOST else Open.UNSAID


NONE = ProcessLimit()


def _seconds(text: str) -> int | None:
    return round(parse_duration(text)) if _CLOCK.fullmatch(text) else None


def _count(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{1,18}", text) else None


_KINDS: dict[str, Callable[[str], int | None]] = {
    "as_limit": bytes_of,
    "core_limit": bytes_of,
    "cpu_limit": _seconds,
    "data_limit": bytes_of,
    "file_limit": bytes_of,
    "job_cpu_limit": _seconds,
    "locks_limit": _count,
    "memlock_limit": bytes_of,
    "nofile_limit": _count,
    "nproc_limit": _count,
    "rss_limit": bytes_of,
    "stack_limit": bytes_of,
}
JOB_CPU = "job_cpu_limit"
"""Of all processes together."""
LOCKS = "locks_limit"
"""Of which Linux has none."""
OF_PROCESSES = tuple(key for key in _KINDS if key not in {JOB_CPU, LOCKS})
"""Keywords of what each process may take."""


def reader(key: str) -> Callable[[str], ProcessLimit]:
    """Return a reader of the value of a keyword."""
    kind = _KINDS[key]

    def read(text: str) -> ProcessLimit:
        bare = text.strip().strip('"').removeprefix("{").removesuffix("}")
        hard, comma, soft = bare.partition(",")
        limit = ProcessLimit(hard=_amount(hard, kind, text), soft=_amount(soft, kind, text))
        if (comma and not bare.strip(" ,")) or _above(limit.soft, limit.hard):
            raise RefusedError(say("loadleveler.bad_process_limit", value=shown(text)))
        return limit

    return read


def _amount(part: str, kind: Callable[[str], int | None], text: str) -> Amount:
    word = part.strip().strip('"').lower()
    if word in _WORDS:
        return _WORDS[word]
    found = kind(word)
    if found is None or found > _MOST:
        raise RefusedError(say("loadleveler.bad_process_limit", value=shown(text)))
    return found


def _above(one: Amount, other: Amount) -> bool:
    """Tell whether one amount is certainly above another."""
    return isinstance(other, int) and (one is Open.UNLIMITED or (isinstance(one, int) and one > other))


def class_process_limits(said: Said) -> dict[str, ProcessLimit]:
    """Return keyword to limit of those that the stanza of a class says."""
    return {key: said.read(key, reader(key), NONE) for key in _KINDS if said.get(key)}


def within(own: ProcessLimit, of_class: ProcessLimit, theirs: Bounds | None = None) -> Bounds | None:
    """Return soft and hard limit of a step, None for unlimited; None for both where nothing is said.

    `theirs` is what ``copy`` stands for; None where that isn't known, which is as if nothing was said. More of it than
    the class gives isn't copied. Raises RefusedError where the step itself wants more. Where only one of both is said,
    it is both.
    """
    if _above(own.hard, of_class.hard) or _above(own.soft, of_class.hard):
        raise RefusedError(say("loadleveler.above_class", most=of_class.hard))
    own, of_class = own.copied(theirs), of_class.copied(theirs)
    hard = of_class.hard if own.hard is Open.UNSAID or _above(own.hard, of_class.hard) else own.hard
    soft = of_class.soft if own.soft is Open.UNSAID else own.soft
    if hard is Open.UNSAID:
        hard = soft
    if soft is Open.UNSAID or _above(soft, hard):
        soft = hard
    if hard is Open.UNSAID:
        return None
    return _bound(soft), _bound(hard)


def _bound(amount: Amount) -> int | None:
    return amount if isinstance(amount, int) else None
