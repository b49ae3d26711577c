"""What LoadLeveler needs so that it asks jobcast at submission: a submit filter on the hosts that run llsubmit.

Whoever submits runs it, so all must be able to read it, and the token where there is one. Written after
"Using and Administering LoadLeveler", filtering a job script; not run against a real LoadLeveler.
"""

from collections.abc import Mapping
from pathlib import Path

from jobcast.act.hooks.base import Address, Plan, StubFile
from jobcast.act.hooks.template import fill, shell_address, shell_values, values_of
from jobcast.language import phrase

_TEMPLATE = "loadleveler_filter.sh"
_FILE = "jobcast-submit-filter"
_FOLDER = Path("/usr/local/bin")


class LoadLevelerStub:
    """How the hook of LoadLeveler is installed."""

    name = "loadleveler"

    def usual_folder(self, environment: Mapping[str, str]) -> Path:  # noqa: ARG002 - as the contract has it
        """Return a directory of programs; LoadLeveler asks for no certain place."""
        return _FOLDER

    def plan(self, address: Address, folder: Path) -> Plan:
        """Return the filter for `folder`."""
        file = self.file(folder)
        return Plan(
            files=(StubFile(path=file, content=fill(_TEMPLATE, shell_values(address)), mode=0o755),),
            by_hand=(
                phrase("hook_loadleveler.everywhere", file=file),
                phrase("hook_loadleveler.settings", file=file),
                phrase("hook_loadleveler.another"),
                phrase("hook_loadleveler.classes"),
                phrase("hook_loadleveler.reconfigure"),
                phrase("hook_loadleveler.attempt", file=file),
            ),
            undo=(phrase("hook_loadleveler.undo", file=file), phrase("hook_loadleveler.reconfigure")),
        )

    def file(self, folder: Path) -> Path:
        """Return the filter."""
        return folder / _FILE

    def read(self, text: str) -> Address:
        """Return what the filter says."""
        return shell_address(values_of(_TEMPLATE, text))
