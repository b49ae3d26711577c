"""What LSF needs so that it asks jobcast at submission: an esub in LSF_SERVERDIR of the hosts that run bsub.

Whoever submits runs it, so all must be able to read it, and the token where there is one. Nothing counts what it
could not ask: the esub may write nowhere that all users share. Such jobs have no ``jobcast=`` in their description.
"""

from collections.abc import Mapping
from pathlib import Path

from jobcast.act.hooks.base import Address, Plan, StubFile
from jobcast.act.hooks.template import fill, shell_address, shell_values, values_of
from jobcast.errors import ConfigError
from jobcast.language import phrase, say

_FILE = "esub.jobcast"


class LsfStub:
    """How the hook of LSF is installed."""

    name = "lsf"

    def usual_folder(self, environment: Mapping[str, str]) -> Path:
        """Return the directory that LSF_SERVERDIR names."""
        named = environment.get("LSF_SERVERDIR")
        if not named:
            raise ConfigError(say("hook_lsf.no_folder"), hint=say("hook_lsf.no_folder_cure"))
        return Path(named)

    def plan(self, address: Address, folder: Path) -> Plan:
        """Return the esub for `folder`."""
        file = self.file(folder)
        return Plan(
            files=(StubFile(path=file, content=fill(_FILE, shell_values(address)), mode=0o755),),
            by_hand=(
                phrase("hook_lsf.everywhere", file=file),
                phrase("hook_lsf.settings"),
                phrase("hook_lsf.reconfigure"),
                phrase("hook_lsf.attempt"),
            ),
            undo=(phrase("hook_lsf.undo"), phrase("hook_lsf.reconfigure")),
        )

    def file(self, folder: Path) -> Path:
        """Return the esub."""
        return folder / _FILE

    def read(self, text: str) -> Address:
        """Return what the esub says."""
        return shell_address(values_of(_FILE, text))
