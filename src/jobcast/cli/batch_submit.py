"""``jobcast batch submit``: a job command file, or a command, whichever batch system it was written for."""

from pathlib import Path

import click

from jobcast.batch.client import too_large
from jobcast.batch.order import Answer, Done, SubmitCommand, SubmitCommandFile
from jobcast.batch.service import MOST_ORDER_BYTES
from jobcast.cli import frame
from jobcast.cli.batch_client import manager
from jobcast.cli.screen import print_json, talk, tell
from jobcast.cli.session import Session
from jobcast.cli.taken_along import environment, limits, umask
from jobcast.errors import InputError
from jobcast.language import say
from jobcast.systems.encoding import decode

_REFUSED = 1


@click.command(
    cls=frame.Spoken,
    help=say("batch_submit.help"),
    epilog=say("batch_submit.examples"),
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
@click.argument(
    "words", nargs=-1, required=True, type=click.UNPROCESSED, metavar="FILE | [OPTION...] COMMAND..."
)
@frame.json_option
@click.pass_obj
def command(session: Session, /, *, words: tuple[str, ...], as_json: bool) -> int:
    """Submit, and print the id."""
    answer = manager(session).do(_order(words))
    refusals = [outcome for outcome in answer.outcomes if outcome.done is not Done.YES]
    if as_json:
        print_json(_as_dict(answer))
        return _REFUSED if refusals else 0
    for warning in answer.warnings:
        talk(warning)
    for refused in refusals:
        talk(refused.said)
    if not refusals:
        tell(answer.job)
    return _REFUSED if refusals else 0


def _order(words: tuple[str, ...]) -> SubmitCommandFile | SubmitCommand:
    """Return the order: one word that is a file is a job command file, all else is for bsub's options."""
    around = {"directory": str(Path.cwd()), "environment": environment(), "umask": umask()}
    if len(words) == 1 and (words[0] == "-" or Path(words[0]).is_file()):
        name = words[0].removeprefix("-")
        return SubmitCommandFile(text=_text(words[0]), file=name, limits=limits(), **around)  # type: ignore[arg-type]
    return SubmitCommand(arguments=words, **around)  # type: ignore[arg-type]


def _text(name: str) -> str:
    try:
        with click.open_file(name, "rb") as stream:
            body = stream.read(MOST_ORDER_BYTES + 1)
    except OSError as error:
        raise InputError(say("batch_submit.unreadable", file=name, why=error.strerror)) from error
    if len(body) > MOST_ORDER_BYTES:
        raise too_large(name)
    return decode(body)


def _as_dict(answer: Answer) -> dict[str, object]:
    return {
        "job": answer.job,
        "steps": [outcome.name for outcome in answer.outcomes if outcome.done is Done.YES],
        "refusals": [outcome.said for outcome in answer.outcomes if outcome.done is not Done.YES],
        "warnings": list(answer.warnings),
    }
