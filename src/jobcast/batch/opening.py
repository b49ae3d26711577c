"""A manager's state after a stop, a crash, or for the first time: from its journal, and nothing else.

A checkpoint spares playing what came before it. Another process makes it, by playing the journal again: so that the
manager never stops for it, and that each checkpoint proves that what ran can be decided again.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from jobcast.batch.journal import Journal, Turn
from jobcast.batch.ledger import Ledger
from jobcast.batch.living import Living
from jobcast.batch.plain import from_json, to_json
from jobcast.batch.rebuilding import rebuild
from jobcast.batch.recalling import waited_for
from jobcast.batch.site import Files, LiveSite
from jobcast.decision import Decision
from jobcast.errors import InputError
from jobcast.language import say
from jobcast.schedule.checkpoint import Checkpoint, load, save
from jobcast.schedule.step import begin
from jobcast.store.durable import write_whole

logger = logging.getLogger("jobcast.batch")

CHECKPOINT = "checkpoint.json"

Read = Callable[[Files], LiveSite]


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """The core's state after a turn."""

    turn: int
    """Number of that turn."""
    site: int
    """Number of the files that held."""
    state: Checkpoint
    """The state."""


class DifferentError(Exception):
    """A turn that was played again was decided otherwise."""

    def __init__(self, turn: Turn, now: tuple[Decision, ...]) -> None:
        super().__init__(f"turn {turn.number}")
        self.turn, self.now = turn, now


def open_ledger(journal: Journal, files: Files, read: Read, *, at: int, monday: int) -> Ledger:
    """Return the ledger as it was when the journal ended; for a new journal, that of an idle cluster.

    `files` are as they are now: in a journal that is there, they count only once the caller says so. Where the journal
    can't be played again, as after a change of the core, the state is made anew from the steps, and that is logged.
    """
    if journal.meta("begun") is None:
        site = read(files)
        ledger = Ledger(journal, site, begin(site.cluster, site.policy, now=at, monday=monday), 0)
        journal.keep({"monday": str(monday), "begun": str(at)})
        return ledger
    try:
        return play(journal, read, kept_in(journal))
    except DifferentError as error:
        logger.warning("%s", say("batch.anew_different", turn=error.turn.number))
    except (InputError, LookupError) as error:
        logger.warning("%s", say("batch.anew_unreadable", file=CHECKPOINT, why=error))
    return _anew(journal, read, at, int(journal.meta("monday") or monday))


def _anew(journal: Journal, read: Read, at: int, monday: int) -> Ledger:
    number = journal.last_site()
    site, living = read(journal.files(number)), list(journal.living())
    ledger = Ledger(
        journal,
        site,
        begin(site.cluster, site.policy, now=at, monday=monday),
        journal.last_turn(),
        site_number=number,
    )
    over = waited_for([step.submitted for step in living], ledger.state, journal).over
    ledger.state = rebuild(site, [*over, *living], ledger.drained | ledger.closed, at=at, monday=monday)
    ledger.steps = Living(living)
    keep_now(ledger)
    return ledger


def keep_now(ledger: Ledger) -> None:
    """Make a checkpoint of a ledger as it is, unless something of it couldn't be written down yet."""
    if ledger.settle():
        _write(ledger.journal.path.parent, ledger)


def kept_in(journal: Journal) -> Kept | None:
    """Return the newest checkpoint; None where there is none."""
    file = journal.path.with_name(CHECKPOINT)
    return from_json(file.read_bytes(), Kept) if file.exists() else None


def play(
    journal: Journal,
    read: Read,
    kept: Kept | None = None,
    *,
    decided: bool = False,
    progress: Callable[[int], None] | None = None,
) -> Ledger:
    """Play all turns after a checkpoint again, or all there are. Raises DifferentError as `open_ledger`.

    With `decided` it ends before a turn whose decisions aren't written down yet. `progress` is called after each turn
    with its number.
    """
    sites: dict[int, LiveSite] = {}

    def site_of(number: int) -> LiveSite:
        if number not in sites:
            sites[number] = read(journal.files(number))
        return sites[number]

    site = site_of(kept.site if kept else 1)
    if kept:
        state = load(kept.state, site.policy)
    else:
        begun, monday = int(journal.meta("begun") or 0), int(journal.meta("monday") or 0)
        state = begin(site.cluster, site.policy, now=begun, monday=monday)
    ledger = Ledger(journal, site, state, kept.turn if kept else 0, site_number=kept.site if kept else 1)
    ledger.steps = Living(journal.living())
    for turn in journal.turns(ledger.turns):
        if decided and turn.decisions is None:
            break
        ledger.site, ledger.site_number = site_of(turn.site), turn.site
        decisions = ledger.replay(turn)
        if turn.decisions is not None and decisions != turn.decisions:
            raise DifferentError(turn, decisions)
        if progress is not None:
            progress(turn.number)
    return ledger


def make_checkpoint(folder: Path, read: Read) -> int:
    """Make a checkpoint of the journal in a folder as it is now, and return its turn.

    Raises DifferentError as `open_ledger`.
    """
    journal = Journal(folder, read_only=True)
    try:
        ledger = play(journal, read, kept_in(journal), decided=True)
    finally:
        journal.close()
    _write(folder, ledger)
    return ledger.turns


def _write(folder: Path, ledger: Ledger) -> None:
    kept = Kept(turn=ledger.turns, site=ledger.site_number, state=save(ledger.state))
    write_whole(folder / CHECKPOINT, to_json(kept), beside=folder, mode=0o600)
