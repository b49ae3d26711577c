"""What the default recipe learns of failures: one layer of trees on what is known at submission, calibrated.

Two layers need what only an extra brings, and tell no more here (docs/decisions/0023).
"""

import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from jobcast.features.ending import failures
from jobcast.predict.failures.families import FOLDER, MEMORY, shares_of_reasons
from jobcast.predict.failures.model import load
from jobcast.predict.memory import FamilyMemory
from jobcast.train.failures.boosting import CAREFUL
from jobcast.train.failures.calibration import Rolling
from jobcast.train.failures.cases import Vantage
from jobcast.train.failures.evidence import EVIDENCE, Evidence
from jobcast.train.failures.learn import LearnSettings
from jobcast.train.failures.learn import publish as learn_and_keep
from jobcast.train.failures.of_history import Look, cases_at, look_from
from jobcast.train.failures.one_layer import LEAST
from jobcast.train.failures.two_layers import Progress, TwoLayerSettings
from jobcast.train.material import Material

SETTINGS = LearnSettings(layers="one", two_layers=TwoLayerSettings(boosting=CAREFUL))
ROLLING = Rolling()


def publish(
    stuff: Material, folder: Path, *, made: datetime, most_rows: int, progress: Progress
) -> dict[str, Any] | None:
    """Learn from all jobs of `stuff`, write what is learnt into `folder`, and return the card's section.

    When too few jobs failed, or too few ended well, nothing is written, and the section is None.
    """
    look = look_from(stuff, Vantage.SUBMISSION)
    failed = stuff.failed[look.rows]
    if min(int(failed.sum()), int((~failed).sum())) < LEAST:
        return None
    newest = Look(rows=look.rows[-most_rows:], moments=look.moments[-most_rows:])
    cases = cases_at(stuff, Vantage.SUBMISSION, newest)
    learn_and_keep(cases, folder / FOLDER, SETTINGS, made, progress)
    return _remember(stuff, folder)


def refresh(
    stuff: Material, base: Path, folder: Path, told: Mapping[str, Any] | None
) -> dict[str, Any] | None:
    """Write into `folder` what the model `base` has learnt of failures, brought up to all jobs of `stuff`.

    Its trees stay; families remember what ended since, and the calibration goes on from how right it was.
    Returns the card's section, None where `base`, whose card `told`, has learnt nothing of them.
    """
    if told is None:
        return None
    model = load(base / FOLDER)
    before = Evidence.load(base / FOLDER / EVIDENCE)
    look = look_from(stuff, Vantage.SUBMISSION)
    trained = int(model.card.data["last_finished"])
    new = (stuff.finish[look.rows] > max(before.until, trained)) & (look.moments > trained)
    cases = cases_at(stuff, Vantage.SUBMISSION, Look(rows=look.rows[new], moments=look.moments[new]))
    later = Evidence.of(cases, model.layers.tell(cases.matrix))
    evidence = before.and_then(later, within=ROLLING.window)
    shutil.copytree(base / FOLDER, folder / FOLDER, ignore=shutil.ignore_patterns(MEMORY, EVIDENCE))
    evidence.save(folder / FOLDER / EVIDENCE)
    replace(model.card, calibration=evidence.calibration(ROLLING).as_json()).save(folder / FOLDER)
    return _remember(stuff, folder)


def _remember(stuff: Material, folder: Path) -> dict[str, Any]:
    """Write how families ended, and return the card's section."""
    done = stuff.ended_by(stuff.latest)
    FamilyMemory.build(stuff.submissions, done).save(folder / FOLDER / MEMORY)
    failed = failures(done.values)
    return {"learnt_from": len(done.rows), "failed": len(failed), "reasons": shares_of_reasons(failed)}
