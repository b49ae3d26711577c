"""Stubs are templates beside this file, in which ``@NAME@`` stands for a value."""

import re
from collections.abc import Mapping
from pathlib import Path

_PLACE = re.compile(r"@([A-Z_]+)@")


def fill(name: str, values: Mapping[str, str]) -> str:
    """Return the template with its values, which are quoted already as its language wants them.

    Raises KeyError where the template names a value that is not given.
    """
    text = (Path(__file__).parent / "stubs" / name).read_text("utf-8")
    return _PLACE.sub(lambda place: values[place[1]], text)
