"""Compares what the program prints with what it should, but for times and the last digits of figures.

Forecasts come from floating-point sums, whose last digit may differ from one kind of processor to another.
"""

import re

_TIME = re.compile(r" *\d+\.\d s$", re.MULTILINE)
_FIGURE = re.compile(r"\d[\d,]*(?:\.\d+)?")
_NEAR = 0.03


def masked(text: str) -> str:
    """Return the text with times hidden and with single blanks, as figures of other lengths move them."""
    return re.sub(r" +", " ", _TIME.sub(" _ s", text)).strip()


def differences(expected: str, found: str) -> list[str]:
    """Name the lines that differ, each as it should be and as it is; none when the texts are alike."""
    before, after = masked(expected).splitlines(), masked(found).splitlines()
    if len(before) != len(after):
        return [f"{len(before)} lines became {len(after)}", *after]
    return [f"{was!r} became {now!r}" for was, now in zip(before, after, strict=True) if not _alike(was, now)]


def _alike(one: str, other: str) -> bool:
    if _FIGURE.sub("#", one) != _FIGURE.sub("#", other):
        return False
    pairs = zip(_FIGURE.findall(one), _FIGURE.findall(other), strict=True)
    return all(_near(first, second) for first, second in pairs)


def _near(first: str, second: str) -> bool:
    """Tell whether two figures differ by no more than a few percent, or by one in the last digit."""
    one, other = (float(text.replace(",", "")) for text in (first, second))
    last_digit = 10.0 ** -len(first.partition(".")[2])
    return abs(one - other) <= max(_NEAR * max(one, other), last_digit * 1.001)
