"""The active model, put to the same test as a new one: its trees as they are, all else as of each submission."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import polars as pl

from jobcast.errors import ModelError
from jobcast.features.submissions import seconds
from jobcast.predict.card import Card, read_card
from jobcast.predict.families import load
from jobcast.predict.shelf import Shelf
from jobcast.train.backtest import Learner, known_of, live_replies, test_rows
from jobcast.train.evidence import FOLDER, Evidence
from jobcast.train.families import FamilySettings, KnownJobs, Progress
from jobcast.train.gate import LEAST, Reason, Verdict, verdict
from jobcast.train.judge import Trial, back_test, ended_well
from jobcast.train.material import Material
from jobcast.units import GIB


@dataclass(frozen=True, kw_only=True, slots=True)
class _Rival:
    """The model whose trees the active one has, as it was when they had grown."""

    learner: Learner
    """Goes on learning from there."""

    @property
    def learnt_until(self) -> datetime:
        """Return when the last job finished that the trees may have learnt from."""
        return datetime.fromtimestamp(self.learner.evidence.until, UTC)


def compare(stuff: Material, settings: FamilySettings, shelf: Shelf, progress: Progress) -> Verdict:
    """Judge a new model of the default recipe against the active one, see `jobcast.train.gate`.

    It takes as long as another training where enough jobs have finished since, and next to nothing otherwise.
    """
    rival = _rival(shelf, settings)
    if isinstance(rival, Reason):
        return Verdict(reason=rival)
    judged = int(stuff.done[test_rows(stuff, rival.learner.evidence.until)].sum())
    if judged < LEAST:
        return Verdict(reason=Reason.TOO_FEW, jobs=judged)
    try:
        trial = Trial(train_end=rival.learnt_until, recipes=("default",), settings=settings)
        new = back_test(stuff, trial, progress)["default"]
    except ModelError:  # the history no longer holds enough of what came before
        return Verdict(reason=Reason.NOT_JUDGED)
    active = new.with_columns(**_answers(stuff, rival))
    return verdict(ended_well(new), ended_well(active), settings.risk)


def _rival(shelf: Shelf, settings: FamilySettings) -> "_Rival | Reason":
    """Return the active model, or why it can't be compared with one of these settings."""
    if shelf.active() is None:
        return Reason.FIRST
    try:
        folder, card = _grown(shelf)
        if card.recipe != "default":
            return Reason.OTHER_RECIPE
        if card.risk != settings.risk:
            return Reason.OTHER_RISK
        learner = Learner(
            trees=load(folder, card).trees,
            evidence=Evidence.load(folder / FOLDER),
            ceiling=card.ceiling,
            risk=card.risk,
            days=settings.rolling_days,
        )
    except ModelError:
        return Reason.UNREADABLE
    return _Rival(learner=learner)


def _grown(shelf: Shelf) -> tuple[Path, Card]:
    """Follow the refreshes of the active model back to the one whose trees grew. Raises ModelError."""
    folder = shelf.folder()
    card = read_card(folder)
    while card.refreshed_from is not None:
        folder = shelf.folder(card.refreshed_from)
        card = read_card(folder)
    return folder, card


def _answers(stuff: Material, rival: _Rival) -> dict[str, pl.Series]:
    """Return what the rival says to the jobs that finished after its trees had grown, in GiB."""
    end = seconds(rival.learnt_until)
    rows = test_rows(stuff, end)
    asked = KnownJobs(rows=rows, known=known_of(stuff, rows, end, live=True))
    replies = live_replies(stuff, asked, rival.learner)
    return {
        "median": pl.Series(np.exp2(replies.median) / GIB),
        "request": pl.Series(np.exp2(replies.request) / GIB),
    }
