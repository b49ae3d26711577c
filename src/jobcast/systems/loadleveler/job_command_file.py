"""Job command files, read into the jobs that the scheduler sees: one for each step.

A job that asks for what it can't get, or in words that can't be understood, is refused as a whole, as llsubmit does;
of unknown keywords, which LoadLeveler doesn't take either, the report tells alone, for scripts hold much behind ``#``.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from jobcast.language import say
from jobcast.schedule.job import BatchJob
from jobcast.systems.dialect import Keyword
from jobcast.systems.loadleveler.job_begin import read_begin
from jobcast.systems.loadleveler.job_checks import Asking, refusals
from jobcast.systems.loadleveler.job_demand import read_demand
from jobcast.systems.loadleveler.job_dependency import read_dependency
from jobcast.systems.loadleveler.job_keywords import JOB
from jobcast.systems.loadleveler.job_lines import job_statements
from jobcast.systems.loadleveler.job_step import JobStep
from jobcast.systems.loadleveler.said import Said
from jobcast.systems.loadleveler.site import Site
from jobcast.systems.loadleveler.statement import RefusedError, Report, Statement
from jobcast.systems.loadleveler.values import TimeLimit, one_of, shown, time_limit, truth, whole_from

_QUEUE = "queue"
_MOST_STEPS = 1000
_NO_LIMIT = TimeLimit(hard=None, soft=None)
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


@dataclass(frozen=True, kw_only=True, slots=True)
class JobCommandFile:
    """What a job command file says."""

    jobs: tuple[BatchJob, ...]
    """One for each step, in their order; none where the job is refused."""
    keywords: tuple[Keyword, ...]
    """Every one that stands in the file, in their order, with the number of its step as section."""
    refusals: tuple[str, ...]
    """Why the job is refused, in the language spoken now; empty where it isn't."""


def read_job(text: str, site: Site, submission: JobSubmission) -> JobCommandFile:
    """Read a job command file as it would be submitted; times are seconds of the epoch."""
    try:
        statements = _numbered(text.encode("utf-8", "replace"), submission.file)
    except (ValueError, RefusedError):
        return JobCommandFile(jobs=(), keywords=(), refusals=(say("loadleveler.too_long"),))
    report = Report()
    reading = _Reading(site=site, submission=submission, report=report)
    jobs = reading.jobs(statements)
    reasons = (*report.refusals(), *reading.refusals)
    return JobCommandFile(jobs=() if reasons else jobs, keywords=report.keywords(), refusals=reasons)


def _numbered(body: bytes, file: str) -> list[Statement]:
    """Return the statements of a file with their lines and steps; those that aren't any have no name."""
    found = []
    line, counted, step = 1, 0, 0
    for each in job_statements(body):
        if not each.name and not each.value:
            continue
        line, counted = line + body.count(b"\n", counted, each.begin), each.begin
        right = each.name and (each.assigned or not each.value)
        value = each.value if right else f"{each.name} {each.value}".strip()
        name = each.name if right else ""
        found.append(Statement(file=file, line=line, section=str(step), name=name, value=value, text=value))
        step += each.keyword == _QUEUE and bool(right)
        if step > _MOST_STEPS:
            raise RefusedError(say("loadleveler.too_long"))
    return found


@dataclass(frozen=True, kw_only=True, slots=True)
class _Reading:
    """A job while its file is read."""

    site: Site
    submission: JobSubmission
    report: Report
    refusals: list[str] = field(default_factory=list)
    """Of the job, beside those of single keywords."""

    def jobs(self, statements: Sequence[Statement]) -> tuple[BatchJob, ...]:
        """Return the job of each step, as far as nothing is refused."""
        jobs: list[BatchJob] = []
        steps: dict[str, str] = {}
        own: list[Statement] = []
        said = Said((), self.report)
        for each in statements:
            if self._is_read(each):
                own.append(each)
            if each.key == _QUEUE:
                said, own = Said(own, self.report, said), []
                jobs.append(self._job(said, len(jobs), steps))
        for each in own:
            self.report.ignore(each, say("loadleveler.after_queue"))
        if not jobs:
            self.refusals.append(say("loadleveler.no_queue"))
        return tuple(jobs)

    def _is_read(self, statement: Statement) -> bool:
        """Enter a statement into the report; return whether it is to be read."""
        if not statement.name:
            self.report.unread(statement, say("loadleveler.no_statement"))
            return False
        return self.report.enter(statement, JOB) and statement.key != _QUEUE

    def _job(self, said: Said, number: int, steps: dict[str, str]) -> BatchJob:
        """Return the job of a step; `steps` is name to id of those before, to which it is added."""
        name = said.own("step_name")
        step_name = name.text if name else str(number)
        step = JobStep(
            id=f"{self.submission.id}.{number}", said=said, variables=self._variables(said, number, step_name)
        )
        user = self.site.rules.user(self.submission.user)
        queue = step.read("class", _word, user.default_class or self.site.configuration.policy.default_queue)
        group = step.read("group", _word, user.default_group)
        demand = read_demand(step, self.site, queue)
        self.refusals.extend(
            refusals(step, demand, Asking(user=self.submission.user, group=group, queue=queue), self.site)
        )
        after = said.own("dependency")
        job = BatchJob(
            id=step.id,
            demand=demand,
            queue=queue,
            user=self.submission.user,
            group=group,
            project=step.read("account_no", _word, ""),
            run_limit=step.read("wall_clock_limit", time_limit, _NO_LIMIT).hard,
            priority=step.read("user_priority", whole_from(0, 100), None),
            begin=step.read("startdate", lambda text: read_begin(text, self.submission.at), None),
            after=step.read("dependency", lambda text: read_dependency(text, steps), None) if after else None,
            hold=_HOLDS.get(step.read("hold", one_of(*_HOLDS), ""), ""),
            booking=step.read("ll_res_id", _word, ""),
            restartable=step.read("restart", truth, self.site.rules.of_class(queue).restart),
        )
        steps[step_name] = step.id
        return job

    def _variables(self, said: Said, number: int, step_name: str) -> dict[str, str]:
        """Return what variables stand for: keywords, and what LoadLeveler gives."""
        return {
            **said.texts(),
            "user": self.submission.user,
            "jobid": self.submission.id.rpartition(".")[2],
            "stepid": str(number),
            "step_name": step_name,
        }


def _word(text: str) -> str:
    """Read one word."""
    words = text.split()
    if len(words) != 1:
        raise RefusedError(say("loadleveler.one_word", value=shown(text)))
    return words[0]
