"""What a step runs: program, files, environment, limits, and whom it tells.

"Job command file keyword descriptions" in Using and Administering LoadLeveler: names of files that don't begin with a
slash are seen from the initial directory, which is that of the submission where none is named.
"""

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass

from jobcast.language import say
from jobcast.program import NOWHERE, Limits, Program
from jobcast.schedule.job import BatchJob
from jobcast.systems.loadleveler.job_binding import read_affinity, read_threads
from jobcast.systems.loadleveler.job_environment import NOTHING, Login, Wish, environment_of, read_environment
from jobcast.systems.loadleveler.job_origin import SHELL, Origin
from jobcast.systems.loadleveler.job_step import JobStep
from jobcast.systems.loadleveler.process_limits import JOB_CPU, NONE, OF_PROCESSES, Bounds, reader, within
from jobcast.systems.loadleveler.site import ClassRules
from jobcast.systems.loadleveler.statement import RefusedError, Statement
from jobcast.systems.loadleveler.values import NO_TIME_LIMIT, one_of, shown, time_limit
from jobcast.systems.loadleveler.words import read_arguments

NOTIFICATIONS = ("always", "error", "start", "never", "complete")
_UNLIMITED: Bounds = (None, None)
_OF_SYSTEM = {"file_limit": "fsize"}
"""Keyword to the name that setrlimit(2) has, where it isn't the same."""
NOT_INHERITED = frozenset({"step_name", "dependency"})
"""Keywords that hold for one step alone."""
_NO_ARGUMENTS: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class JobProgram:
    """What a step runs, and whom it tells."""

    program: Program
    """What is run."""
    command: str
    """As its owner would write it, without arguments."""
    kind: str
    """``serial`` or ``parallel``, ``mpich``, ...: ``job_type``."""
    job_name: str
    """``job_name``; empty where it isn't said."""
    step_name: str
    """Its number where it has no name."""
    comment: str
    """For people, and accounting."""
    soft_run_limit: int | None = None
    """Seconds of running after which it is warned; None for never. Where its hard limit comes first, that ends it."""
    notification: str
    """One of `NOTIFICATIONS`."""
    notify_user: str
    """Who is told; empty for the owner."""
    keywords: Mapping[str, str]
    """All that is said of the step, with variables filled in, but for the values of its environment."""
    statements: Mapping[str, Statement]
    """Where each of them stands."""


def read_program(step: JobStep, job: BatchJob, rules: ClassRules, origin: Origin) -> JobProgram:
    """Return what a step runs that is `job` for the scheduler; `rules` are those of its class."""
    wish = step.read("environment", read_environment, NOTHING)
    keywords = {key: step.text(key) for key in step.said.everything() if _holds(step, key)}
    if "environment" in keywords:
        keywords["environment"] = wish.without_values()
    return JobProgram(
        program=_program(step, job, rules, origin, wish),
        command=step.text("executable") or origin.file,
        kind=step.read("job_type", lambda text: text.strip().lower(), "serial"),
        job_name=step.text("job_name"),
        step_name=step.variables["step_name"],
        comment=step.text("comment").strip('"'),
        soft_run_limit=rules.soft_run_limit(step.read("wall_clock_limit", time_limit, NO_TIME_LIMIT)),
        notification=step.read("notification", one_of(*NOTIFICATIONS), "complete"),
        notify_user=step.text("notify_user"),
        keywords=keywords,
        statements={key: each for key, each in step.said.everything().items() if key in keywords},
    )


def _holds(step: JobStep, key: str) -> bool:
    """Tell whether a keyword says something of that step, itself or from one before."""
    return step.says(key) and (key not in NOT_INHERITED or step.said.own(key) is not None)


def _program(step: JobStep, job: BatchJob, rules: ClassRules, origin: Origin, wish: Wish) -> Program:
    directory = posixpath.join(origin.directory, step.text("initialdir"))
    executable = step.text("executable")
    output = _file(step, "output", directory)
    error = _file(step, "error", directory)
    arguments = step.read("arguments", read_arguments, _NO_ARGUMENTS)
    login = Login(user=job.user, home=origin.home, shell=origin.shell)
    return Program(
        arguments=(posixpath.join(directory, executable), *arguments) if executable else arguments,
        script="" if executable else origin.script,
        shell=step.read("shell", _absolute, origin.shell or SHELL),
        directory=directory.rstrip("/") or "/",
        environment=read_threads(step) | environment_of(wish, origin.environment, login),
        input=_file(step, "input", directory),
        output=output,
        error=output if posixpath.normpath(error) == posixpath.normpath(output) else error,
        umask=origin.umask,
        limits=_limits(step, rules, origin.limits),
        job_cpu_limit=_limit(step, JOB_CPU, rules, origin.limits) or _UNLIMITED,
        nice=rules.nice,
        affinity=read_affinity(step, job.demand),
    )


def _file(step: JobStep, key: str, directory: str) -> str:
    """Return the absolute path of a file; nowhere where none is named."""
    return posixpath.join(directory, step.text(key) or NOWHERE)


def _absolute(text: str) -> str:
    if not text.strip().startswith("/"):
        raise RefusedError(say("loadleveler.no_absolute", value=shown(text)))
    return text.strip()


def limits_within(keywords: Mapping[str, str], rules: ClassRules, now: Limits) -> tuple[Limits, Bounds]:
    """Return the limits of a step that says these keywords, of processes and of all together, in another class.

    What it copied is what it has `now`. Raises RefusedError where it says more than that class gives.
    """
    found = {}
    for key in (*OF_PROCESSES, JOB_CPU):
        try:
            own = reader(key)(keywords[key]) if key in keywords else NONE
            found[key] = within(own, rules.limits.get(key, NONE), now.get(_name(key)))
        except RefusedError as error:
            raise RefusedError(say("loadleveler.of_file", file=key, reason=error.message)) from None
    of_all = found.pop(JOB_CPU)
    return _named(found), of_all or _UNLIMITED


def _limits(step: JobStep, rules: ClassRules, theirs: Limits) -> Limits:
    return _named({key: _limit(step, key, rules, theirs) for key in OF_PROCESSES})


def _named(limits: Mapping[str, Bounds | None]) -> Limits:
    """Return the limits that are said, by the names that setrlimit(2) has."""
    return {_name(key): limit for key, limit in limits.items() if limit}


def _name(key: str) -> str:
    return _OF_SYSTEM.get(key, key.removesuffix("_limit"))


def _limit(step: JobStep, key: str, rules: ClassRules, theirs: Limits) -> Bounds | None:
    own = step.read(key, reader(key), NONE)
    copied = theirs.get(_name(key))
    if own.copies and copied is None:
        step.correct(key, say("loadleveler.no_copy"))
    try:
        return within(own, rules.limits.get(key, NONE), copied)
    except RefusedError as error:
        step.refuse(key, error)
        return None
