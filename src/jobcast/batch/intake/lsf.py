"""``bsub``: its words, and the script on its standard input, become steps.

Source: bsub(1) of IBM Spectrum LSF 10.1. Not compared with a real LSF. What differs is told in docs/batch-commands.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC

from jobcast.batch.intake.base import Intake, Submitter
from jobcast.batch.intake.lsf_limits import enforcement, job_cpu_limit, process_limits
from jobcast.batch.intake.lsf_places import environment_of, input_of, output_of, place
from jobcast.batch.intake.lsf_told import told_at_submission
from jobcast.batch.order import SubmitCommand
from jobcast.batch.record import Notes, Notify, Submitted
from jobcast.decision import Cause
from jobcast.errors import ConfigError
from jobcast.language import say
from jobcast.program import Exits, Program
from jobcast.schedule.admission import against_queue
from jobcast.schedule.job import BatchJob
from jobcast.schedule.policy import Queue
from jobcast.systems.lsf.bsub.command import on_one_line
from jobcast.systems.lsf.bsub.fault import in_full
from jobcast.systems.lsf.bsub.options import Options, read_options
from jobcast.systems.lsf.bsub.script import embedded, under
from jobcast.systems.lsf.bsub.submission import Submitter as Asker
from jobcast.systems.lsf.bsub.submission import bare_name, submitted
from jobcast.systems.lsf.policy.reader import Site

_NOT_SUBMITTED = "Job not submitted."
SHELL = "/bin/sh"
"""What runs the command line, and a script that doesn't name its own shell, as LSF does."""
_ALL_SCRIPTS = 64 << 20
"""Characters, counted for each element of an array: each is a step with a script of its own."""
_INTERACTIVE = ("-I", "-Ip", "-Is", "-IS", "-ISp", "-ISs", "-IX", "-XF")
_WITHOUT_EFFECT = (
    "-f", "-stage", "-data", "-datagrp", "-network", "-mig", "-k", "-core_isolation", "-smt", "-alloc_flags",
    "-notify", "-rcacct", "-wa", "-wt", "-T", "-p", "-outdir", "-Lp", "-ext", "-freq", "-tty",
)  # fmt: skip
"""Options that LSF would do something for, and nothing is done for here."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Asked:
    """One submission, with all that its steps are made of."""

    options: Options
    order: SubmitCommand
    site: Site
    who: Submitter
    script: str
    """What the shell runs."""


def read(order: SubmitCommand, site: Site, who: Submitter) -> Intake:
    """Return the steps of ``bsub``, or why they aren't taken, in LSF's manner: each ends in ``Job not submitted.``."""
    try:
        asked = _asked(order, site, who)
        steps = tuple(_step(job, asked) for job in _jobs(asked))
    except ConfigError as fault:
        return Intake(refusals=(f"{in_full(fault)} {_NOT_SUBMITTED}",))
    return Intake(steps=steps, warnings=tuple(_warnings(asked.options)))


def _asked(order: SubmitCommand, site: Site, who: Submitter) -> _Asked:
    if not order.directory.startswith("/") or "\0" in order.directory:
        raise ConfigError(say("intake.no_directory"))
    options = read_options(order.arguments)
    if options.command:
        script = " ".join(options.command)
    else:
        script = order.script
        options = under(options, embedded(script))
    if not script.strip():
        raise ConfigError("Empty job")
    if "\0" in script or any("\0" in word for word in order.arguments):
        raise ConfigError(say("lsf_intake.zero_byte"))
    for option in sorted(options.flags.intersection(_INTERACTIVE)):
        raise ConfigError(
            say("lsf_intake.interactive", option=option), hint=say("lsf_intake.interactive_cure")
        )
    _know_queue(options, site)
    _see_group(options.values.get("-G"), site, who)
    return _Asked(options=options, order=order, site=site, who=who, script=script)


def _jobs(asked: _Asked) -> tuple[BatchJob, ...]:
    jobs = submitted(asked.options, _asker(asked.who), asked.site)
    if len(asked.script) * len(jobs) > _ALL_SCRIPTS:
        raise ConfigError(say("lsf_intake.script_too_long", most=_ALL_SCRIPTS // len(jobs) >> 10))
    policy = asked.site.configuration.policy
    jobs = tuple(replace(job, queue=job.queue or policy.default_queue) for job in jobs)
    _see_rules(jobs[0], policy.queues.get(jobs[0].queue))
    return jobs


_RULES = {
    Cause.NOT_ALLOWED: "User cannot use the queue",
    Cause.RUN_LIMIT_TOO_LONG: "RUNLIMIT: Cannot exceed queue's hard limit(s)",
}


def _see_rules(job: BatchJob, queue: Queue | None) -> None:
    """Refuse what its queue would, in LSF's own words, too; all elements of an array are alike there."""
    reason = against_queue(job, queue) if queue else None
    if reason is not None:
        raise ConfigError(f"{job.queue}: {_RULES[reason.cause]}")


def _know_queue(options: Options, site: Site) -> None:
    """Refuse a queue that isn't there in LSF's own words, which scripts look for."""
    known, name = site.configuration.policy.queues, options.values.get("-q")
    if name is not None and known and name not in known:
        raise ConfigError(f"{name}: No such queue")


def _see_group(group: str | None, site: Site, who: Submitter) -> None:
    """Refuse a group that somebody isn't a member of: queues and shares are open by groups."""
    if (
        group is not None
        and group not in who.groups
        and who.user not in site.user_groups.get(group, frozenset())
    ):
        raise ConfigError(f"{group}: User is not a member of the user group")


def _asker(who: Submitter) -> Asker:
    return Asker(
        id=who.job,
        user=who.user,
        group=next(iter(who.groups), ""),
        now=int(who.at.timestamp()),
        zone=who.at.tzinfo or UTC,
        named=who.named,
    )


def _step(job: BatchJob, asked: _Asked) -> Submitted:
    values, who = asked.options.values, asked.who
    program = _program(job, asked)
    notes = Notes(
        dialect="lsf",
        name=bare_name(values.get("-J", "")),
        command=on_one_line(asked.script),
        comment=values.get("-Jd", ""),
        unix_group=next(iter(who.groups), ""),
        host=who.host,
        notify=_notify(asked.options),
        notify_user=values.get("-u", who.user),
        keywords=_keywords(asked.options),
    )
    return Submitted(
        job=job,
        program=program,
        notes=notes,
        exits=_exits(values),
        enforcement=enforcement(values, asked.site.params.memory_unit),
        told=told_at_submission(job, notes, program, asked.order.directory),
    )


def _program(job: BatchJob, asked: _Asked) -> Program:
    values, unit = asked.options.values, asked.site.params.memory_unit
    files = output_of(values, job)
    return Program(
        arguments=(),
        script=asked.script + "\n",
        shell=SHELL,
        directory=place(values.get("-cwd", ""), job, asked.order.directory, asked.who.home),
        environment=environment_of(values.get("-env", ""), asked.order.environment),
        input=input_of(values, job),
        output=files.output,
        error=files.error,
        append=files.append,
        umask=asked.order.umask & 0o777,
        limits=process_limits(values, unit),
        job_cpu_limit=job_cpu_limit(values),
    )


def _exits(values: Mapping[str, str]) -> Exits:
    """Return what runs before and behind the job as its owner; LSF gives these lines to a shell too."""
    before, behind = values.get("-E", ""), values.get("-Ep", "")
    return Exits(
        user_prolog=(SHELL, "-c", before) if before else (),
        user_epilog=(SHELL, "-c", behind) if behind else (),
    )


def _notify(options: Options) -> Notify:
    """Return when mail goes out: at the end also where no file takes the output, since LSF mails its report then."""
    at_start, at_end = "-B" in options.flags, "-N" in options.flags or not _keeps_output(options)
    if at_start and at_end:
        return Notify.ALWAYS
    if at_start:
        return Notify.START
    if at_end:
        return Notify.COMPLETE
    return Notify.ERROR if "-Ne" in options.flags else Notify.NEVER


def _keeps_output(options: Options) -> bool:
    return not {"-o", "-oo"}.isdisjoint(options.values)


def _keywords(options: Options) -> dict[str, str]:
    """Return the options for long listings; those without value are there with none."""
    return {**dict.fromkeys(sorted(options.flags), ""), **options.values}


def _warnings(options: Options) -> list[str]:
    given = options.values.keys() | options.flags
    told = [say("lsf_intake.without_effect", option=name) for name in _WITHOUT_EFFECT if name in given]
    if not _keeps_output(options):
        told.append(say("lsf_intake.no_output"))
    return told
