"""Job command files, read into the jobs that the scheduler sees: one for each step.

A job that asks for what it can't get, or in words that can't be understood, is refused as a whole, as llsubmit does;
unknown keywords, which LoadLeveler doesn't take either, are faults of what is submitted for good, and elsewhere told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from jobcast.language import say
from jobcast.schedule.job import BatchJob
from jobcast.systems.dialect import Keyword, Standing
from jobcast.systems.loadleveler.job_begin import read_begin
from jobcast.systems.loadleveler.job_checks import refusals
from jobcast.systems.loadleveler.job_demand import read_demand
from jobcast.systems.loadleveler.job_dependency import read_dependency, read_step_name
from jobcast.systems.loadleveler.job_keywords import JOB
from jobcast.systems.loadleveler.job_origin import Origin
from jobcast.systems.loadleveler.job_places import QUEUE, placed
from jobcast.systems.loadleveler.job_program import JobProgram, read_program
from jobcast.systems.loadleveler.job_step import JobStep
from jobcast.systems.loadleveler.job_variables import step_variables
from jobcast.systems.loadleveler.said import Said
from jobcast.systems.loadleveler.site import Site
from jobcast.systems.loadleveler.statement import RefusedError, Report, Statement
from jobcast.systems.loadleveler.values import NO_TIME_LIMIT, one_of, shown, time_limit, truth, whole_from

_HOLDS = {"user": "user", "system": "system", "usersys": "user system"}


@dataclass(frozen=True, kw_only=True, slots=True)
class JobSubmission:
    """Who submits a job command file."""

    id: str
    """Of the job, e.g. ``n01.12``; its steps are ``n01.12.0``, ``n01.12.1``, ..."""
    user: str
    """Who submits it."""
    at: datetime
    """When, in the zone in which ``startdate`` is written."""
    file: str = "job command file"
    """Its name, for the report."""
    origin: Origin = field(default_factory=Origin)
    """From where, and with what."""


@dataclass(frozen=True, kw_only=True, slots=True)
class JobCommandFile:
    """What a job command file says."""

    jobs: tuple[BatchJob, ...] = ()
    """One for each step, in their order; none where the job is refused."""
    programs: tuple[JobProgram, ...] = ()
    """What each of them runs."""
    keywords: tuple[Keyword, ...] = ()
    """Every one that stands in the file, in their order, with the number of its step as section."""
    refusals: tuple[str, ...] = ()
    """Why the job is refused, in the language spoken now; empty where it isn't."""
    faults: tuple[str, ...] = ()
    """Likewise, with the keywords that LoadLeveler doesn't know, in the order in which they stand."""
    warnings: tuple[str, ...] = ()
    """What counts not as it stands, or not at all, or is no statement, with its place."""


def read_job(text: str, site: Site, submission: JobSubmission) -> JobCommandFile:
    """Read a job command file as it would be submitted; times are seconds of the epoch."""
    try:
        statements = placed(text.encode("utf-8", "replace"), submission.file)
    except RefusedError as error:
        fault = _of_file(submission.file, error.message)
        return JobCommandFile(refusals=(fault,), faults=(fault,))
    report = Report()
    reading = _Reading(site=site, submission=submission, report=report)
    reading.steps(statements)
    no_step = () if reading.jobs else (_of_file(submission.file, say("loadleveler.no_queue")),)
    reasons = (*report.refusals(), *no_step)
    return JobCommandFile(
        jobs=() if reasons else tuple(reading.jobs),
        programs=() if reasons else tuple(reading.programs),
        keywords=report.keywords(),
        refusals=reasons,
        faults=(*report.told(Standing.REFUSED, Standing.UNKNOWN), *no_step),
        warnings=(
            *report.told(Standing.CORRECTED, Standing.IGNORED),
            *report.told(Standing.UNKNOWN, named=False),
        ),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Reading:
    """A job while its file is read."""

    site: Site
    submission: JobSubmission
    report: Report
    jobs: list[BatchJob] = field(default_factory=list)
    """Of each step so far, as far as nothing is refused."""
    programs: list[JobProgram] = field(default_factory=list)
    """Likewise."""

    def steps(self, statements: Sequence[Statement]) -> None:
        """Read each step."""
        steps: dict[str, str] = {}
        own: list[Statement] = []
        said = Said((), self.report)
        for each in statements:
            if self._is_read(each):
                own.append(each)
            if each.key == QUEUE:
                said, own = Said(own, self.report, said), []
                self._step(said, each, steps)
        for each in own:
            self.report.ignore(each, say("loadleveler.after_queue"))

    def _is_read(self, statement: Statement) -> bool:
        """Enter a statement into the report; return whether it is to be read."""
        if not statement.name:
            self.report.unread(statement, say("loadleveler.no_statement"))
            return False
        return self.report.enter(statement, JOB) and statement.key != QUEUE

    def _step(self, said: Said, queue: Statement, steps: dict[str, str]) -> None:
        """Read the step that `queue` ends; `steps` is name to id of those before, to which it is added."""
        number = str(len(self.jobs))
        user = self.site.rules.user(self.submission.user)
        usual = user.default_class or self.site.configuration.policy.default_queue
        origin, job_id = self.submission.origin, self.submission.id
        given = {"user": self.submission.user, "stepid": number, "step_name": number}
        variables = step_variables(said.texts(), origin, job_id, usual) | given
        step = JobStep(id=f"{job_id}.{number}", said=said, variables=variables)
        name = step.read_own("step_name", lambda text: read_step_name(text, steps), number)
        step = replace(step, variables=variables | {"step_name": name})
        job = self._job(step, step.read("class", _word, usual), steps)
        for reason in refusals(step, job, self.site):
            self.report.refuse(queue, reason)
        self.jobs.append(job)
        self.programs.append(read_program(step, job, self.site.rules.of_class(job.queue), origin))
        steps[step.variables["step_name"]] = step.id

    def _job(self, step: JobStep, queue: str, steps: Mapping[str, str]) -> BatchJob:
        """Return the job of a step; `steps` is name to id of those before."""
        user = self.submission.user
        group = step.read("group", _word, self.site.rules.user(user).default_group)
        return BatchJob(
            id=step.id,
            demand=read_demand(step, self.site, queue),
            queue=queue,
            user=user,
            group=group,
            project=step.read("account_no", _word, ""),
            run_limit=step.read("wall_clock_limit", time_limit, NO_TIME_LIMIT).hard,
            priority=step.read("user_priority", whole_from(0, 100), None),
            begin=step.read("startdate", lambda text: read_begin(text, self.submission.at), None),
            after=step.read_own("dependency", lambda text: read_dependency(text, steps), None),
            hold=_HOLDS.get(step.read("hold", one_of(*_HOLDS), ""), ""),
            booking=step.read("ll_res_id", _word, ""),
            restartable=step.read("restart", truth, self.site.rules.of_class(queue).restart),
        )


def _of_file(file: str, reason: str) -> str:
    return say("loadleveler.of_file", file=file, reason=reason)


def _word(text: str) -> str:
    """Read one word."""
    words = text.split()
    if len(words) != 1:
        raise RefusedError(say("loadleveler.one_word", value=shown(text)))
    return words[0]
