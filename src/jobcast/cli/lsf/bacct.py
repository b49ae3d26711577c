"""``bacct``: what finished jobs took."""

from datetime import UTC, datetime

import click

from jobcast import clock
from jobcast.batch.record import Step
from jobcast.batch.screens.lsf import accounting
from jobcast.batch.screens.lsf.accounting import Account, Asked
from jobcast.batch.screens.lsf.spans import Span, read_span
from jobcast.batch.screens.lsf.words import long_date, zone_of
from jobcast.batch.service import Past, Wanted
from jobcast.cli import batch_client
from jobcast.cli.frame import BadValueError
from jobcast.cli.lsf.asking import Lsf, fail, show, users, words
from jobcast.cli.session import Session
from jobcast.language import say


@click.command(cls=Lsf, help=say("bacct.help"), epilog=say("bacct.examples"))
@click.argument("jobs", nargs=-1, metavar="[JOB]...")
@click.option("-u", "user", metavar="USERS", help=say("lsf_command.users"))
@click.option("-q", "queues", metavar="QUEUES", help=say("lsf_command.queues"))
@click.option("-m", "hosts", metavar="HOSTS", help=say("lsf_command.hosts"))
@click.option("-P", "projects", metavar="PROJECTS", help=say("bjobs.projects"))
@click.option("-C", "completed", metavar="FROM,UNTIL", help=say("bacct.completed"))
@click.option("-D", "dispatched", metavar="FROM,UNTIL", help=say("bacct.dispatched"))
@click.option("-S", "submitted", metavar="FROM,UNTIL", help=say("bacct.submitted"))
@click.option("-d", "done", is_flag=True, help=say("bacct.done"))
@click.option("-e", "exited", is_flag=True, help=say("bacct.exited"))
@click.option("-l", "long", is_flag=True, help=say("lsf_command.long"))
@click.pass_obj
def command(session: Session, /, *, jobs: tuple[str, ...], long: bool, **given: str | None) -> None:
    """Account for jobs."""
    manager = batch_client.manager(session)
    zone = zone_of(manager.snapshot(Wanted(steps=("0",))).zone)
    now = clock.now().astimezone(zone)
    spans = {name: _span(name, given[name], now) for name in ("completed", "dispatched", "submitted")}
    sieve = _Sieve(given, spans)
    account = Account()
    show(accounting.heading(sieve.told()))
    for job in jobs or (None,):
        for step in manager.past(sieve.past(job)):
            if sieve.lets_through(step):
                account.add(step)
                show(accounting.at_length(step, zone) if long else ())
    if not account.jobs:
        fail("No matching job found")
    show(accounting.summary(account, zone))


def _span(name: str, text: str | None, now: datetime) -> Span | None:
    if text is None:
        return None
    try:
        return read_span(text, now)
    except ValueError as fault:
        raise BadValueError(name, str(fault)) from fault


class _Sieve:
    """Which finished jobs count."""

    def __init__(self, given: dict[str, str | None], spans: dict[str, Span | None]) -> None:
        self._users = users(given["user"])
        self._queues, self._projects = words(given["queues"]), words(given["projects"])
        self._hosts, self._spans = words(given["hosts"]), spans
        self._done, self._exited = bool(given["done"]), bool(given["exited"])

    def past(self, job: str | None) -> Past:
        """Return what of it the manager can pick out itself."""
        completed, submitted = self._spans["completed"], self._spans["submitted"]
        return Past(
            user=_only(self._users),
            queue=_only(self._queues),
            job=job,
            submitted_from=submitted.start if submitted else None,
            submitted_before=submitted.end if submitted else None,
            ended_from=completed.start if completed else None,
            ended_before=completed.end if completed else None,
        )

    def lets_through(self, step: Step) -> bool:
        """Tell whether a step counts."""
        job, dispatched = step.submitted.job, self._spans["dispatched"]
        well = accounting.figures(step).done
        return (
            (not self._users or job.user in self._users)
            and (not self._queues or job.queue in self._queues)
            and (not self._projects or job.project in self._projects)
            and (not self._hosts or any(share.machine in self._hosts for share in step.allocation))
            and self._done in {self._exited, well}
            and (dispatched is None or dispatched.holds(step.dispatched))
        )

    def told(self) -> Asked:
        """Return it in LSF's words."""
        states = {(True, False): "completed normally", (False, True): "exited"}
        spans = [
            f"{name} between  {long_date(span.start, UTC)}  and  {long_date(span.end, UTC)} UTC"
            for name, span in self._spans.items()
            if span
        ]
        return Asked(
            users=" ".join(sorted(self._users)),
            projects=" ".join(sorted(self._projects)),
            queues=" ".join(sorted(self._queues)),
            hosts=" ".join(sorted(self._hosts)),
            states=states.get((self._done, self._exited), "completed normally or exited"),
            span=", ".join(spans),
        )


def _only(names: frozenset[str]) -> str | None:
    return next(iter(names)) if len(names) == 1 else None
