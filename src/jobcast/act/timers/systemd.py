"""Units for systemd: the service, and a timer with a service for each piece of periodic work."""

import re
from pathlib import Path

from jobcast.act.timers.base import Work

FOLDER = Path("/etc/systemd/system")
"""Where an administrator's units belong."""
MARK = "# Written by jobcast timers install."
"""How each of our files begins."""
_TEMPLATES = Path(__file__).parent / "units"
_PLACE = re.compile(r"@([A-Z]+)@")

NAMES = (
    "jobcast-serve.service",
    *(
        f"jobcast-{work}.{kind}"
        for work in ("sample", "refresh", "train", "report")
        for kind in ("service", "timer")
    ),
)
"""Every unit, in the order in which they are shown."""
STARTED = tuple(name for name in NAMES if name.endswith(".timer") or name == NAMES[0])
"""Those to enable; the others are started by them."""


def units(work: Work) -> dict[str, str]:
    """Return the text of each unit by its name."""
    values = {
        "COMMAND": " ".join(map(_argument, work.command)),
        "REPORT": _argument(str(work.report)),
        "USER": work.user.replace("%", "%%"),
        "STORE": _quoted(str(work.store)),
        "ENVIRONMENT": "\n".join(
            f"Environment={_quoted(f'{name}={value}')}" for name, value in work.environment.items()
        ),
    }
    values["COMMON"] = _filled(_template("common"), values).rstrip("\n")
    values["HARDENED"] = _template("hardened").rstrip("\n")
    return {name: _filled(_template(name), values) for name in NAMES}


def _template(name: str) -> str:
    return (_TEMPLATES / name).read_text("utf-8")


def _filled(template: str, values: dict[str, str]) -> str:
    """Fill the places; a line that was nothing but an empty one goes."""
    kept = (line for line in template.splitlines() if values.get(line.strip("@"), "-"))
    return "".join(_PLACE.sub(lambda place: values[place[1]], line) + "\n" for line in kept)


def _quoted(text: str) -> str:
    r"""Quote for systemd, which knows ``\`` within quotes, and ``%`` everywhere."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"'


_PLAIN = re.compile(r"[\w@+=:,./-]+", re.ASCII)


def _argument(text: str) -> str:
    """Quote a word of a command line, in which ``$`` begins a variable."""
    return text if _PLAIN.fullmatch(text) else _quoted(text).replace("$", "$$")
