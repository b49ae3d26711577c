"""LoadLeveler's configuration files, told apart by their names."""

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass

from jobcast.errors import ConfigError
from jobcast.language import say

CONFIG, LOCAL, ADMIN = "LoadL_config", "LoadL_config.local", "LoadL_admin"


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteFiles:
    """Which text is what."""

    everywhere: dict[str, str]
    """Name to text of what holds for all machines."""
    of_machines: dict[str, dict[str, str]]
    """Machine to name to text of its own files."""
    admin: dict[str, str]
    """Name to text."""

    @staticmethod
    def of(texts: Mapping[str, str]) -> "SiteFiles":
        """Sort files by their names. Raises ConfigError where one has no name of LoadLeveler's.

        A LoadL_config.local beside the other files holds for all machines, one in a folder of its own for that machine.
        """
        shared = {posixpath.dirname(name) for name in texts if posixpath.basename(name) in {CONFIG, ADMIN}}
        config: dict[str, str] = {}
        local: dict[str, str] = {}
        own: dict[str, dict[str, str]] = {}
        admin: dict[str, str] = {}
        for name, text in texts.items():
            folder, base = posixpath.split(name)
            machine = base.removeprefix(CONFIG).removeprefix(".local").removeprefix(".")
            if base.startswith(ADMIN):
                admin[name] = text
            elif not base.startswith(CONFIG):
                raise ConfigError(say("loadleveler.no_file", name=name), hint=say("loadleveler.no_file_cure"))
            elif base == CONFIG:
                config[name] = text
            elif base == LOCAL and (not folder or folder in shared):
                local[name] = text
            else:
                own.setdefault(machine or posixpath.basename(folder), {})[name] = text
        return SiteFiles(everywhere={**config, **local}, of_machines=own, admin=admin)
