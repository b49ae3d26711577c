"""From cases to a model in its folder: layers from the earlier jobs, calibration and threshold from the later."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Literal

import numpy as np

import jobcast
from jobcast.errors import ModelError
from jobcast.language import say
from jobcast.predict.failures.calibration import Calibration
from jobcast.predict.failures.model import FIRST, SECOND, FailureCard, load
from jobcast.predict.trees import save
from jobcast.train.failures import calibration, one_layer, two_layers
from jobcast.train.failures.cases import Cases, Floats
from jobcast.train.failures.evidence import EVIDENCE, Evidence
from jobcast.train.failures.folder import growing
from jobcast.train.failures.splits import Split, SplitBy, at_random, by_time
from jobcast.train.failures.thresholds import NEVER, Price, best_threshold
from jobcast.train.failures.two_layers import Progress, TwoLayerSettings

Layers = two_layers.FittedTwoLayers | one_layer.FittedOneLayer


@dataclass(frozen=True, kw_only=True, slots=True)
class LearnSettings:
    """How a model of failure is learnt."""

    layers: Literal["two", "one"] = "two"
    """See docs/decisions/0023 for which serves when."""
    two_layers: TwoLayerSettings = field(default_factory=TwoLayerSettings)
    """Of two layers; the trees of one layer are of the same settings."""
    calibration_share: float = 0.15
    """Share of the jobs, the latest, that teach calibration and threshold but no trees."""
    price: Price = field(default_factory=lambda: Price(share=0.1))
    """Of a false alarm."""


def parts(cases: Cases, by: SplitBy, *, share: float, seed: int) -> Split:
    """Part what teaches trees from the `share` that teaches calibration: as the whole was parted.

    Raises ModelError where either is empty.
    """
    found = by_time(cases, share=share) if by is SplitBy.TIME else at_random(cases, share=share, seed=seed)
    if not len(found.train) or not len(found.test):
        raise ModelError(
            say("failures_models.too_few", jobs=len(cases)), hint=say("failures_models.too_few_cure")
        )
    return found


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Fitted:
    """Layers, with what the jobs that they have not seen tell of them."""

    layers: Layers
    """What tells chances."""
    calibration: Calibration
    """What makes them hold."""
    threshold: float
    """Chance from which on alarms would have paid; infinite where none did."""
    evidence: Evidence
    """What calibrated: the latest jobs, as told by trees that had not seen them."""


def fit(cases: Cases, settings: LearnSettings, progress: Progress) -> Fitted:
    """Learn from all `cases`, calibrated by how trees that had not seen the latest answer these.

    Raises ModelError where they are too few.
    """
    seed = settings.two_layers.boosting.seed
    part = parts(cases, SplitBy.TIME, share=settings.calibration_share, seed=seed)
    later = cases.take(part.test)
    told = _layers(cases.take(part.train), settings, progress).model().tell(later.matrix)
    learnt = calibration.fit(told, later.failed)
    return Fitted(
        layers=_layers(cases, settings, progress),
        calibration=learnt,
        threshold=_threshold(learnt.apply(told), later, settings),
        evidence=Evidence.of(later, told),
    )


def _layers(cases: Cases, settings: LearnSettings, progress: Progress) -> Layers:
    if settings.layers == "two":
        return two_layers.fit(cases, settings.two_layers, progress)
    progress("failure_second_layer")
    return one_layer.fit(cases, settings.two_layers.boosting)


def _threshold(chances: Floats, cases: Cases, settings: LearnSettings) -> float:
    return best_threshold(chances, cases.failed, cases.cost, settings.price)


def publish(
    cases: Cases, folder: Path, settings: LearnSettings, made: datetime, progress: Progress
) -> FailureCard:
    """Learn from `cases` and write the model into `folder`, in the place of one that was there; return its card.

    Raises ModelError where jobs are too few or the folder is no model's, StoreError where it can't be written.
    """
    with growing(folder) as beside:
        fitted = fit(cases, settings, progress)
        card = card_of(cases, fitted, settings, made)
        _save_trees(fitted, beside)
        fitted.evidence.save(beside / EVIDENCE)
        card.save(beside)
        load(beside)  # what can't be read back must not take the place of what could
    return card


def _seconds(fitted: Fitted) -> tuple[str | float, ...]:
    layers = fitted.layers
    return layers.second if isinstance(layers, two_layers.FittedTwoLayers) else (layers.second,)


def _save_trees(fitted: Fitted, folder: Path) -> None:
    if isinstance(fitted.layers, two_layers.FittedTwoLayers) and fitted.layers.first is not None:
        save(fitted.layers.first, folder / FIRST)
    for number, one in enumerate(_seconds(fitted)):
        if isinstance(one, str):
            save(one, folder / SECOND.format(number=number))


def card_of(cases: Cases, fitted: Fitted, settings: LearnSettings, made: datetime) -> FailureCard:
    """Return the card of a model that was fitted to `cases`."""
    layers = fitted.layers
    return FailureCard(
        vantage=str(cases.vantage),
        layers=settings.layers,
        made=made.isoformat(timespec="seconds"),
        versions=_versions("lightgbm", "numpy"),
        data={
            "jobs": len(cases),
            "failures": int(cases.failed.sum()),
            "first_asked": int(cases.asked.min()),
            "last_finished": int(cases.finished.max()),
        },
        features=cases.features,
        second=tuple(None if isinstance(one, str) else one for one in _seconds(fitted)),
        base=float(np.mean(cases.failed)),
        calibration=fitted.calibration.as_json(),
        threshold=None if fitted.threshold == NEVER else fitted.threshold,
        price=asdict(settings.price),
        classes=layers.as_json() if isinstance(layers, two_layers.FittedTwoLayers) else None,
    )


def _versions(*libraries: str) -> Mapping[str, str]:
    return {"jobcast": jobcast.__version__} | {name: import_module(name).__version__ for name in libraries}
