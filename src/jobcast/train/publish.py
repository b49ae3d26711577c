"""From a history to a model on the shelf."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import jobcast
from jobcast.features.columns import FEATURES
from jobcast.features.family import LEVELS
from jobcast.predict.card import Card
from jobcast.predict.families import MEMORY, RECORD, TREES
from jobcast.predict.live import FINISHED_UNTIL, told_until
from jobcast.predict.memory import FamilyMemory
from jobcast.predict.record import TrackRecord
from jobcast.predict.trees import save
from jobcast.train import families, memprediction, run_time
from jobcast.train.evidence import FOLDER, Evidence
from jobcast.train.failures import at_submission
from jobcast.train.families import FamilySettings, Progress
from jobcast.train.material import Material
from jobcast.train.memprediction import TrainingSettings


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """What model to make."""

    made: datetime
    """When the model is made, in UTC; goes onto the card."""
    scores: Mapping[str, Any] | None
    """What a back-test of the same recipe found, for the card."""
    run_time_scores: Mapping[str, Any] | None = None
    """What a back-test of its run limits found, likewise."""


def publish_families(
    stuff: Material, folder: Path, order: Order, settings: FamilySettings, progress: Progress
) -> Card:
    """Learn the default recipe from all jobs of `stuff` and write the model into `folder`.

    Raises ModelError when there are too few jobs.
    """
    fitted = families.fit(stuff, stuff.latest, settings, progress)
    progress("memory")
    for name, file in TREES.items():
        save(fitted.texts[name], folder / file)
    evidence = Evidence.of_fit(stuff, fitted)
    write_learnt(stuff, evidence, folder)
    found = evidence.offsets(risk=settings.risk, days=settings.rolling_days)
    card = Card(
        recipe="default",
        made=order.made.isoformat(timespec="seconds"),
        versions=_versions("lightgbm", "numpy", "polars"),
        data=data_of(stuff),
        settings=asdict(settings),
        risk=settings.risk,
        features=FEATURES,
        ceiling=fitted.ceiling,
        offsets=dict(zip(LEVELS, found.tolist(), strict=True)),
        run_time=run_time.publish(stuff, folder, settings, order.run_time_scores),
        failures=at_submission.publish(
            stuff, folder, made=order.made, most_rows=settings.most_rows, progress=progress
        ),
        scores=order.scores,
    )
    card.save(folder)
    return card


def publish_memprediction(
    stuff: Material, folder: Path, order: Order, settings: TrainingSettings, progress: Progress
) -> tuple[Card, memprediction.Fitted]:
    """Learn the recipe memprediction from the jobs of `stuff` and write the model into `folder`."""
    fitted = memprediction.fit(stuff.jobs, settings, threads=1, progress=progress)
    fitted.model.save(folder)
    card = Card(
        recipe="memprediction",
        made=order.made.isoformat(timespec="seconds"),
        versions=_versions("xgboost", "numpy", "polars"),
        data=data_of(stuff),
        settings=dict(fitted.model.settings),
        risk=None,
        scores=order.scores,
    )
    card.save(folder)
    return card, fitted


def write_learnt(stuff: Material, evidence: Evidence, folder: Path) -> None:
    """Write into `folder` what of memory goes on being learnt between trainings: by families, record, evidence."""
    FamilyMemory.build(stuff.submissions, stuff.finished_by(stuff.latest)).save(folder / MEMORY)
    TrackRecord.build(evidence.judged).save(folder / RECORD)
    evidence.save(folder / FOLDER)


def data_of(stuff: Material) -> dict[str, Any]:
    """Tell what is learnt from, in the words of the card."""
    jobs = stuff.jobs
    days = jobs["finish_time"].dt.date()
    return {
        "jobs": len(jobs),
        "learnt_from": int(stuff.teaches.sum()),
        "first_day": str(days.min()),
        "last_day": str(days.max()),
        FINISHED_UNTIL: told_until(stuff.latest),
        "clusters": jobs["cluster"].unique().sort().to_list() if "cluster" in jobs.columns else [],
    }


def _versions(*libraries: str) -> dict[str, str]:
    return {"jobcast": jobcast.__version__} | {name: import_module(name).__version__ for name in libraries}
