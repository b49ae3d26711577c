"""How far an attempt has come: a file in its folder with a line for each step; the last line of a kind counts."""

import contextlib
import errno
import json
import os
from pathlib import Path
from typing import Any

PROGRESS = "progress"
TENDER, BEGAN, PHASE, ENDED = "tender", "began", "phase", "ended"
"""What is noted: who tends it, its first process, and what it is doing; how it ended, last."""


def note(folder: Path, what: str, value: dict[str, Any]) -> None:
    """Add what is known now. Raises OSError; then what was noted before still stands."""
    line = (
        f"\n{json.dumps({what: value})}\n".encode()
    )  # whatever a full disk took a part of stays a line of its own
    number = os.open(folder / PROGRESS, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        if os.write(number, line) < len(line):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    finally:
        os.close(number)


def noted(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the last of each kind, without what a power cut or a full disk left only a part of."""
    found: dict[str, dict[str, Any]] = {}
    with contextlib.suppress(FileNotFoundError):
        for line in (folder / PROGRESS).read_bytes().splitlines():
            with contextlib.suppress(ValueError, TypeError):
                found |= json.loads(line)
    return found


def has_any(folder: Path) -> bool:
    """Tell whether anything was ever noted, though it may be lost."""
    return (folder / PROGRESS).exists()
