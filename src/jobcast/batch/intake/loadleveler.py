"""A job command file becomes steps: ``llsubmit``."""

from jobcast.batch.intake.base import Intake, Place, Submitter
from jobcast.batch.intake.loadleveler_enforced import enforcement_of
from jobcast.batch.intake.loadleveler_text import as_submitted, faults, too_much
from jobcast.batch.intake.loadleveler_told import told_of
from jobcast.batch.order import SubmitCommandFile
from jobcast.batch.record import Notes, Notify, Submitted
from jobcast.schedule.job import BatchJob
from jobcast.systems.loadleveler.job_command_file import JobSubmission, read_job
from jobcast.systems.loadleveler.job_origin import Origin
from jobcast.systems.loadleveler.job_program import JobProgram
from jobcast.systems.loadleveler.site import Site
from jobcast.systems.loadleveler.statement import Statement

DIALECT = "loadleveler"
STANDARD_INPUT = "-"
"""Stands for the name of a file that has none, in what is said of it."""


def read(order: SubmitCommandFile, site: Site, who: Submitter) -> Intake:
    """Return the steps of a job command file, in their order; one fault refuses all of them."""
    if refused := faults(order):
        return Intake(refusals=refused)
    text, changes = as_submitted(order)
    found = read_job(text, site, _submission(order, text, who))
    if refused := (*found.faults, *too_much(found.programs, order.file)):
        return Intake(refusals=refused)
    return Intake(
        steps=tuple(
            _submitted(job, program, site, who)
            for job, program in zip(found.jobs, found.programs, strict=True)
        ),
        warnings=(*changes, *found.warnings),
        places={
            job.id: {key: _place(each) for key, each in program.statements.items()}
            for job, program in zip(found.jobs, found.programs, strict=True)
        },
    )


def _place(statement: Statement) -> Place:
    return Place(file=statement.file, line=statement.line, column=statement.column, name=statement.name)


def _submission(order: SubmitCommandFile, text: str, who: Submitter) -> JobSubmission:
    return JobSubmission(
        id=who.job,
        user=who.user,
        at=who.at,
        file=order.file or STANDARD_INPUT,
        origin=Origin(
            host=who.host,
            home=who.home,
            shell=who.shell,
            directory=order.directory,
            environment=order.environment,
            umask=order.umask & 0o777,
            limits=order.limits,
            script=text,
            file=order.file,
        ),
    )


def _submitted(job: BatchJob, program: JobProgram, site: Site, who: Submitter) -> Submitted:
    return Submitted(
        job=job,
        program=program.program,
        notes=Notes(
            dialect=DIALECT,
            name=program.job_name,
            step_name=program.step_name,
            command=program.command,
            comment=program.comment,
            unix_group=who.groups[0] if who.groups else "",
            host=who.host,
            notify=Notify(program.notification),
            notify_user=program.notify_user or who.user,
            keywords=program.keywords,
        ),
        exits=site.live.exits,
        enforcement=enforcement_of(job, site.live),
        told=told_of(job, program),
        soft_run_limit=program.soft_run_limit,
    )
