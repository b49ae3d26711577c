"""Has checkpoints made beside the manager, and drops turns that nobody needs to play again."""

import asyncio
import logging
import sys
from pathlib import Path

from jobcast.batch.journal import FullError
from jobcast.batch.ledger import Ledger
from jobcast.batch.opening import kept_in
from jobcast.errors import CommandError
from jobcast.systems.base import Command
from jobcast.systems.run import run

logger = logging.getLogger("jobcast.batch")

_TURNS = 1000
"""After so many turns a checkpoint is made."""
_LOOK_SECONDS = 5.0
_CHECKPOINT_SECONDS = 600.0
"""The longest that it may take to make one."""
_DROPPED_AT_ONCE = 500
"""Turns; decisions wait for no more than that."""
_DAY = 86_400


async def keep_checkpoints(folder: Path, ledger: Ledger, keep_days: int) -> None:
    """Have another process make a checkpoint now and then, so that a restart plays only what came after; for ever."""
    program = (sys.executable, "-m", "jobcast", "batch", "replay", str(folder), "--checkpoint")
    command = Command(arguments=program, timeout_seconds=_CHECKPOINT_SECONDS)
    kept = kept_in(ledger.journal)
    last = kept.turn if kept else 0
    while True:
        await asyncio.sleep(_LOOK_SECONDS)
        if ledger.turns - last < _TURNS:
            continue
        last = ledger.turns
        try:
            await asyncio.to_thread(_run_silently, command)
        except CommandError as error:  # without one, a restart merely takes longer
            logger.error("no checkpoint: %s", error.message)  # noqa: TRY400 - expected
            continue
        await _drop_old_turns(ledger, keep_days)


def _run_silently(command: Command) -> None:
    with run(command):
        pass


async def _drop_old_turns(ledger: Ledger, keep_days: int) -> None:
    kept = kept_in(ledger.journal)
    before = ledger.state.now - keep_days * _DAY
    try:
        while kept and ledger.journal.drop_turns(kept.turn, before, _DROPPED_AT_ONCE):
            await asyncio.sleep(0)
    except FullError as error:
        logger.error("%s", error.message)  # noqa: TRY400 - expected
