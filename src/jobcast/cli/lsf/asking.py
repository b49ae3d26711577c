"""What LSF's commands ask the batch manager, and how they end."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, NoReturn

import click

from jobcast.batch.order import Order
from jobcast.batch.screens.lsf.answers import Deed, done
from jobcast.batch.screens.lsf.choice import Choice, base, chosen, numbered
from jobcast.batch.screens.lsf.job import called
from jobcast.batch.service import Manager, Wanted
from jobcast.cli.endings import complain
from jobcast.cli.frame import Spoken
from jobcast.cli.person import login_name
from jobcast.cli.screen import talk
from jobcast.errors import BatchSystemError, InputError
from jobcast.language import say

FAILED = 255
"""Exit code of LSF's commands that couldn't do what they were asked."""
EVERYBODY = "all"
"""Stands for all users in -u."""


class Lsf(Spoken):
    """A command of LSF's, which ends as those do where no manager answers, or what is given can't be sent."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except (BatchSystemError, InputError) as error:
            complain(error)
            ctx.exit(FAILED)


def fail(text: str) -> NoReturn:
    """Say why nothing was done, and end as LSF's commands do."""
    talk(text)
    click.get_current_context().exit(FAILED)


def show(lines: Iterable[str]) -> None:
    """Print a listing, whose lines are harmless already."""
    for line in lines:
        click.echo(line)


def words(text: str | None) -> frozenset[str]:
    """Return the words of a value such as ``"chen ada"``."""
    return frozenset((text or "").split())


def users(text: str | None) -> frozenset[str]:
    """Return whose jobs are meant: one's own unless somebody else, or ``all``, is named."""
    named = words(text) or {login_name()}
    return frozenset() if EVERYBODY in named else frozenset(named)


def which(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that choose jobs: ``-u -q -m -J`` and numbers."""
    for option in (
        click.option("-J", "name", metavar="NAME", help=say("lsf_command.name")),
        click.option("-m", "hosts", metavar="HOSTS", help=say("lsf_command.hosts")),
        click.option("-q", "queues", metavar="QUEUES", help=say("lsf_command.queues")),
        click.option("-u", "user", metavar="USERS", help=say("lsf_command.users")),
        click.argument("jobs", nargs=-1, metavar="[JOB]..."),
    ):
        function = option(function)
    return function


def choice(
    jobs: Sequence[str], user: str | None, queues: str | None, hosts: str | None, name: str | None
) -> Choice:
    """Return what those options choose. Raises UsageError where nothing is said, for that would end some job."""
    if not (jobs or user or queues or hosts or name):
        raise click.UsageError(say("lsf_command.nothing_chosen"), click.get_current_context())
    return Choice(
        users=users(user), queues=words(queues), hosts=words(hosts), name=name or "", numbers=tuple(jobs)
    )


def carry_out(manager: Manager, deed: Deed, order: Callable[[tuple[str, ...]], Order], of: Choice) -> None:
    """Give an order for the jobs that are chosen, and say what came of each.

    ``0`` stands for all of them; without a number it is the one submitted last. An array is named as a whole where
    all of it is meant, so that elements that come to run in the meantime are meant too.
    """
    names = _names(manager, of)
    if not names:
        fail("No matching job found")
    answers = [done(deed, outcome) for outcome in manager.do(order(names)).outcomes]
    for text, well in answers:
        if well:
            click.echo(text)
        else:
            talk(text)
    if not all(well for _, well in answers):
        click.get_current_context().exit(FAILED)


def _names(manager: Manager, of: Choice) -> tuple[str, ...]:
    every = of.numbers == ("0",)
    plain = of == Choice(users=of.users, numbers=of.numbers)
    if of.numbers and not every and plain:
        return tuple(dict.fromkeys(name for number in of.numbers for name in _spelt_out(manager, number)))
    snapshot = manager.snapshot(Wanted(steps=() if every else tuple(map(base, of.numbers)), bare=True))
    if of.numbers and not every:
        found = [step for step in chosen(of, snapshot) if not step.state.is_over]
    else:
        found = chosen(replace(of, numbers=()), snapshot)
        found = found if every else sorted(found, key=lambda step: step.at)[-1:]
    return tuple(step.id for step in found)


def _spelt_out(manager: Manager, number: str) -> list[str]:
    """Return a number as it stands; of several elements of an array those that are there."""
    if not any(sign in number.partition("[")[2] for sign in "-,"):
        return [number]
    snapshot = manager.snapshot(Wanted(steps=(base(number),), bare=True))
    return [called(step) for step in numbered(number, snapshot)] or [number]
