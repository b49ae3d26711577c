"""``llmodify``: other values for a step."""

from dataclasses import replace
from datetime import datetime

import click

from jobcast.batch.order import Modify
from jobcast.batch.screens.loadleveler import llq
from jobcast.batch.service import Manager, Wanted
from jobcast.cli import batch_client, frame
from jobcast.cli.loadleveler import options
from jobcast.cli.loadleveler.asking import ids, send
from jobcast.cli.loadleveler.words import Worded
from jobcast.cli.session import Session
from jobcast.errors import InputError
from jobcast.language import say
from jobcast.units import parse_duration, parse_memory
from jobcast.zone import read_zone

_KEYWORDS = ("account_no", "class", "comment", "startdate", "wall_clock_limit")
_MINUTE = 60
"""Seconds."""
_STARTDATE = ("%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M", "%m/%d/%y %H:%M:%S", "%m/%d/%y %H:%M", "%m/%d/%Y")


@click.command(cls=Worded, help=say("llmodify.help"), epilog=say("llmodify.examples"))
@click.argument("job", metavar="JOBSTEP")
@click.option("-W", "longer", type=int, metavar="MINUTES", help=say("llmodify.longer"))
@click.option("-C", "queue", metavar="CLASS", help=say("llmodify.queue"))
@click.option("-a", "account", metavar="ACCOUNT", help=say("llmodify.account"))
@click.option("-c", "cpus", type=int, metavar="CPUS", help=say("llmodify.cpus"))
@click.option("-m", "memory", metavar="MEMORY", help=say("llmodify.memory"))
@click.option("-s", "sysprio", type=int, metavar="N", help=say("llmodify.sysprio"))
@click.option("-k", "keywords", multiple=True, metavar="KEYWORD=VALUE", help=say("llmodify.keywords"))
@options.quiet
@click.pass_obj
def command(
    session: Session,
    *,
    job: str,
    longer: int | None,
    queue: str | None,
    account: str | None,
    cpus: int | None,
    memory: str | None,
    sysprio: int | None,
    keywords: tuple[str, ...],
    quiet: bool,
) -> None:
    """Modify a step."""
    asked = batch_client.manager(session)
    (step,) = ids(asked, [job])
    told = _keywords(keywords)
    begin = _startdate(told["startdate"], asked) if "startdate" in told else None
    order = Modify(
        step=step,
        run_limit=_run_limit(told),
        soft_run_limit=_soft_run_limit(told),
        queue=queue if queue is not None else told.get("class"),
        account=account if account is not None else told.get("account_no"),
        comment=told.get("comment"),
        begin=begin,
        memory_per_task=None if memory is None else _memory(memory),
        cpus_per_task=cpus,
        sysprio=sysprio,
    )
    orders = [order]
    if longer is not None and order.run_limit is None:
        orders = [replace(order, step=one, run_limit=limit) for one, limit in _longer(step, longer, asked)]
    if orders == [Modify(step=step)]:
        raise click.UsageError(say("llmodify.nothing"), click.get_current_context())
    send(asked, orders, "request has been sent to LoadLeveler.", quiet=quiet)


def _keywords(texts: tuple[str, ...]) -> dict[str, str]:
    """Read ``keyword = value``, several with semicolons between."""
    told = {}
    for text in texts:
        for part in text.split(";"):
            keyword, sign, value = (piece.strip() for piece in part.partition("="))
            if not sign or keyword.lower() not in _KEYWORDS:
                known = ", ".join(_KEYWORDS)
                raise frame.BadValueError(
                    name="keywords", why=say("llmodify.no_keyword", text=part.strip(), known=known)
                )
            told[keyword.lower()] = value.strip('"')
    return told


def _memory(text: str) -> int:
    try:
        return parse_memory(text, unit="M")
    except ValueError as error:
        raise frame.BadValueError(name="memory", why=say("llmodify.no_memory", text=text)) from error


def _run_limit(told: dict[str, str]) -> int | None:
    """Return the run limit in seconds; None where none is told."""
    return _seconds(told["wall_clock_limit"].partition(",")[0]) if "wall_clock_limit" in told else None


def _longer(name: str, minutes: int, asked: Manager) -> list[tuple[str, int]]:
    """Return the living steps that a name stands for, with run limits so many minutes longer than now, in seconds.

    Of a name that nobody has, the manager says so. Raises InputError for a step without limit.
    """
    found = list[tuple[str, int]]()
    for one in asked.snapshot(Wanted(steps=(name,), bare=True)).steps:
        if one.state.is_over or name not in {one.id, llq.job_of(one)}:
            continue
        if (limit := one.submitted.job.run_limit) is None:
            raise InputError(
                say("llmodify.no_run_limit", step=one.id), hint=say("llmodify.no_run_limit_cure")
            )
        found.append((one.id, limit + minutes * _MINUTE))
    return found or [(name, minutes * _MINUTE)]


def _soft_run_limit(told: dict[str, str]) -> int | None:
    """Return the soft run limit in seconds; None where none is told."""
    soft = told.get("wall_clock_limit", "").partition(",")[2]
    return _seconds(soft) if soft else None


def _seconds(text: str) -> int:
    try:
        return round(parse_duration(text))
    except ValueError as error:
        raise frame.BadValueError(name="keywords", why=say("llmodify.no_duration", text=text)) from error


def _startdate(text: str, asked: Manager) -> int:
    zone = read_zone(asked.snapshot(Wanted(steps=("0",), bare=True)).zone)
    for form in _STARTDATE:
        try:
            return int(datetime.strptime(text, form).replace(tzinfo=zone).timestamp())
        except ValueError:
            continue
    raise frame.BadValueError(name="keywords", why=say("llmodify.no_date", text=text))
