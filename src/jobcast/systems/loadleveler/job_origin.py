"""From where a job command file is submitted, and with what."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from jobcast.program import Limits

SHELL = "/bin/sh"
"""Of those who have none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """From where a job is submitted, and with what."""

    host: str = ""
    """Name of the machine."""
    home: str = "/"
    """Home directory of whoever submits."""
    shell: str = SHELL
    """Login shell."""
    directory: str = "/"
    """Absolute; the current one."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Of whoever submits."""
    umask: int = 0o022
    """Of whoever submits."""
    limits: Limits = field(default_factory=dict)
    """Of the process that submits, where they are known: what ``copy`` stands for."""
    script: str = ""
    """Text of the job command file, which is run where it names no executable."""
    file: str = ""
    """Its name."""
