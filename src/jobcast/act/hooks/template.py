"""Stubs are templates beside this file, in which ``@NAME@`` stands for a value."""

import math
import re
import shlex
from collections.abc import Mapping
from pathlib import Path

from jobcast.act.hooks.base import Address
from jobcast.errors import ConfigError
from jobcast.language import say

_PLACE = re.compile(r"@([A-Z_]+)@")
_URL = re.compile(r"https?://[^\s/?#@]+/?")


def fill(name: str, values: Mapping[str, str]) -> str:
    """Return the template with its values, which are quoted already as its language wants them.

    Raises KeyError where the template names a value that is not given.
    """
    text = (Path(__file__).parent / "stubs" / name).read_text("utf-8")
    return _PLACE.sub(lambda place: values[place[1]], text)


def values_of(name: str, text: str) -> dict[str, str]:
    """Return the values that a text made by `fill` holds, quoted as they stand there.

    Raises ValueError where a line that holds some is not there.
    """
    template = (Path(__file__).parent / "stubs" / name).read_text("utf-8")
    found: dict[str, str] = {}
    for line in filter(_PLACE.search, template.splitlines()):
        pieces = _PLACE.split(line)  # names at odd places
        pattern = "".join(
            f"(?P<{piece}>.*)" if number % 2 else re.escape(piece) for number, piece in enumerate(pieces)
        )
        match = re.search(f"^{pattern}$", text, re.MULTILINE)
        if match is None:
            raise ValueError(line)
        found |= match.groupdict()
    return found


def shell_address(values: Mapping[str, str]) -> Address:
    """Return what `shell_values` was made from. Raises ValueError where it can't be."""
    plain = {name: " ".join(shlex.split(value)) for name, value in values.items()}
    return Address(
        socket=path_of(plain["SOCKET"]),
        url=plain["URL"] or None,
        token_file=path_of(plain["TOKEN_FILE"]),
        certificate=path_of(plain["CERTIFICATE"]),
        deadline_s=float(plain["DEADLINE"]),
    )


def path_of(text: str) -> Path | None:
    """Return the path that a stub names, if it names one."""
    return Path(text) if text else None


def shell_values(address: Address) -> dict[str, str]:
    """Return the values of stubs for a shell, each quoted for it. Raises ConfigError where the URL is none."""
    values = {
        "SOCKET": str(address.socket or ""),
        "URL": checked_url(address.url) if address.url else "",
        "TOKEN_FILE": str(address.token_file or ""),
        "CERTIFICATE": str(address.certificate or ""),
        "DEADLINE": f"{address.deadline_s:.3f}",
        "WHOLE_DEADLINE": str(math.ceil(address.deadline_s)),
    }
    return {name: shlex.quote(value) for name, value in values.items()}


def checked_url(url: str) -> str:
    """Return the URL of a service without a slash at its end. Raises ConfigError where it is none."""
    if not _URL.fullmatch(url):
        raise ConfigError(say("hook_install.bad_url", url=url), hint=say("hook_install.bad_url_cure"))
    return url.rstrip("/")
