"""What programs of an attempt find: their environment and their arguments."""

import os
from collections.abc import Mapping
from pathlib import Path

from jobcast.act.starter.launch import Launch, Owner
from jobcast.act.starter.spool import HOSTS
from jobcast.act.starter.wanted import Wanted

FOLDER = "JOBCAST_FOLDER"
"""Variable of the environment by which processes of an attempt are found that have left it."""
_CODES = {
    "prolog": "LOADL_PROLOG_EXIT_CODE",
    "user_prolog": "LOADL_USER_PROLOG_EXIT_CODE",
    "job": "LOADL_JOB_STEP_EXIT_CODE",
    "user_epilog": "LOADL_USER_EPILOG_EXIT_CODE",
}


def told(wanted: Wanted, folder: Path, pid: int, exits: Mapping[str, int]) -> dict[str, str]:
    """Return what all programs of an attempt are told of it, and of those that ran before them.

    Its `folder` tells its processes from all others; `pid` is the job's, 0 before it began.
    """
    return {
        "LOADL_PROCESSOR_LIST": " ".join(wanted.hosts),
        "LSB_DJOB_HOSTFILE" if "LSB_HOSTS" in wanted.told else "LOADL_HOSTFILE": str(folder / HOSTS),
        **wanted.told,
        **({"LOADL_PID": str(pid)} if pid else {}),
        **{_CODES[name]: str(code) for name, code in exits.items() if name in _CODES},
        FOLDER: str(folder),
    }


def launch_of_site(arguments: tuple[str, ...], environment: Mapping[str, str], output: int) -> Launch:
    """Return a prolog or epilog that runs as we do: nothing in its surroundings is the job owner's choice."""
    return Launch(
        arguments=arguments,
        environment={"PATH": os.defpath, **environment},
        directory="/",
        output=output,
        error=output,
        limits={},
    )


def launch_of_owner(
    wanted: Wanted, owner: Owner, arguments: tuple[str, ...], environment: Mapping[str, str], output: int
) -> Launch:
    """Return a user prolog or user epilog: it runs where the job does, as its owner."""
    return Launch(
        arguments=arguments,
        environment={**wanted.environment, **environment},
        directory=wanted.directory,
        output=output,
        error=output,
        umask=wanted.umask,
        owner=owner,
        limits=wanted.limits,
    )


def launch_of_job(
    wanted: Wanted, owner: Owner, script: Path, environment: Mapping[str, str], cpus: frozenset[int]
) -> Launch:
    """Return the job itself."""
    arguments = wanted.arguments
    if wanted.script:
        by_itself = wanted.script.startswith("#!")
        arguments = (*(() if by_itself else (wanted.shell,)), str(script), *arguments)
    return Launch(
        arguments=arguments,
        environment={**wanted.environment, **environment},
        directory=wanted.directory,
        input=wanted.input,
        output=wanted.output,
        error=wanted.error,
        append=wanted.append,
        umask=wanted.umask,
        owner=owner,
        limits=wanted.limits,
        nice=wanted.nice,
        cpus=cpus,
    )


def variables(text: str) -> dict[str, str]:
    """Return what the lines ``env NAME=value`` of a user prolog say."""
    found = {}
    for line in text.splitlines():
        word, _, rest = line.partition(" ")
        name, equals, value = rest.partition("=")
        if word == "env" and equals and name:
            found[name] = value
    return found
