"""Where a job of ``bsub`` runs and writes, and with which environment.

Source: bsub(1), options -cwd, -e, -eo, -env, -i, -is, -o, -oo; patterns
``%J`` (job), ``%I`` (index in its array), and for -cwd also ``%P`` (project), ``%U`` (user) and ``%G`` (group).
"""

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass

from jobcast.errors import ConfigError
from jobcast.language import say
from jobcast.program import NOWHERE
from jobcast.schedule.job import BatchJob


@dataclass(frozen=True, kw_only=True, slots=True)
class Files:
    """Where output goes."""

    output: str
    error: str
    append: bool
    """Whether it is added to what is there."""


def job_and_index(job: BatchJob) -> tuple[str, str]:
    """Return what ``%J`` and ``%I`` stand for; the index is 0 without an array."""
    return (job.array, job.id.removeprefix(job.array).strip("[]")) if job.array else (job.id, "0")


def output_of(values: Mapping[str, str], job: BatchJob) -> Files:
    """Return the files of ``-o``, ``-oo``, ``-e`` and ``-eo``; without -e errors go where the output goes.

    LSF mails what has no file; here it goes nowhere. Raises ConfigError where one file is to be added to and the other
    written over.
    """
    output, over = _file(values, ("-o", "-oo"), "out", job)
    error, error_over = _file(values, ("-e", "-eo"), "err", job)
    if output and error and over != error_over:
        raise ConfigError(say("lsf_intake.append_or_not"), hint=say("lsf_intake.append_or_not_cure"))
    return Files(
        output=output or NOWHERE,
        error=error or output or NOWHERE,
        append=not (over if output else error_over),
    )


def input_of(values: Mapping[str, str], job: BatchJob) -> str:
    """Return the file of ``-i`` or ``-is``, which is not copied when the job is submitted."""
    return _of_job(values.get("-i", values.get("-is", NOWHERE)), job)


def _file(
    values: Mapping[str, str], options: tuple[str, str], ending: str, job: BatchJob
) -> tuple[str, bool]:
    """Return one file, empty for none, and whether it is written over; a folder gets a file named by the job."""
    adds, over = (values.get(option, "") for option in options)
    path = over or adds
    if path.endswith("/"):
        path += f"%J.{ending}" if not job.array else f"%J.%I.{ending}"
    return _of_job(path, job), bool(over)


def _of_job(path: str, job: BatchJob) -> str:
    return _filled(path, dict(zip("JI", job_and_index(job), strict=True)))


def place(pattern: str, job: BatchJob, directory: str, home: str) -> str:
    """Return where the job begins: ``-cwd``, seen from where it was submitted."""
    number, index = job_and_index(job)
    asked = _filled(pattern, {"J": number, "I": index, "P": job.project, "U": job.user, "G": job.group})
    if re.match(r"\$HOME(?:/|$)", asked):
        asked = home + asked.removeprefix("$HOME")
    return posixpath.normpath(posixpath.join(directory, asked))


def _filled(path: str, meanings: Mapping[str, str]) -> str:
    """Put values in the places of patterns, in one go, so that none comes out of a value."""
    return re.sub("%([A-Z])", lambda at: meanings.get(at[1], at[0]), path)


_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def environment_of(wanted: str, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment that ``-env`` leaves: ``all`` or ``none``, then ``NAME``, ``NAME=value`` and ``~NAME``.

    Raises ConfigError for what is none of these.
    """
    words = [word.strip() for word in wanted.split(",") if word.strip()] or ["all"]
    found: dict[str, str] = {}
    for word in words:
        name, equals, value = word.lstrip("~").strip().partition("=")
        if word in {"all", "none"}:
            found = dict(environment) if word == "all" else {}
        elif not _NAME.fullmatch(name):
            raise ConfigError(say("lsf_bsub.bad_option", option="-env"), hint=say("lsf_intake.wanted_env"))
        elif word.startswith("~"):
            found.pop(name, None)
        elif equals:
            found[name] = value
        elif name in environment:
            found[name] = environment[name]
    return found
