"""``jobcast batch replay``: plays a live manager's journal again, and sees that the same is decided."""

from pathlib import Path

import click

from jobcast import config
from jobcast.batch.journal import Journal
from jobcast.batch.opening import DifferentError, kept_in, make_checkpoint, play
from jobcast.batch.site import read_live
from jobcast.cli import frame
from jobcast.cli.bar import bar
from jobcast.cli.screen import print_json, tell
from jobcast.cli.session import Session
from jobcast.language import say

_DIFFERENT = 1


@frame.command(help=say("batch_replay.help"), examples=say("batch_replay.examples"))
@click.argument("folder", required=False, type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--checkpoint", is_flag=True, help=say("batch_replay.checkpoint"))
@frame.json_option
@click.pass_obj
def command(session: Session, /, *, folder: Path | None, checkpoint: bool, as_json: bool) -> int:
    """Play a journal again."""
    folder = folder or batch_folder(session)
    try:
        turns = make_checkpoint(folder, read_live) if checkpoint else _play(folder)
    except DifferentError as error:
        turn = error.turn
        if as_json:
            print_json({"same": False, "turn": turn.number, "at": turn.at, "now": list(map(repr, error.now))})
        else:
            tell(say("batch_replay.different", turn=turn.number))
            tell(say("batch_replay.then", decisions=", ".join(map(repr, turn.decisions or ()))))
            tell(say("batch_replay.now", decisions=", ".join(map(repr, error.now))))
        return _DIFFERENT
    if as_json:
        print_json({"same": True, "turns": turns})
    else:
        tell(say("batch_replay.same", turns=turns))
    return 0


def batch_folder(session: Session) -> Path:
    """Return where the manager's journal and spool lie."""
    return session.settings[config.BATCH_FOLDER] or session.settings[config.STORE] / "batch"


def _play(folder: Path) -> int:
    journal = Journal(folder, read_only=True)
    try:
        with bar(say("batch_replay.playing"), journal.last_turn()) as progress:
            whole = journal.first_turn() == 1
            return play(journal, read_live, None if whole else kept_in(journal), progress=progress).turns
    finally:
        journal.close()
