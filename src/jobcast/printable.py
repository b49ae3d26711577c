"""Text of others on a screen: harmless, and as wide as a terminal draws it."""

import unicodedata

_COMMANDING = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Control, format (also what reverses text), surrogate, private, unassigned, line separator."""


def printable(text: str) -> str:
    """Return `text` with all that could command a terminal or break the line spelt out as an escape."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        character.encode("unicode_escape").decode()
        if unicodedata.category(character) in _COMMANDING
        else character
        for character in text
    )


def cell_width(text: str) -> int:
    """Return how many columns of a terminal `text` takes; a Chinese character takes two."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )
