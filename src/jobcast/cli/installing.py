"""Putting files onto a host: show how they would change, ask, and write, with a copy of what stood there.

::

    differences = compare(wanted)                 # jobcast.act.installing
    state = settle(differences, consent)          # shows them, asks
    done = put(wanted, clock.now()) if state is State.AGREED else {}
    tell_end(wanted, done)                        # or print_json(as_dict(differences, state, done))
"""

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import click

from jobcast.act.installing import Difference, Placed
from jobcast.cli import frame
from jobcast.cli.screen import talk, tell
from jobcast.language import say

_COLOURS = {"+": "green", "-": "red", "@": "cyan"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Consent:
    """What the command line says about writing."""

    yes: bool
    """Write without asking."""
    dry_run: bool
    """Write nothing."""
    as_json: bool
    """The answer is for programs, so that the difference is not printed on its way."""


class State(StrEnum):
    """What became of a wish to write."""

    SAME = "same"
    """Nothing had to change."""
    DRY_RUN = "dry_run"
    """It was only shown."""
    DECLINED = "declined"
    """Whoever was asked said no, or there was nobody to ask."""
    AGREED = "agreed"
    """It is to be written."""


def options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command ``--yes``, ``--dry-run`` and ``--json``, the fields of `Consent`."""
    yes = click.option("--yes", "-y", is_flag=True, help=say("installing.yes"))
    dry_run = click.option("--dry-run", is_flag=True, help=say("installing.dry_run"))
    return yes(dry_run(frame.json_option(function)))


def settle(differences: Sequence[Difference], consent: Consent) -> State:
    """Show what would change and ask, as far as that is wanted; return what is to be done."""
    changing = [one for one in differences if one.changes]
    if not consent.as_json:
        for one in changing:
            _show(one)
    if not changing:
        state = State.SAME
    elif consent.dry_run:
        state = State.DRY_RUN
    else:
        state = State.AGREED if consent.yes or _says_yes() else State.DECLINED
    if state is not State.AGREED:
        talk(say(f"installing.end_{state}"))
    return state


def _show(difference: Difference) -> None:
    for line in difference.lines():
        tell(line, colour=_COLOURS.get(line[:1]))
    if difference.rights:
        before, after = (f"{mode:04o}" for mode in difference.rights)
        tell(say("installing.rights", name=difference.name, before=before, after=after))


def _says_yes() -> bool:
    """Ask on stderr; where nobody answers, that is a no."""
    click.echo(say("installing.ask"), nl=False, err=True)
    answer = sys.stdin.readline() if sys.stdin else ""  # a service may start without one
    return answer.strip().lower() in say("installing.agreeing").split(", ")


def tell_end(wanted: Iterable[Placed], done: Mapping[Path, Path | None]) -> None:
    """Say which files were written or removed, and where their copies are."""
    for file in wanted:
        if file.path in done:
            if file.content is None:
                tell(say("installing.removed", path=file.path))
            else:
                tell(say("installing.written", path=file.path))
            if copy := done[file.path]:
                tell(say("installing.backup", path=copy))


def as_dict(
    differences: Sequence[Difference], state: State, done: Mapping[Path, Path | None]
) -> dict[str, Any]:
    """Return what became of the wish, for programs."""
    copies = {str(path): copy for path, copy in done.items()}
    return {
        "state": state,
        "files": [
            {
                "path": one.name,
                "change": one.kind,
                "diff": "\n".join(one.lines()),
                "backup": copies.get(one.name),
            }
            for one in differences
        ],
    }
