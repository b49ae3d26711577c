"""``bjobs``: what jobs wait, run and have ended."""

from collections.abc import Sequence

import click

from jobcast.batch.record import Step
from jobcast.batch.screens.lsf import fields, job_at_length, jobs
from jobcast.batch.screens.lsf.choice import Choice, base, chosen, numbered
from jobcast.batch.screens.lsf.job import FINISHED, UNFINISHED
from jobcast.batch.screens.lsf.jobs import Told
from jobcast.batch.service import Wanted
from jobcast.batch.snapshot import Snapshot
from jobcast.cli import batch_client
from jobcast.cli.lsf.asking import FAILED, Lsf, fail, show, users, which, words
from jobcast.cli.screen import talk
from jobcast.cli.session import Session
from jobcast.language import say

_STATES = {
    "pending": ("PEND", "PSUSP"),
    "running": ("RUN",),
    "suspended": ("USUSP", "SSUSP", "PSUSP"),
    "done": FINISHED,
    "every": (*UNFINISHED, *FINISHED),
}
_NONE = {
    "pending": "No pending job found",
    "running": "No running job found",
    "suspended": "No suspended job found",
    "done": "No DONE/EXIT job found",
    "every": "No job found",
}
"""Which states an option asks for, and what is said where there is no such job."""


@click.command(cls=Lsf, help=say("bjobs.help"), epilog=say("bjobs.examples"))
@which
@click.option("-P", "projects", metavar="PROJECTS", help=say("bjobs.projects"))
@click.option("-a", "every", is_flag=True, help=say("bjobs.every"))
@click.option("-d", "done", is_flag=True, help=say("bjobs.done"))
@click.option("-p", "pending", is_flag=True, help=say("bjobs.pending"))
@click.option("-p0", "reasons", flag_value=Told.OLD.value, help=say("bjobs.reasons_old"))
@click.option("-p1", "reasons", flag_value=Told.KEY.value, help=say("bjobs.reasons_key"))
@click.option("-p2", "reasons", flag_value=Told.CANDIDATES.value, help=say("bjobs.reasons_candidates"))
@click.option("-p3", "reasons", flag_value=Told.ALL.value, help=say("bjobs.reasons_all"))
@click.option("-psum", "summed", is_flag=True, help=say("bjobs.summed"))
@click.option("-r", "running", is_flag=True, help=say("bjobs.running"))
@click.option("-s", "suspended", is_flag=True, help=say("bjobs.suspended"))
@click.option("-w", "wide", is_flag=True, help=say("lsf_command.wide"))
@click.option("-l", "long", is_flag=True, help=say("lsf_command.long"))
@click.option("-UF", "unformatted", is_flag=True, help=say("bjobs.unformatted"))
@click.option("-A", "arrays", is_flag=True, help=say("bjobs.arrays"))
@click.option("-o", "asked", metavar="FIELDS", help=say("bjobs.fields"))
@click.option("-json", "as_json", is_flag=True, help=say("bjobs.json"))
@click.option("-noheader", "headless", is_flag=True, help=say("bjobs.headless"))
@click.pass_obj
def command(session: Session, /, **given: object) -> None:
    """Show jobs."""
    view = _View(given)
    snapshot = batch_client.manager(session).snapshot(Wanted(steps=tuple(map(base, view.choice.numbers))))
    steps = chosen(view.choice, snapshot)
    missing = [number for number in view.choice.numbers if not numbered(number, snapshot)]
    for number in missing:
        talk(f"Job <{number}> is not found")
    if steps or view.summed:
        show(view.lines(steps, snapshot))
    elif not missing:
        talk(view.none())
    if missing:
        click.get_current_context().exit(FAILED)


class _View:
    """What the options ask for."""

    def __init__(self, given: dict[str, object]) -> None:
        self._given = given
        if given["reasons"] or given["summed"]:
            given["pending"] = True
        self._groups = [group for group in _STATES if given[group]]
        states = [word for group in self._groups for word in _STATES[group]] or UNFINISHED
        self.choice = Choice(
            users=users(self._text("user")),
            states=frozenset(states),
            queues=words(self._text("queues")),
            projects=words(self._text("projects")),
            hosts=words(self._text("hosts")),
            name=self._text("name"),
            numbers=tuple(str(number) for number in given["jobs"] if number != "0"),  # type: ignore[attr-defined]
        )
        self.summed = bool(given["summed"])

    def _text(self, name: str) -> str:
        return str(self._given[name] or "")

    def none(self) -> str:
        """Return what is said where no job is found."""
        said = _NONE[self._groups[0]] if len(self._groups) == 1 else "No unfinished job found"
        queues = self._text("queues")
        return f"{said} in queue <{queues}>" if queues else said

    def lines(self, steps: Sequence[Step], snapshot: Snapshot) -> list[str]:
        """Return the listing."""
        given = self._given
        if given["asked"] or given["as_json"]:
            return self._fields(steps, snapshot)
        if given["long"] or given["unformatted"]:
            return list(job_at_length.listing(steps, snapshot, unformatted=bool(given["unformatted"])))
        if self.summed:
            return list(jobs.reason_summary(steps, snapshot))
        if given["arrays"]:
            return list(jobs.array_summary(steps, snapshot))
        reasons = self._text("reasons") or (Told.KEY if given["pending"] or given["suspended"] else "")
        return list(
            jobs.listing(
                steps,
                snapshot,
                wide=bool(given["wide"]),
                headed=not given["headless"],
                why=Told(reasons) if reasons else None,
            )
        )

    def _fields(self, steps: Sequence[Step], snapshot: Snapshot) -> list[str]:
        try:
            asked = fields.read_format(self._text("asked") or _USUAL)
        except fields.UnknownFieldError as fault:
            fail(str(fault))
        if self._given["as_json"]:
            return [fields.as_json(steps, snapshot, asked)]
        return list(fields.table(steps, snapshot, asked, headed=not self._given["headless"]))


_USUAL = "jobid user stat queue from_host exec_host job_name submit_time"
"""Fields of -json without -o."""
