"""Machines and a site's own rules, from what the command line names."""

import os
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path, PurePath

from jobcast.cli.screen import talk
from jobcast.errors import InputError
from jobcast.language import say
from jobcast.machine import Cluster
from jobcast.simulate.machines import parse_machines
from jobcast.simulate.setup import Setup
from jobcast.systems.dialect import Configuration, Standing
from jobcast.systems.dialects import DIALECTS, called, known_names, read_configuration
from jobcast.systems.keyword_lines import keyword_lines

_LARGEST_FILE = 16 << 20
"""Bytes; no configuration file is as large."""


def with_machines(setup: Setup, *, machines: str | None, system: tuple[Path, ...]) -> Setup:
    """Return the setup with the machines and rules that are named, telling which keywords don't shape them.

    Raises InputError for files that can't be read, and for machines that nobody understands.
    """
    cluster = None if machines is None else parse_machines(machines)
    if not system:
        return replace(setup, cluster=cluster)
    configuration = read_files(system)
    tell_keywords(configuration)
    if cluster is None and configuration.cluster.machines:
        cluster = configuration.cluster
    elif cluster is not None:
        cluster = Cluster(machines=cluster.machines, floating=configuration.cluster.floating)
    policy = replace(configuration.policy, external=False)  # that other program isn't there
    return replace(setup, policy=policy.name, system=policy, cluster=cluster)


def read_files(paths: tuple[Path, ...]) -> Configuration:
    """Read the configuration files of one cluster; a folder stands for those of its files that have a known name.

    Raises InputError for what can't be read, for two files of one name, and where they are not of one batch system.
    """
    return read_configuration(read_texts(paths))


def read_texts(paths: tuple[Path, ...]) -> dict[str, str]:
    """Return the texts of the same files by their names. Raises InputError likewise."""
    texts: dict[str, str] = {}
    files = [file for path in paths for file in (_known_in(path) if path.is_dir() else [path])]
    whole = [PurePath(os.path.abspath(file)) for file in files]  # noqa: PTH100 - a link keeps its own name
    for file, place in zip(files, whole, strict=True):
        name = called(place, whole)
        if name in texts:
            raise InputError(say("dialect.two_files", name=name), hint=say("dialect.two_files_cure"))
        texts[name] = _text(file)
    return texts


def _known_in(folder: Path) -> list[Path]:
    """Return the files of a folder that are called as those of some batch system; others lie beside them.

    Raises InputError where there are none.
    """
    patterns = [pattern for names, _ in DIALECTS.values() for pattern in names]
    try:
        files = sorted(file for file in folder.iterdir() if file.is_file())
        of_machines = [
            file for pattern in patterns if "/" in pattern for file in sorted(folder.glob(pattern))
        ]
    except OSError as error:
        raise _unreadable(folder, error) from error
    found = [file for file in files if any(fnmatchcase(file.name, pattern) for pattern in patterns)]
    if not found:
        raise InputError(
            say("dialect.empty_folder", path=folder), hint=say("dialect.which_cure", known=known_names())
        )
    return found + of_machines


def _text(file: Path) -> str:
    try:
        if file.stat().st_size > _LARGEST_FILE:
            raise InputError(say("dialect.large_file", path=file), hint=say("dialect.large_file_cure"))
        return file.read_text("utf-8", errors="replace")
    except OSError as error:
        raise _unreadable(file, error) from error


def _unreadable(path: Path, error: OSError) -> InputError:
    return InputError(say("dialect.no_file", path=path, why=error.strerror), hint=say("dialect.no_file_cure"))


def tell_keywords(configuration: Configuration) -> None:
    """Say how many keywords were understood, and those that were not, one by one."""
    counts = dict.fromkeys(Standing, 0)
    for keyword in configuration.keywords:
        counts[keyword.standing] += 1
    talk(say("dialect.keywords", **{str(standing): counts[standing] for standing in Standing}))
    for line in keyword_lines(configuration.keywords):
        talk(f"  {line}")
