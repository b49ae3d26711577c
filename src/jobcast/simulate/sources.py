"""A digest of sources that are compiled together.

numba keeps the machine code of a function until its own file changes, but not until one changes whose functions it
calls. So each engine gives all its functions a type with this digest in its name.
"""

import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path


def digest(files: Iterable[Path]) -> str:
    """Return sixteen letters that are others whenever one of these files, or how they are compiled, is."""
    return _digest((Path(__file__).parent / "compiling.py", *sorted(files)))


@cache
def _digest(files: tuple[Path, ...]) -> str:
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]
