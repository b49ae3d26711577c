"""``jobcast batch queue``: what runs and waits, and why, in one table."""

from datetime import UTC, datetime

import click

from jobcast.batch.ending import why_over
from jobcast.batch.record import Step
from jobcast.batch.service import Wanted
from jobcast.batch.snapshot import Snapshot, Waits
from jobcast.cli import frame
from jobcast.cli.batch_client import manager
from jobcast.cli.screen import print_json, tell
from jobcast.cli.session import Session
from jobcast.cli.table import Column, print_table
from jobcast.language import say
from jobcast.machine import CPUS, Allocation
from jobcast.zone import read_zone


@frame.command(help=say("batch_queue.help"), examples=say("batch_queue.examples"))
@click.argument("steps", nargs=-1, metavar="[STEP...]")
@frame.json_option
@click.pass_obj
def command(session: Session, /, *, steps: tuple[str, ...], as_json: bool) -> None:
    """Print the queue."""
    snapshot = manager(session).snapshot(Wanted(steps=steps))
    living = [step for step in snapshot.steps if step.ended is None or steps]
    if as_json:
        print_json({"at": snapshot.at, "steps": [_as_dict(step, snapshot) for step in living]})
        return
    if living:
        print_table(_columns(living, snapshot))
        tell()
    busy = sum(each.used.get(CPUS, 0) for each in snapshot.machines)
    there = sum(each.machine.resources.get(CPUS, 0) for each in snapshot.machines)
    tell(say("batch_queue.sum", steps=len(living), busy=busy, cpus=there))


def _columns(steps: list[Step], snapshot: Snapshot) -> list[Column]:
    rows = [_row(step, snapshot) for step in steps]
    return [
        Column(heading=say(f"batch_queue.{name}"), cells=[row[place] for row in rows], elastic=name == "why")
        for place, name in enumerate(("step", "user", "class", "state", "tasks", "where", "start", "why"))
    ]


def _row(step: Step, snapshot: Snapshot) -> tuple[str, ...]:
    job, waits = step.submitted.job, snapshot.waits.get(step.id)
    return (
        *(step.id, job.user, job.queue, say(f"step_state.{step.state}"), str(job.demand.tasks)),
        _places(step.allocation if waits is None or not waits.machines else waits.machines),
        _start(step, waits, snapshot),
        waits.sentence if waits else why_over(step),
    )


def _places(allocation: Allocation) -> str:
    return " ".join(f"{share.machine}*{share.tasks}" for share in allocation)


def _start(step: Step, waits: Waits | None, snapshot: Snapshot) -> str:
    second = step.dispatched if waits is None else waits.start
    if second is None:
        return ""
    moment = datetime.fromtimestamp(second, UTC).astimezone(read_zone(snapshot.zone))
    return ("≤ " if waits else "") + f"{moment:%m-%d %H:%M:%S}"


def _as_dict(step: Step, snapshot: Snapshot) -> dict[str, object]:
    waits = snapshot.waits.get(step.id)
    return {
        "step": step.id,
        "user": step.submitted.job.user,
        "class": step.submitted.job.queue,
        "state": step.state,
        "tasks": step.submitted.job.demand.tasks,
        "machines": {share.machine: share.tasks for share in step.allocation},
        "dispatched": step.dispatched,
        "why": waits.sentence if waits else None,
        "promised_start": waits.start if waits else None,
        "before": list(waits.before) if waits else [],
    }
