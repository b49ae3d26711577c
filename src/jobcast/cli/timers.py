"""``jobcast timers``: sampling, training, service and report from systemd or cron."""

import os
import pwd
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from jobcast import clock, config
from jobcast.act.installing import Difference, Placed, compare, put
from jobcast.act.timers import cron, systemd
from jobcast.act.timers.base import CARRIED, Work
from jobcast.cli import crontab, frame
from jobcast.cli.endings import EXPECTED
from jobcast.cli.installing import Consent, State, as_dict, options, settle, tell_end
from jobcast.cli.person import login_name
from jobcast.cli.screen import print_json, print_raw, talk
from jobcast.cli.session import Session
from jobcast.language import say

_BOOTED = Path("/run/systemd/system")
"""There where systemd runs the host."""


@click.group(cls=frame.Family, help=say("timers.help"), epilog=say("timers.examples"))
def command() -> None:
    """Work on periodic work."""


def _kind(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the argument that names systemd or cron, and where units go."""
    folder = click.option(
        "--folder", type=click.Path(path_type=Path), metavar="DIR", help=say("timers.folder")
    )
    kind = click.argument("kind", type=click.Choice(["systemd", "cron"]), required=False)
    return kind(folder(function))


@command.command("print", cls=frame.Spoken, help=say("timers.print"), epilog=say("timers.print_examples"))
@_kind
@frame.json_option
@click.pass_obj
def print_(session: Session, /, *, kind: str | None, folder: Path | None, as_json: bool) -> None:
    """Print what would be installed."""
    work = _work(session)
    if (kind or _usual()) == "cron":
        files = {f"crontab of {work.user}": cron.lines(work)}
    else:
        files = {str(_folder(folder) / name): text for name, text in systemd.units(work).items()}
    if as_json:
        print_json({"files": [{"path": path, "content": text} for path, text in files.items()]})
        return
    for path, text in files.items():
        talk(f"==> {path}")
        print_raw(text)


@command.command(
    "install", cls=frame.Spoken, help=say("timers.install"), epilog=say("timers.install_examples")
)
@_kind
@options
@click.pass_obj
def install(session: Session, /, *, kind: str | None, folder: Path | None, **consent: bool) -> int:
    """Write them."""
    work, asked = _work(session), Consent(**consent)
    if not work.store.is_dir():
        talk(say("timers.no_store", path=work.store))
    if (kind or _usual()) == "cron":
        return _code(_bring_crontab(work, cron.lines(work), asked))
    wanted = [
        Placed(path=(path := _folder(folder) / name), content=text, keep=not _is_ours(path))
        for name, text in systemd.units(work).items()
    ]
    state = _bring(wanted, asked)
    if state in {State.AGREED, State.SAME} and not asked.as_json:
        talk(say("timers.enable", units=" ".join(systemd.STARTED)))
    return _code(state)


@command.command(
    "uninstall", cls=frame.Spoken, help=say("timers.uninstall"), epilog=say("timers.uninstall_examples")
)
@_kind
@options
@click.pass_obj
def uninstall(session: Session, /, *, kind: str | None, folder: Path | None, **consent: bool) -> int:
    """Take them away."""
    work, asked = _work(session), Consent(**consent)
    if (kind or _usual()) == "cron":
        return _code(_bring_crontab(work, None, asked))
    texts = systemd.units(work)
    ours = [path for name in systemd.NAMES if _is_ours(path := _folder(folder) / name)]
    if ours and not asked.as_json:
        talk(say("timers.disable", units=" ".join(systemd.STARTED)))
    wanted = [
        Placed(path=path, content=None, keep=path.read_text("utf-8", "replace") != texts[path.name])
        for path in ours
    ]
    return _code(_bring(wanted, asked))


def _usual() -> str:
    return "systemd" if _BOOTED.is_dir() else "cron"


def _folder(folder: Path | None) -> Path:
    return (folder or systemd.FOLDER).absolute()


def _is_ours(path: Path) -> bool:
    try:
        return path.read_text("utf-8", "replace").startswith(systemd.MARK)
    except OSError:  # whoever reads it to change it says why
        return False


def _work(session: Session) -> Work:
    store = session.settings[config.STORE].absolute()
    return Work(
        program=_program(),
        store=store,
        user=_owner(store),
        environment={name: value for name in CARRIED if (value := os.environ.get(name))},
    )


def _program() -> tuple[str, ...]:
    """Return how this jobcast is started from anywhere."""
    script = Path(sys.executable).with_name("jobcast")
    return (str(script),) if script.is_file() else (sys.executable, "-m", "jobcast")


def _owner(store: Path) -> str:
    """Return who owns the store; one that is not there yet will belong to whoever runs this."""
    if not store.exists():
        return login_name()
    number = store.stat().st_uid
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def _bring(wanted: list[Placed], consent: Consent) -> State:
    """Show, ask, write and tell."""
    differences = compare(wanted)
    state = settle(differences, consent)
    done = put(wanted, clock.now()) if state is State.AGREED else {}
    if consent.as_json:
        print_json(as_dict(differences, state, done))
    else:
        tell_end(wanted, done)
    return state


def _bring_crontab(work: Work, block: str | None, consent: Consent) -> State:
    """Show, ask, write and tell; a copy of the crontab stays in the store."""
    before = crontab.read(work.user)
    after = cron.installed(before, block)
    differences = [Difference(name=f"crontab of {work.user}", before=before, after=after)]
    state = settle(differences, consent)
    if state is State.AGREED:
        copy = crontab.replace(work.user, before, after, beside=work.store, at=clock.now())
        if copy and not consent.as_json:
            talk(say("installing.backup", path=copy))
    if consent.as_json:
        print_json(as_dict(differences, state, {}))
    return state


def _code(state: State) -> int:
    return EXPECTED if state is State.DECLINED else 0
