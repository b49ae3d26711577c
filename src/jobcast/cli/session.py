"""What every command starts from: the settings, and what follows from them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from jobcast import config

if TYPE_CHECKING:  # these pull in Polars, which commands that only talk do without
    from collections.abc import Mapping

    from jobcast.store import Store
    from jobcast.systems.base import Site


@dataclass
class Session:
    """One run of the program."""

    flags: Mapping[str, str | None] = field(default_factory=dict)
    """Settings given before the command, by name."""

    @cached_property
    def settings(self) -> config.Config:
        """Return the settings. Raises ConfigError."""
        return config.load(self.flags)

    def configured(self, **flags: str | None) -> config.Config:
        """Return the settings with those that a command's own flags set. Raises ConfigError."""
        return config.load({**self.flags, **flags})

    @cached_property
    def store(self) -> Store:
        """Return the history. Raises StoreError."""
        from jobcast.store import Store  # noqa: PLC0415

        return Store(self.settings[config.STORE])


def site(settings: config.Config, **known: object) -> Site:
    """Return what the settings, and what else is `known`, say about a source that says it not itself."""
    from jobcast.systems.base import Site  # noqa: PLC0415

    return Site(
        cluster=settings[config.CLUSTER],
        timezone=settings[config.TIMEZONE],
        memory_unit=settings[config.MEMORY_UNIT],
        **known,  # type: ignore[arg-type]
    )
