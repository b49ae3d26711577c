"""Time windows of LSF, such as ``20:00-8:00`` or ``5:19:00-1:8:30``.

Source: "How to specify time windows" in Administering IBM Spectrum LSF: days from 0, a Sunday, to 6; hours; minutes.
"""

import re

from jobcast.language import say
from jobcast.schedule.policy import Windows

DAY = 86_400
WEEK = 7 * DAY

_WINDOW = re.compile(r"([0-9:]+)-([0-9:]+)")


def windows(text: str) -> Windows:
    """Read windows as seconds from Monday 00:00. Raises ValueError with the cure."""
    spans: list[tuple[int, int]] = []
    for word in re.sub(r"\s*-\s*", "-", text).split():
        match = _WINDOW.fullmatch(word)
        if match is None or match[1].count(":") != match[2].count(":"):
            raise ValueError(say("lsf_policy.no_window", value=word))
        spans += _spans(_moment(match[1], word), _moment(match[2], word), daily=match[1].count(":") < 2)
    return _merged(spans)


def _moment(text: str, word: str) -> int:
    """Return seconds from midnight, or from Monday where a day is named."""
    parts = [int(part) for part in text.split(":") if re.fullmatch(r"[0-9]{1,2}", part)]
    hour, minute = (parts[-2], parts[-1]) if len(parts) > 1 else (*parts, 0) if parts else (24, 0)
    day = parts[0] if len(parts) == 3 else 0
    if len(parts) != text.count(":") + 1 or len(parts) > 3 or hour > 23 or minute > 59 or day > 7:
        raise ValueError(say("lsf_policy.no_window", value=word))
    since_monday = (day - 1) % 7 if len(parts) == 3 else 0
    return since_monday * DAY + hour * 3600 + minute * 60


def _spans(start: int, end: int, *, daily: bool) -> list[tuple[int, int]]:
    """Return the spans of a week; a window that ends before it begins goes on into the next day or week."""
    turn = DAY if daily else WEEK
    length = (end - start) % turn or turn
    spans = []
    for day in range(7) if daily else (0,):
        begin = start + day * DAY
        spans.append((begin, min(begin + length, WEEK)))
        if begin + length > WEEK:
            spans.append((0, begin + length - WEEK))
    return spans


def _merged(spans: list[tuple[int, int]]) -> Windows:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def common(one: Windows, other: Windows) -> Windows:
    """Return when both are open; empty stands for always."""
    if not one or not other:
        return one or other
    both = [
        (max(start, begin), min(end, close))
        for start, end in one
        for begin, close in other
        if max(start, begin) < min(end, close)
    ]
    return tuple(sorted(both))
