"""What every command starts from: the settings, and what follows from them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from jobcast import config
from jobcast.cli.frame import BadValueError
from jobcast.language import say

if TYPE_CHECKING:  # these pull in Polars, which commands that only talk do without
    from collections.abc import Mapping

    from jobcast.store import Store
    from jobcast.systems.base import Site


@dataclass(frozen=True, kw_only=True)  # without slots: it remembers what it was asked for
class Session:
    """One run of the program."""

    flags: Mapping[str, str | None] = field(default_factory=dict)
    """Settings given before the command, by name."""

    @cached_property
    def settings(self) -> config.Config:
        """Return the settings. Raises ConfigError."""
        return config.load(self.flags)

    def configured(self, **flags: str | None) -> config.Config:
        """Return the settings with those that a command's own flags set; a flag is named as the setting's last part.

        Raises BadValueError where such a flag has a value that can't be, ConfigError where a file or variable has.
        """
        for name, text in flags.items():
            if text is not None:
                _see(name, text)
        return config.load({**self.flags, **flags})

    @cached_property
    def store(self) -> Store:
        """Return the history. Raises StoreError."""
        from jobcast.store import Store  # noqa: PLC0415

        return Store(self.settings[config.STORE])


def _see(name: str, text: str) -> None:
    try:
        config.SETTINGS[name].read(text)
    except ValueError as error:
        meaning = say(f"setting.{name}")
        flag = name.rpartition(".")[2]
        raise BadValueError(flag, say("frame.not_a_value", text=text, why=error), hint=meaning) from error


def site(settings: config.Config, **known: object) -> Site:
    """Return what the settings, and what else is `known`, say about a source that says it not itself."""
    from jobcast.systems.base import Site  # noqa: PLC0415

    return Site(
        cluster=settings[config.CLUSTER],
        timezone=settings[config.TIMEZONE],
        memory_unit=settings[config.MEMORY_UNIT],
        **known,  # type: ignore[arg-type]
    )
