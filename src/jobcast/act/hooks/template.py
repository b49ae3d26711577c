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
