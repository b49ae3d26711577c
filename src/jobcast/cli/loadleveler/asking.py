"""What LoadLeveler's commands ask the batch manager, and how they say what came of it."""

import re
from collections.abc import Collection, Iterable, Sequence

import click

from jobcast.batch.order import Answer, Done, Order, Outcome
from jobcast.batch.record import Step
from jobcast.batch.screens.loadleveler import llq
from jobcast.batch.service import Manager, Wanted
from jobcast.batch.snapshot import Snapshot
from jobcast.cli.endings import EXPECTED
from jobcast.cli.screen import talk
from jobcast.language import say

_NO_STEPS = Wanted(steps=("0",), bare=True)
"""There is never a step of that name: what is known of the site alone."""


def site(manager: Manager) -> Snapshot:
    """Return what is known of the site, without its steps."""
    return manager.snapshot(_NO_STEPS)


def ids(manager: Manager, words: Sequence[str]) -> tuple[str, ...]:
    """Return ids of steps and jobs; ``12`` and ``12.0`` are those of the manager's own host, as in LoadLeveler."""
    if not any(_BARE.fullmatch(word) for word in words):
        return tuple(words)
    known = manager.snapshot(Wanted(steps=tuple(words), bare=True))
    whole = {name for step in known.steps for name in (step.id, llq.job_of(step))}
    return tuple(
        f"{known.host}.{word}" if _BARE.fullmatch(word) and word not in whole else word for word in words
    )


_BARE = re.compile(r"[0-9]+(?:\.[0-9]+)?")


def of_users(manager: Manager, users: Collection[str], hosts: Collection[str]) -> tuple[str, ...]:
    """Return the ids of steps that aren't over, of these users and on these hosts; an empty list is everybody."""
    alive = manager.snapshot(Wanted(bare=True))
    found = [step for step in alive.steps if not step.state.is_over and is_on(step, alive.host, hosts)]
    return tuple(step.id for step in found if not users or step.submitted.job.user in users)


def is_on(step: Step, manager_host: str, hosts: Collection[str]) -> bool:
    """Tell whether a step runs on one of these hosts; one that waits is with the manager."""
    places = {share.machine for share in step.allocation} or {manager_host}
    return not hosts or not places.isdisjoint(hosts)


def chosen(
    manager: Manager, words: Sequence[str], users: Collection[str], hosts: Collection[str]
) -> tuple[str, ...]:
    """Return the ids that a command is about: those named, or those of users and hosts. Raises UsageError for none."""
    if words:
        return ids(manager, words)
    if not users and not hosts:
        raise click.UsageError(say("ll.no_steps"), click.get_current_context())
    found = of_users(manager, users, hosts)
    if not found:
        talk(f"{name()}: {say('ll.none_of_theirs')}")
        click.get_current_context().exit(EXPECTED)
    return found


def send(manager: Manager, orders: Iterable[Order], sent: str, *, quiet: bool = False) -> None:
    """Give orders one after another, and say what came of them; `sent` is IBM's message of success.

    After one of which nothing came, the others aren't given. The command ends with exit code 1 where one of them
    failed for some step.
    """
    answers = list[Answer]()
    for order in orders:
        answers.append(manager.do(order))
        if not _came_true(answers[-1]):
            break
    outcomes = [outcome for answer in answers for outcome in answer.outcomes]
    if not quiet and all(map(_came_true, answers)):
        click.echo(f"{name()}: {sent}")
    for answer in answers:
        tell_warnings(answer)
    failed = [outcome for outcome in outcomes if outcome.done is not Done.YES]
    for outcome in failed:
        talk(f"{name()}: {explained(outcome)}")
    if failed:
        click.get_current_context().exit(EXPECTED)


def _came_true(answer: Answer) -> bool:
    """Tell whether anything came of an order; one for nobody has nothing to fail at."""
    return not answer.outcomes or any(outcome.done is Done.YES for outcome in answer.outcomes)


def tell_warnings(answer: Answer) -> None:
    """Say what was taken, but not as it stands."""
    for warning in answer.warnings:
        talk(f"{name()}: {warning}")


def name() -> str:
    """Return the name of the command that runs, with which its messages begin."""
    return click.get_current_context().info_name or ""


def explained(outcome: Outcome) -> str:
    """Return why an order wasn't carried out for one step, machine or user: as the manager says, else in general."""
    if outcome.said:
        return outcome.said
    return {
        Done.NO_SUCH: say("ll.no_such", name=outcome.name),
        Done.NOT_YOURS: say("ll.not_yours", name=outcome.name),
        Done.NOT_NOW: say("ll.not_now", name=outcome.name),
    }.get(outcome.done, outcome.name)
