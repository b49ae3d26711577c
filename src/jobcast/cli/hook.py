"""``jobcast hook``: what a batch system needs so that it asks jobcast at submission."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from jobcast import clock, config
from jobcast.act.hooks.base import Address, Plan
from jobcast.act.hooks.placing import to_install, to_uninstall
from jobcast.act.hooks.registry import STUBS, stub
from jobcast.act.installing import Placed, compare, put
from jobcast.act.rules import read_rules
from jobcast.advice import Mode
from jobcast.cli import frame
from jobcast.cli.endings import EXPECTED, complain
from jobcast.cli.frame import BadValueError
from jobcast.cli.installing import Consent, State, as_dict, options, settle, tell_end
from jobcast.cli.screen import print_json, print_raw, talk
from jobcast.cli.session import Session
from jobcast.errors import ConfigError
from jobcast.language import Phrase, say

_LONGEST = 10.0
"""Seconds that nobody waits for advice."""


@click.group(cls=frame.Family, help=say("hook_install.help"), epilog=say("hook_install.examples"))
def command() -> None:
    """Work on hooks."""


def _file(name: str, what: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return click.option(name, metavar="FILE", type=click.Path(path_type=Path), help=what)


def _place(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the argument SYSTEM and the options that say where it asks, and where it is installed."""
    for decorate in reversed(
        (
            click.argument("system", type=click.Choice(list(STUBS))),
            _file("--socket", say("hook_install.socket")),
            click.option("--url", metavar="URL", help=say("hook_install.url")),
            _file("--token-file", say("hook_install.token_file")),
            _file("--certificate", say("hook_install.certificate")),
            click.option(
                "--deadline",
                metavar="SECONDS",
                type=click.FloatRange(min=0.01, max=_LONGEST),
                help=say("hook_install.deadline"),
            ),
            click.option(
                "--folder", metavar="DIR", type=click.Path(path_type=Path), help=say("hook_install.folder")
            ),
        )
    ):
        function = decorate(function)
    return function


@command.command(
    "print",
    cls=frame.Spoken,
    help=say("hook_install.print"),
    epilog=say("hook_install.print_examples"),
)
@_place
@frame.json_option
@click.pass_obj
def print_(session: Session, /, *, system: str, as_json: bool, **place: Any) -> None:
    """Print the files."""
    plan = _plan(session, system, **place)
    if as_json:
        files = [
            {"path": file.path, "mode": f"{file.mode:04o}", "content": file.content} for file in plan.files
        ]
        print_json({"system": system, "files": files, **_by_hand(plan)})
        return
    for file in plan.files:
        if len(plan.files) > 1:
            talk(f"==> {file.path}")
        print_raw(file.content)
    _tell(say("hook_install.by_hand"), plan.by_hand)


@command.command(
    "install",
    cls=frame.Spoken,
    help=say("hook_install.install"),
    epilog=say("hook_install.install_examples"),
)
@_place
@options
@click.pass_obj
def install(
    session: Session, /, *, system: str, yes: bool, dry_run: bool, as_json: bool, **place: Any
) -> int:
    """Write the files."""
    plan = _plan(session, system, **place)
    consent = Consent(yes=yes, dry_run=dry_run, as_json=as_json)
    state = _bring(to_install(plan), consent, {"system": system, **_by_hand(plan)})
    if not as_json and state in {State.AGREED, State.SAME}:
        _tell(say("hook_install.by_hand"), plan.by_hand)
        _tell_mode(session)
    return EXPECTED if state is State.DECLINED else 0


@command.command(
    "uninstall",
    cls=frame.Spoken,
    help=say("hook_install.uninstall"),
    epilog=say("hook_install.uninstall_examples"),
)
@_place
@options
@click.pass_obj
def uninstall(
    session: Session, /, *, system: str, yes: bool, dry_run: bool, as_json: bool, **place: Any
) -> int:
    """Take the files away."""
    plan = _plan(session, system, **place)
    if not as_json:
        _tell(say("hook_install.first"), plan.undo)
    consent = Consent(yes=yes, dry_run=dry_run, as_json=as_json)
    state = _bring(to_uninstall(plan), consent, {"system": system, **_by_hand(plan)})
    return EXPECTED if state is State.DECLINED else 0


def _plan(session: Session, system: str, *, folder: Path | None, **place: Any) -> Plan:
    """Return what installing means with these options."""
    one = stub(system)
    return one.plan(_address(session, **place), _absolute(folder) or one.usual_folder(os.environ))


def _address(
    session: Session,
    *,
    socket: Path | None,
    url: str | None,
    deadline: float | None,
    **files: Path | None,
) -> Address:
    """Return where to ask; what the options leave open the settings say. `files`: token_file and certificate."""
    if socket and url:
        raise BadValueError(name="url", why=say("hook_install.one_address"))
    configured = session.settings[config.HOOK_DEADLINE].total_seconds()
    return Address(
        socket=None if url else _absolute(socket or session.settings[config.SERVE_SOCKET]),
        url=url,
        token_file=_absolute(files["token_file"]),
        certificate=_absolute(files["certificate"]),
        deadline_s=configured if deadline is None else deadline,
    )


def _absolute(path: Path | None) -> Path | None:
    """Return a path that means the same wherever somebody submits."""
    return None if path is None else path.expanduser().absolute()


def _bring(wanted: Sequence[Placed], consent: Consent, facts: dict[str, Any]) -> State:
    """Show, ask, write and tell."""
    differences = compare(wanted)
    state = settle(differences, consent)
    done = put(wanted, clock.now()) if state is State.AGREED else {}
    if consent.as_json:
        print_json({**facts, **as_dict(differences, state, done)})
    else:
        tell_end(wanted, done)
    return state


def _by_hand(plan: Plan) -> dict[str, list[str]]:
    return {
        "by_hand": [one.say() for one in plan.by_hand],
        "undo_by_hand": [one.say() for one in plan.undo],
    }


def _tell(heading: str, steps: Sequence[Phrase]) -> None:
    """Say what is to be done by hand, in its order."""
    if steps:
        talk(heading)
    for number, step in enumerate(steps, 1):
        talk(f"  {number}. {step.say()}")


def _tell_mode(session: Session) -> None:
    """Say how far the rules let the hook go, as the service reads them."""
    try:
        mode = read_rules(session.settings[config.HOOK_RULES]).furthest()
    except ConfigError as error:  # the hook is installed, and the service says so too
        complain(error)
        return
    talk(say("hook_install.shadow") if mode is Mode.SHADOW else say("hook_install.mode", mode=mode))
