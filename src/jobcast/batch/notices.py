"""Whom to tell what of a step: when one is due, and its words as mail and as JSON. Pure.

Names, comments and addresses come from users: they are shown escaped, and never become headers of their own.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import default as plain
from enum import StrEnum

import msgspec

from jobcast.batch.ending import why_over
from jobcast.batch.record import Notify, Step, StepState
from jobcast.language import say
from jobcast.printable import printable
from jobcast.program import NOWHERE


class Occasion(StrEnum):
    """What has happened to a step."""

    STARTED = "started"
    ENDED = "ended"
    FAILED = "failed"
    """It ended, but not well."""


_WANTED: Mapping[Notify, frozenset[Occasion]] = {
    Notify.ALWAYS: frozenset(Occasion),
    Notify.COMPLETE: frozenset({Occasion.ENDED, Occasion.FAILED}),
    Notify.ERROR: frozenset({Occasion.FAILED}),
    Notify.START: frozenset({Occasion.STARTED}),
    Notify.NEVER: frozenset(),
}
_ADDRESS = re.compile(r"[A-Za-z0-9_.+=-]{1,64}(@[A-Za-z0-9.-]{1,255})?")
"""Login names and plain addresses; anything else is nobody's."""
_MOST = 200
"""Characters of a name in a subject."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """Something that somebody wants to be told."""

    occasion: Occasion
    step: Step
    """As it was then."""


def notice_of(step: Step) -> Notice | None:
    """Return what is due for a step that has just come into its state; None for nothing."""
    occasion = _occasion(step)
    if occasion is None or occasion not in _WANTED[step.submitted.notes.notify]:
        return None
    return Notice(occasion=occasion, step=step)


def _occasion(step: Step) -> Occasion | None:
    if step.state is StepState.RUNNING:
        return Occasion.STARTED if step.since == step.began else None  # else it goes on
    if not step.state.is_over:
        return None
    well = step.state is StepState.CANCELED or (step.state is StepState.COMPLETED and not step.exit_code)
    return Occasion.ENDED if well else Occasion.FAILED


def mail_of(notice: Notice, cluster: str, zone: tzinfo, at: datetime) -> EmailMessage | None:
    """Return the mail, in the language chosen; None where its address is none."""
    step = notice.step
    to = step.submitted.notes.notify_user or step.submitted.job.user
    if _ADDRESS.fullmatch(to) is None:
        return None
    mail = EmailMessage(policy=plain)
    user, _, domain = to.partition("@")
    mail["To"] = Address(username=user, domain=domain)
    mail["Subject"] = _short(_subject(notice, cluster))
    mail["Date"] = at
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content("\n".join(_lines(notice, zone)) + "\n")
    return mail


def _short(text: str) -> str:
    return printable(text)[:_MOST]


def _subject(notice: Notice, cluster: str) -> str:
    name = notice.step.submitted.notes.name
    called = f"{notice.step.id} ({_short(name)})" if name else notice.step.id
    return say(f"notice_subject.{notice.occasion}", step=called, cluster=cluster)


def _lines(notice: Notice, zone: tzinfo) -> list[str]:
    step = notice.step
    job, notes = step.submitted.job, step.submitted.notes
    told: dict[str, str] = {
        "step": step.id,
        "name": notes.name,
        "user": job.user,
        "queue": job.queue,
        "account": job.project,
        "comment": notes.comment,
        "command": notes.command,
        "machines": " ".join(dict.fromkeys(share.machine for share in step.allocation)),
        "state": say(f"step_state.{step.state}"),
        "exit_code": "" if step.exit_code is None else str(step.exit_code),
        "submitted": _time(step.at, zone),
        "began": _time(step.began, zone),
        "ended": _time(step.ended, zone),
        "why": why_over(step),
    }
    lines = [say(f"notice_line.{name}", value=printable(value)) for name, value in told.items() if value]
    lost = notes.dialect == "lsf" and step.submitted.program.output == NOWHERE
    if lost and notice.occasion is not Occasion.STARTED:
        lines += ["", say("notice.no_output")]
    return lines


def _time(second: float | None, zone: tzinfo) -> str:
    return "" if second is None else datetime.fromtimestamp(second, zone).strftime("%Y-%m-%d %H:%M:%S %Z")


def json_of(notice: Notice, cluster: str) -> bytes:
    """Return what a webhook is told; times in UTC."""
    step = notice.step
    job, notes = step.submitted.job, step.submitted.notes
    told = {
        "event": str(notice.occasion),
        "cluster": cluster,
        "step": step.id,
        "name": notes.name,
        "user": job.user,
        "notify_user": notes.notify_user,
        "queue": job.queue,
        "account": job.project,
        "comment": notes.comment,
        "state": str(step.state),
        "exit_code": step.exit_code,
        "killed_for": step.killed_for,
        "detail": why_over(step),
        "machines": list(dict.fromkeys(share.machine for share in step.allocation)),
        "submitted": _moment(step.at),
        "began": _moment(step.began),
        "ended": _moment(step.ended),
    }
    return msgspec.json.encode(told)


def _moment(second: float | None) -> str | None:
    return None if second is None else datetime.fromtimestamp(second, UTC).isoformat()
