"""Submissions as they are written: by names and values, on a command line, in a file, in a form."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import chain
from typing import Any

from jobcast.errors import InputError
from jobcast.job import Request, Submission
from jobcast.language import say
from jobcast.spelling import did_you_mean
from jobcast.units import PIB, Bytes, Seconds, parse_duration, parse_memory

_TEXTS = {
    "user": ("user",), "group": ("group",), "project": ("project",), "queue": ("queue",),
    "command": ("command",), "cwd": ("cwd",), "name": ("job_name", "name"),
    "description": ("description", "job_description"),
}  # fmt: skip
"""Field to the words for it; where a submission holds several, the first counts, which is that of the flag."""
_CORES = ("cores", "cores_requested", "processors_requested")
_MEMORY = ("rusage_mem", "memory", "memory_requested")
_MOMENTS = ("started_time", "strated_time", "submit_time", "at")
_GPUS = ("gpus", "gpus_requested")
_INTERACTIVE = ("interactive", "interactive_mode")
_OTHER = (*_GPUS, *_INTERACTIVE, "run_limit", "span_hosts", "attempt", "extra")
_YES, _NO = ("1", "true", "yes", "y"), ("0", "false", "no", "n")
_MOST = 2**31 - 1
"""More of anything is a slip."""
KNOWN = (*chain(*_TEXTS.values()), *_CORES, *_MEMORY, *_MOMENTS, *_OTHER)
"""Words for the fields of a submission; memPrediction's own, its misspelling too, and those of the history."""


def submission(fields: Mapping[str, Any], now: datetime, zone: tzinfo) -> Submission:
    """Read a submission from `fields` (any of `KNOWN`; empty ones are left open), by default made `now`.

    Raises InputError when a field is unknown or a value can't be read.
    """
    for name, value in fields.items():
        if name not in KNOWN and not _is_open(value):
            like = did_you_mean(str(name), KNOWN)
            raise InputError(say("predict.unknown_field", name=name), hint=like or known_fields())
    try:
        return read_fields(fields, now, zone)
    except ValueError as error:
        raise InputError(say("predict.bad_field", why=error), hint=say("predict.bad_field_cure")) from error


def read_fields(fields: Mapping[str, Any], now: datetime, zone: tzinfo) -> Submission:
    """Read a submission from known fields; raises ValueError when a value can't be read."""
    given = {str(name): value for name, value in fields.items() if not _is_open(value)}
    return Submission(
        at=_moment(_first(given, _MOMENTS), now, zone),
        request=Request(
            cores=_whole(_first(given, _CORES)),
            memory=_amount(_first(given, _MEMORY)),
            run_limit=_duration(given.get("run_limit")),
            gpus=_whole(_first(given, _GPUS)),
            interactive=_flag(_first(given, _INTERACTIVE)),
            span_hosts=_whole(given.get("span_hosts")),
        ),
        attempt=_whole(given.get("attempt")),
        **{field: _text(_first(given, names)) for field, names in _TEXTS.items()},
    )


def known_fields() -> str:
    """Return the hint that names the fields of a submission."""
    return say("predict.fields_cure", names=", ".join(KNOWN))


def _is_open(value: Any) -> bool:
    return value is None or value == ""


def _first(given: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    return next((given[name] for name in names if name in given), None)


def _text(value: Any) -> str | None:
    """Return a text that any library takes: JSON and file names may hold halves of characters."""
    return None if value is None else str(value).encode("utf-8", "replace").decode()


def _whole(value: Any) -> int | None:
    """Read a count such as ``8`` or ``8.0``."""
    if value is None:
        return None
    try:
        number = float(str(value))
    except ValueError:
        number = -1.0
    if not (number.is_integer() and 0 <= number <= _MOST):
        raise ValueError(say("predict.bad_count", text=value))
    return int(number)


def _flag(value: Any) -> bool | None:
    if value is None:
        return None
    word = str(value).strip().lower()
    if word not in {*_YES, *_NO}:
        raise ValueError(say("predict.bad_flag", text=value))
    return word in _YES


def _amount(value: Any) -> Bytes | None:
    """Read an amount of memory in MB where no unit is written; 0 means that none was asked for."""
    if value is None:
        return None
    try:
        amount = parse_memory(str(value), unit="M")
    except ValueError as error:
        raise ValueError(say("predict.bad_memory", text=value)) from error
    if amount > PIB:
        raise ValueError(say("predict.too_much", text=value))
    return amount or None


def _duration(value: Any) -> Seconds | None:
    if value is None:
        return None
    try:
        duration = parse_duration(str(value))
    except ValueError:
        duration = Seconds(-1)
    if not 0 <= duration <= _MOST:
        raise ValueError(say("predict.bad_duration", text=value))
    return duration


def _moment(value: Any, now: datetime, zone: tzinfo) -> datetime:
    """Read ``2024-06-14T10:06:58`` or, as bjobs prints it, ``Fri Jun 14 10:06:58``."""
    if value is None:
        return now
    text = " ".join(str(value).split())
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = _without_year(text, now)
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except OverflowError as error:
        raise ValueError(say("predict.bad_time", text=text)) from error


def _without_year(text: str, now: datetime) -> datetime:
    """Complete a date with the latest year, not in the future, in which its weekday fits."""
    for year in range(now.year + 1, now.year - 12, -1):
        try:
            moment = datetime.strptime(f"{year} {text}", "%Y %a %b %d %H:%M:%S")  # noqa: DTZ007 - zone follows
        except ValueError:
            continue
        if moment.strftime("%a") == text[:3] and moment <= now.replace(tzinfo=None) + timedelta(days=1):
            return moment
    raise ValueError(say("predict.bad_time", text=text))
