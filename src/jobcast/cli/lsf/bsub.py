"""``bsub``: submit a job."""

import os
import sys
from collections.abc import Sequence

import click

from jobcast import config
from jobcast.batch.client import too_large
from jobcast.batch.order import Answer, Done, SubmitCommand
from jobcast.batch.screens.lsf.answers import refused, submitted
from jobcast.batch.screens.lsf.job import queue
from jobcast.batch.service import MOST_ORDER_BYTES, Manager, Wanted
from jobcast.cli import batch_client
from jobcast.cli.lsf.asking import FAILED, Lsf, fail
from jobcast.cli.lsf.esubs import AbortedError, Passed, pass_esubs
from jobcast.cli.lsf.waiting import wait_for
from jobcast.cli.screen import talk
from jobcast.cli.session import Session
from jobcast.cli.taken_along import environment, umask
from jobcast.errors import ConfigError
from jobcast.language import say
from jobcast.systems.encoding import decode
from jobcast.systems.lsf.bsub.esub import Sent
from jobcast.systems.lsf.bsub.fault import in_full
from jobcast.systems.lsf.bsub.options import Options, read_options
from jobcast.systems.lsf.bsub.script import embedded, under


@click.command(
    cls=Lsf,
    help=say("bsub.help"),
    epilog=say("bsub.examples"),
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[OPTION]... [COMMAND]...")
@click.pass_obj
def command(session: Session, *, arguments: tuple[str, ...]) -> None:
    """Submit a job."""
    # What is no UTF-8 came as lone surrogates, which can't be sent.
    arguments = tuple(decode(os.fsencode(word)) for word in arguments)
    given = _read(arguments)
    passed = _pass_esubs(given, session)
    order = SubmitCommand(
        arguments=arguments if passed.sent == given else passed.sent.arguments,
        script=passed.sent.script,
        directory=os.getcwd(),  # noqa: PTH109 - the path that the shell shows, as text
        environment=passed.environment,
        umask=umask(),
    )
    manager = batch_client.manager(session)
    answer = manager.do(order)
    _tell(answer, manager, passed.sent.options)
    if "-K" in given.options.flags:
        click.get_current_context().exit(wait_for(answer.job, manager))


def _read(arguments: Sequence[str]) -> Sent:
    """Return the options, and the script where no command is named."""
    try:
        options = read_options(arguments)
        if options.command:
            return Sent(options=options)
        script = _standard_input()
        return Sent(options=under(options, embedded(script)), script=script)
    except ConfigError as fault:
        fail(refused(in_full(fault)))


def _pass_esubs(given: Sent, session: Session) -> Passed:
    """Return the submission as the site's esubs leave it."""
    try:
        return pass_esubs(given, environment(), session.settings[config.MEMORY_UNIT])
    except AbortedError:
        fail("Request aborted by esub. Job not submitted.")
    except ConfigError as fault:
        fail(refused(in_full(fault)))


def _standard_input() -> str:
    content = sys.stdin.buffer.read(MOST_ORDER_BYTES + 1)
    if len(content) > MOST_ORDER_BYTES:
        raise too_large(say("bsub.script"))
    return decode(content)


def _tell(answer: Answer, manager: Manager, options: Options) -> None:
    """Print what came of it; a job that wasn't taken ends the command."""
    for warning in answer.warnings:
        talk(warning)
    faults = [outcome.said for outcome in answer.outcomes if outcome.done is not Done.YES]
    if faults or not answer.job:
        for said in faults or [""]:
            talk(refused(said))
        click.get_current_context().exit(FAILED)
    chosen = options.values.get("-q", "")
    click.echo(submitted(answer.job, chosen or _queue_of(answer.job, manager), chosen=bool(chosen)))


def _queue_of(job: str, manager: Manager) -> str:
    """Return the queue of a job that named none."""
    snapshot = manager.snapshot(Wanted(steps=(job,), bare=True))
    return next((queue(step, snapshot) for step in snapshot.steps), snapshot.policy.default_queue)
