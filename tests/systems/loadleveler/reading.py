"""Shorthands for reading configuration files in tests."""

from pathlib import Path

from jobcast.systems.dialect import Configuration, Standing
from jobcast.systems.loadleveler.configuration import read

RECORDINGS = Path(__file__).parents[2] / "recordings" / "loadleveler"


def recorded(folder: str) -> dict[str, str]:
    """Return file name to text of a recorded site."""
    return {name: (RECORDINGS / folder / name).read_text("utf-8") for name in ("LoadL_config", "LoadL_admin")}


def config(*lines: str, admin: str = "") -> Configuration:
    """Read LoadL_config of some lines."""
    texts = {"LoadL_config": "\n".join(lines)}
    return read({**texts, "LoadL_admin": admin} if admin else texts)


def made(configuration: Configuration) -> list[tuple[str, Standing, str]]:
    """Return what was made of each keyword."""
    return [(each.name, each.standing, each.reason) for each in configuration.keywords]


def odd(configuration: Configuration) -> list[tuple[str, Standing, str]]:
    """Return what was made of each keyword that isn't simply understood or ignored."""
    plain = {Standing.UNDERSTOOD, Standing.IGNORED}
    return [each for each in made(configuration) if each[1] not in plain]
