"""Bring a model up to the present without growing new trees: its memory, its track record, its calibration.

Forecasts live from what finished lately. A refresh costs seconds, so it can follow every sampling.
"""

import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from jobcast.errors import ModelError
from jobcast.features.asof import as_of_submission
from jobcast.features.family import LEVELS, NOTHING
from jobcast.language import say
from jobcast.predict.answer import answer
from jobcast.predict.card import NAME, Card, read_card
from jobcast.predict.damage import reading
from jobcast.predict.families import TREES, load
from jobcast.train import run_time
from jobcast.train.evidence import FOLDER, Evidence
from jobcast.train.failures import at_submission
from jobcast.train.families import FamilySettings, KnownJobs, Progress, judge
from jobcast.train.material import COLUMNS, Material
from jobcast.train.publish import data_of, write_learnt

READS = (*COLUMNS, "cluster")
"""Columns of the history that a refresh reads; the clusters go onto the card."""


def knows_all(base: Path, stuff: Material) -> bool:
    """Tell whether the model `base` was learnt from just these jobs. Raises ModelError as `refresh` does."""
    return _card_of_families(base).data == data_of(stuff)


def refresh(stuff: Material, base: Path, folder: Path, made: datetime, progress: Progress) -> Card:
    """Write into `folder` the model `base` as it answers after all jobs of `stuff`, the whole history.

    Jobs that finished after those that `base` was judged on judge it now. Of jobs stored late, which finished
    earlier, the memory learns at once; they judge only at the next training.
    Raises ModelError when `base` is damaged or of a recipe that remembers no families, or when no job ended well.
    """
    card = _card_of_families(base)
    if not stuff.teaches.any():
        raise ModelError(say("model.nothing_learnt"), hint=say("span.empty_cure"))
    progress("families")
    before = Evidence.load(base / FOLDER)
    evidence = before.and_then(_evidence(stuff, base, card, after=before.until))
    found = evidence.offsets(risk=card.promised(), days=_rolling_days(base, card))
    progress("memory")
    write_learnt(stuff, evidence, folder)
    for file in TREES.values():
        shutil.copyfile(base / file, folder / file)
    refreshed = replace(
        card,
        made=made.isoformat(timespec="seconds"),
        refreshed_from=card.refreshed_from or base.name,
        data=data_of(stuff),
        ceiling=max(card.ceiling, float(stuff.peak[stuff.teaches].max())),
        offsets=dict(zip(LEVELS, found.tolist(), strict=True)),
        run_time=_run_time(stuff, base, card, folder),
        failures=at_submission.refresh(stuff, base, folder, card.failures),
    )
    refreshed.save(folder)
    return refreshed


def _card_of_families(base: Path) -> Card:
    card = read_card(base)
    if card.recipe != "default":
        raise ModelError(
            say("model.no_families", recipe=card.recipe),
            hint=f"jobcast train --recipe {card.recipe}",
        )
    return card


def _rolling_days(base: Path, card: Card) -> int:
    """Return for how many days the model was calibrated: the same go on counting."""
    with reading(base / NAME, kinds=(KeyError, TypeError, ValueError)):
        return int(card.settings["rolling_days"])


def _run_time(stuff: Material, base: Path, card: Card, folder: Path) -> Mapping[str, Any] | None:
    """Learn run times anew, which costs little; by now there may be enough for a model that had learnt none."""
    with reading(base / NAME, kinds=(KeyError, TypeError, ValueError)):
        risk = float(card.settings["risk_run_time"])
        scores = card.run_time["scores"] if card.run_time else None
    settings = FamilySettings(risk_run_time=risk, rolling_days=_rolling_days(base, card))
    return run_time.publish(stuff, folder, settings, scores)


def _evidence(stuff: Material, base: Path, card: Card, *, after: int) -> Evidence:
    """Answer the jobs that finished after `after` as of their submission, and see how far off that was."""
    model = load(base, card)
    rows = np.flatnonzero(stuff.teaches & (stuff.finish > after))
    rows = rows[np.argsort(stuff.finish[rows], kind="stable")]
    known = as_of_submission(stuff.submissions, stuff.finished_by(stuff.latest), rows)
    asked = KnownJobs(rows=rows, known=known)
    asked = asked.take(np.flatnonzero(known.rung != NOTHING))
    answers = answer(asked.known, model.trees, card.ceiling)
    return Evidence(
        finish=stuff.finish[asked.rows],
        residuals=stuff.peak[asked.rows] - answers.upper,
        levels=answers.level,
        judged=judge(stuff, asked, answers),
    )
