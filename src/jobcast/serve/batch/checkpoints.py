"""Has checkpoints made beside the manager, and drops turns that nobody needs to play again."""

import asyncio
import logging
import os
import pwd
import sys
import threading
from pathlib import Path

from jobcast.batch.journal import FullError
from jobcast.batch.ledger import Ledger
from jobcast.batch.opening import kept_in
from jobcast.systems.run import Behalf, run_for

logger = logging.getLogger("jobcast.batch")

_TURNS = 1000
"""After so many turns a checkpoint is made."""
_LOOK_SECONDS = 5.0
_CHECKPOINT_SECONDS = 600.0
"""The longest that it may take to make one."""
_DROPPED_AT_ONCE = 500
"""Turns; decisions wait for no more than that."""
_DAY = 86_400
_TOLD_BYTES = 2_000
"""Of what it complains of."""


async def keep_checkpoints(folder: Path, ledger: Ledger, keep_days: int, stop: threading.Event) -> None:
    """Have another process make a checkpoint now and then, so that a restart plays only what came after; for ever.

    That process is killed when `stop` is set.
    """
    program = (sys.executable, "-m", "jobcast", "batch", "replay", str(folder), "--checkpoint")
    behalf = Behalf(user=pwd.getpwuid(os.geteuid()).pw_name, environment=os.environ, directory=".")
    kept = kept_in(ledger.journal)
    last = kept.turn if kept else 0
    while True:
        await asyncio.sleep(_LOOK_SECONDS)
        if ledger.turns - last < _TURNS:
            continue
        last = ledger.turns
        end = await asyncio.to_thread(run_for, behalf, program, seconds=_CHECKPOINT_SECONDS, stop=stop)
        if end.exit_code or end.timed_out:  # without one, a restart merely takes longer
            why = end.errors[-_TOLD_BYTES:].decode("utf-8", "replace").strip()
            logger.error("no checkpoint: %s", why or f"it ended with {end.exit_code}")
            continue
        await _drop_old_turns(ledger, keep_days)


async def _drop_old_turns(ledger: Ledger, keep_days: int) -> None:
    kept = kept_in(ledger.journal)
    before = ledger.state.now - keep_days * _DAY
    try:
        while kept and ledger.journal.drop_turns(kept.turn, before, _DROPPED_AT_ONCE):
            await asyncio.sleep(0)
    except FullError as error:
        logger.error("%s", error.message)  # noqa: TRY400 - expected
