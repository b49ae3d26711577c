"""``llsummary``: reports on steps that are over."""

from collections.abc import Iterator

import click

from jobcast.batch.record import Step
from jobcast.batch.screens.loadleveler.llsummary import BY_DEFAULT, SECTIONS, Report, summary
from jobcast.batch.screens.loadleveler.llsummary_long import long_listings
from jobcast.batch.service import Past
from jobcast.cli import batch_client, frame
from jobcast.cli.loadleveler.asking import ids, site
from jobcast.cli.loadleveler.dates import date_range
from jobcast.cli.loadleveler.words import Worded, listed
from jobcast.cli.session import Session
from jobcast.language import say
from jobcast.zone import read_zone

REPORTS = {
    **{report.value: (report,) for report in Report},
    "throughput": (Report.AVERAGE, Report.MAXIMUM, Report.MINIMUM),
}


@click.command(
    cls=Worded,
    lists=("-d", "-r"),
    ranges=("-s", "-e"),
    help=say("llsummary.help"),
    epilog=say("llsummary.examples"),
)
@click.option("-l", "long", is_flag=True, help=say("llsummary.long"))
@click.option("-x", "extended", is_flag=True, help=say("llsummary.extended"))
@click.option("-s", "submitted", metavar="FROM to UNTIL", help=say("llsummary.submitted"))
@click.option("-e", "ended", metavar="FROM to UNTIL", help=say("llsummary.ended"))
@click.option("-u", "user", metavar="USER", help=say("llsummary.user"))
@click.option("-c", "queue", metavar="CLASS", help=say("llsummary.queue"))
@click.option("-g", "group", metavar="GROUP", help=say("llsummary.group"))
@click.option("-G", "unix_group", metavar="GROUP", help=say("llsummary.unix_group"))
@click.option("-a", "allocated", metavar="HOST", help=say("llsummary.allocated"))
@click.option("-j", "job", metavar="HOST.JOBID", help=say("llsummary.job"))
@click.option("-r", "reports", metavar="REPORTS", default="resource", help=say("llsummary.reports"))
@click.option(
    "-d", "sections", metavar="SECTIONS", default=" ".join(BY_DEFAULT), help=say("llsummary.sections")
)
@click.pass_obj
def command(
    session: Session,
    *,
    long: bool,
    extended: bool,
    submitted: str | None,
    ended: str | None,
    user: str | None,
    queue: str | None,
    group: str | None,
    unix_group: str | None,
    allocated: str | None,
    job: str | None,
    reports: str,
    sections: str,
) -> None:
    """Report on steps that are over."""
    if extended and not long:
        raise click.UsageError(say("llsummary.extended_alone"), click.get_current_context())
    names = _one_of("sections", sections, tuple(SECTIONS))
    chosen = [each for report in _one_of("reports", reports, tuple(REPORTS)) for each in REPORTS[report]]
    asked = batch_client.manager(session)
    here = site(asked)
    zone = read_zone(here.zone)
    from_, before = date_range("submitted", submitted, zone)
    ended_from, ended_before = date_range("ended", ended, zone)
    past = Past(
        user=user,
        queue=queue,
        group=group,
        unix_group=unix_group,
        job=ids(asked, [job])[0] if job else None,
        submitted_from=from_,
        submitted_before=before,
        ended_from=ended_from,
        ended_before=ended_before,
    )
    steps = _on(asked.past(past), allocated)
    lines = long_listings(steps, here, extended=extended) if long else summary(steps, names, chosen, zone)
    for line in lines:
        click.echo(line)


def _on(steps: Iterator[Step], host: str | None) -> Iterator[Step]:
    """Leave out steps that weren't on a host, if one is named."""
    return (step for step in steps if host is None or any(share.machine == host for share in step.allocation))


def _one_of(option: str, text: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words of a list that all are among those known."""
    wanted = listed(text)
    if not wanted or not set(wanted) <= set(known):
        raise frame.BadValueError(option, say("config.not_one_of", choices=", ".join(known)))
    return wanted
