"""``jobcast audit``: who asked for advice, what was changed or would have been, and why."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

import click

from jobcast import config
from jobcast.advice import Mode
from jobcast.cli import frame
from jobcast.cli.audit_entry import as_dict, show
from jobcast.cli.audit_rows import columns
from jobcast.cli.moment import MOMENT
from jobcast.cli.name import NAME
from jobcast.cli.person import people
from jobcast.cli.screen import as_json as to_json
from jobcast.cli.screen import talk
from jobcast.cli.session import Session
from jobcast.cli.table import print_table
from jobcast.errors import InputError
from jobcast.language import say
from jobcast.store.advice import API, AdviceJournal, Entry
from jobcast.store.advice_reader import AdviceReader

_PAGE = 20
"""Entries in a table, unless --limit says otherwise; programs get all."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Wish:
    """Which entries."""

    users: Sequence[str]
    """Whose submissions; none means everybody's."""
    queues: Sequence[str]
    """Where they were submitted to; none means everywhere."""
    modes: Sequence[str]
    """How far the rules let the hook go; none means however far."""
    changed: bool
    """Whether something was to be another."""
    api: bool
    """Whether what programs asked counts too, which is no submission."""

    def fits(self, entry: Entry) -> bool:
        """Tell whether an entry is wished for."""
        return (
            (not self.users or entry.user in self.users)
            and (not self.queues or entry.queue in self.queues)
            and (not self.modes or entry.mode in self.modes)
            and (not self.changed or bool(entry.changes))
            and (self.api or entry.system != API)
        )


@frame.command(help=say("audit.help"), examples=say("audit.examples"))
@click.argument("advice_id", metavar="[ID]", required=False)
@click.option("--since", type=MOMENT, metavar="TIME", help=say("audit.since"))
@click.option("--until", type=MOMENT, metavar="TIME", help=say("audit.until"))
@click.option("--user", multiple=True, type=NAME, metavar="NAME", help=say("audit.user"))
@click.option("--all-users", is_flag=True, help=say("audit.all_users"))
@click.option("--queue", multiple=True, type=NAME, metavar="NAME", help=say("audit.queue"))
@click.option(
    "--mode", multiple=True, type=click.Choice([mode.value for mode in Mode]), help=say("audit.mode")
)
@click.option("--changed", is_flag=True, help=say("audit.changed"))
@click.option("--api", is_flag=True, help=say("audit.api"))
@click.option("--limit", type=click.IntRange(min=0), metavar="N", help=say("audit.limit"))
@frame.json_option
@click.pass_obj
def command(
    session: Session,
    /,
    *,
    advice_id: str | None,
    since: datetime | None,
    until: datetime | None,
    user: tuple[str, ...],
    all_users: bool,
    queue: tuple[str, ...],
    mode: tuple[str, ...],
    changed: bool,
    api: bool,
    limit: int | None,
    as_json: bool,
) -> None:
    """List what hooks were answered."""
    if user and all_users:
        raise click.UsageError(say("report.user_and_all"))
    journal = AdviceJournal(session.settings[config.STORE])
    users = people(session, user, everybody=all_users or advice_id is not None)
    if advice_id is not None:
        _show_one(session, journal, advice_id, as_json=as_json)
        return
    wish = _Wish(users=users, queues=queue, modes=mode, changed=changed, api=api)
    reader = AdviceReader(journal, since, until)
    found = filter(wish.fits, reader)
    if as_json:
        _print_json(islice(found, limit or None), lambda: reader.passed_over)
    else:
        _print_table(found, _PAGE if limit is None else limit, session, changed=changed)
        _tell_passed_over(reader.passed_over)


def _show_one(session: Session, journal: AdviceJournal, advice_id: str, *, as_json: bool) -> None:
    entry = journal.find(advice_id)
    if entry is None:
        raise InputError(say("audit.unknown", id=advice_id), hint=say("audit.unknown_cure"))
    show(session, entry, as_json=as_json)


def _print_json(found: Iterator[Entry], passed_over: Callable[[], int]) -> None:
    """Print all entries as one JSON value, a line for each, as they are read."""
    click.echo('{"schema": 1, "entries": [', nl=False)
    comma = "\n"
    for entry in found:
        click.echo(comma + to_json(as_dict(entry)), nl=False)
        comma = ",\n"
    click.echo(f'\n], "passed_over": {passed_over()}}}')


def _print_table(found: Iterator[Entry], limit: int, session: Session, *, changed: bool) -> None:
    entries = list(islice(found, limit or None))
    if not entries:
        talk(say("audit.none"))
        return
    print_table(columns(entries, session.settings[config.TIMEZONE], changed=changed))
    if len(entries) == limit:
        talk(say("audit.more", limit=limit))
    talk(say("audit.next"))


def _tell_passed_over(lines: int) -> None:
    if lines:
        talk(say("audit.passed_over", lines=f"{lines:,}"))
