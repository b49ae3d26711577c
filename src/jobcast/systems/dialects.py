"""Which batch system's configuration files somebody has, told by their names."""

import fnmatch
from collections.abc import Callable, Collection, Mapping
from pathlib import PurePath

from jobcast.errors import InputError
from jobcast.language import say
from jobcast.systems.dialect import Configuration
from jobcast.systems.loadleveler.configuration import read as read_loadleveler
from jobcast.systems.lsf.policy.reader import read as read_lsf
from jobcast.systems.slurm.policy import read as read_slurm

Read = Callable[[Mapping[str, str]], Configuration]

DIALECTS: Mapping[str, tuple[tuple[str, ...], Read]] = {
    "lsf": (("lsb.*", "lsf.*", "lshosts*"), read_lsf),
    "loadleveler": (("LoadL_*", "*/LoadL_config.local"), read_loadleveler),
    "slurm": (("slurm*.conf", "gres.conf", "node*.conf", "partition*.conf"), read_slurm),
}
"""Batch system to how its files are called, and its reader; a folder in front is that of a machine."""


def dialect_of(names: Mapping[str, object]) -> str:
    """Return the batch system whose files these are, by their names.

    Raises InputError where they are nobody's, or of several batch systems.
    """
    found = {
        system
        for name in names
        for system, (patterns, _) in DIALECTS.items()
        if any(fnmatch.fnmatchcase(PurePath(name).name, pattern) for pattern in patterns)
    }
    if len(found) != 1:
        raise InputError(
            say("dialect.which", files=", ".join(names)), hint=say("dialect.which_cure", known=known_names())
        )
    return found.pop()


def called(file: PurePath, files: Collection[PurePath]) -> str:
    """Return the name of one of some files for their reader, with the folder that is the machine it is of, if it is.

    A file that may be a machine's is one where no other lies beside it.
    """
    endings = [
        pattern.removeprefix("*/")
        for patterns, _ in DIALECTS.values()
        for pattern in patterns
        if "/" in pattern
    ]
    beside = any(other != file and other.parent == file.parent for other in files)
    return (
        f"{file.parent.name}/{file.name}"
        if file.name in endings and not beside and len(files) > 1
        else file.name
    )


def known_names() -> str:
    """Return how the files of each batch system are called, for people."""
    return "; ".join(f"{system}: {', '.join(patterns)}" for system, (patterns, _) in DIALECTS.items())


def read_configuration(texts: Mapping[str, str]) -> Configuration:
    """Read the files of one cluster, name to text.

    Raises InputError where they are not those of one batch system, ConfigError where they contradict themselves.
    """
    return DIALECTS[dialect_of(texts)][1](texts)
