"""``llq``: the steps that the manager knows."""

from collections.abc import Iterator, Sequence
from datetime import tzinfo
from typing import TypeVar

import click

from jobcast.batch.record import Step
from jobcast.batch.screens.loadleveler import llq as drawing
from jobcast.batch.screens.loadleveler import states
from jobcast.batch.screens.loadleveler.columns import Column
from jobcast.batch.screens.loadleveler.llq_long import long_listing
from jobcast.batch.screens.loadleveler.llq_usage import usage
from jobcast.batch.screens.loadleveler.llq_why import why
from jobcast.batch.service import Manager, Wanted
from jobcast.batch.snapshot import Snapshot
from jobcast.cli import batch_client, frame
from jobcast.cli.loadleveler import options
from jobcast.cli.loadleveler.asking import ids, is_on, site
from jobcast.cli.loadleveler.words import Worded, category_names, listed
from jobcast.cli.session import Session
from jobcast.language import say
from jobcast.zone import read_zone

T = TypeVar("T")


@click.command(
    cls=Worded,
    lists=("-u", "-c", "-h", "-j"),
    categories=("-f", "-r"),
    help=say("llq.help"),
    epilog=say("llq.examples"),
)
@options.jobs
@click.option("-l", "long", is_flag=True, help=say("llq.long"))
@click.option("-s", "reasons", is_flag=True, help=say("llq.reasons"))
@click.option("-x", "used", is_flag=True, help=say("llq.used"))
@click.option("-f", "categories", metavar="CATEGORIES", help=say("llq.categories"))
@click.option("-r", "raw_categories", metavar="CATEGORIES", help=say("ll.raw"))
@click.option("-j", "more_jobs", metavar="JOBLIST", help=say("llq.jobs"))
@click.option("-c", "classes", metavar="CLASSLIST", help=say("llq.classes"))
@options.users_and_hosts
@click.pass_obj
def command(
    session: Session,
    *,
    jobs: tuple[str, ...],
    long: bool,
    reasons: bool,
    used: bool,
    categories: str | None,
    raw_categories: str | None,
    more_jobs: str | None,
    classes: str | None,
    users: str | None,
    hosts: str | None,
) -> None:
    """Show steps."""
    asked = batch_client.manager(session)
    named = ids(asked, [*jobs, *listed(more_jobs)])
    snapshot = _snapshot(asked, named)
    steps = [
        step
        for step in sorted(snapshot.steps, key=_submitted)
        if (named or _is_listed(step, snapshot))
        and _is_one_of(step.submitted.job.user, listed(users))
        and _is_one_of(step.submitted.job.queue, listed(classes))
        and is_on(step, snapshot.host, listed(hosts))
    ]
    zone = read_zone(snapshot.zone)
    if raw_categories is not None:
        lines = drawing.chosen_raw(_columns(raw_categories, "raw_categories", zone), steps)
    elif categories is not None:
        lines = drawing.chosen(_columns(categories, "categories", zone), steps)
    elif long or reasons or used:
        lines = [*_at_length(steps, snapshot, long=long, reasons=reasons, used=used)]
    else:
        lines = drawing.standard(steps, zone)
    for line in lines if steps else [drawing.NOTHING]:
        click.echo(line)


def _snapshot(asked: Manager, named: tuple[str, ...]) -> Snapshot:
    """Return what is known of these steps; without any, of those that aren't over, or were for a short time only."""
    if named:
        return asked.snapshot(Wanted(steps=named))
    known = site(asked)
    return asked.snapshot(Wanted(over_since=known.at - known.remove_completed))


def _is_listed(step: Step, snapshot: Snapshot) -> bool:
    """Tell whether a step isn't over, or still listed (``NEGOTIATOR_REMOVE_COMPLETED``)."""
    return not step.state.is_over or snapshot.at - step.since < snapshot.remove_completed


def _submitted(step: Step) -> tuple[float, list[tuple[int, str]]]:
    """Return what steps are listed by: when they came, and those of one second by their numbers."""
    return step.at, [(int(part) if part.isdecimal() else 0, part) for part in step.id.split(".")]


def _is_one_of(name: str, names: Sequence[str]) -> bool:
    return not names or name in names


def _columns(text: str, option: str, zone: tzinfo) -> list[Column[Step]]:
    return named_columns(text, option, drawing.categories(zone))


def named_columns(text: str, option: str, known: dict[str, Column[T]]) -> list[Column[T]]:
    """Return the columns of the categories that an option names. Raises BadValueError for one that isn't known."""
    found = category_names(text)
    for name in found:
        if name not in known:
            among = " ".join(f"%{each}" for each in known)
            raise frame.BadValueError(option, say("ll.no_category", name=f"%{name}", known=among))
    return [known[name] for name in found]


def _at_length(
    steps: Sequence[Step], snapshot: Snapshot, *, long: bool, reasons: bool, used: bool
) -> Iterator[str]:
    """Yield what is asked of each step, one after another, and the last line."""
    zone = read_zone(snapshot.zone)
    for step in steps:
        if long:
            yield from long_listing(step, snapshot)
        if used:
            yield from usage(step, zone)
        if reasons:
            yield from why(step, snapshot)
    yield ""
    yield states.counted(steps)
