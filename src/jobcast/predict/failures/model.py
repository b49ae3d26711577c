"""A model of failure in its folder: layers, calibration, and a card that says what it was learnt from."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from jobcast.errors import ModelError
from jobcast.language import say
from jobcast.predict.damage import reading
from jobcast.predict.failures.calibration import Calibration
from jobcast.predict.failures.classes import Classes
from jobcast.predict.failures.layers import Layers, OneLayer, Second
from jobcast.predict.failures.two_layers import TwoLayers
from jobcast.predict.trees import Floats, Matrix, Trees

SCHEMA = 1
NAME = "card.json"
FIRST, SECOND = "class_trees.txt", "failure_trees_{number}.txt"
_CURE = "jobcast failures train"


@dataclass(frozen=True, kw_only=True, slots=True)
class FailureCard:
    """All that can be said of a model of failure without loading it."""

    vantage: str
    """From where it looks at jobs (`jobcast.train.failures.cases.Vantage`)."""
    layers: str
    """``two`` or ``one``."""
    made: str
    """When, in ISO form, UTC."""
    versions: Mapping[str, str]
    """Programs and libraries that made it."""
    data: Mapping[str, Any]
    """What it was learnt from: jobs, failures, and moments of the first and the last."""
    features: tuple[str, ...]
    """Names of the matrix's columns, in order."""
    second: tuple[float | None, ...]
    """For each class (one with one layer) the share that is told; None where trees tell."""
    base: float
    """Share of all jobs that failed."""
    calibration: Mapping[str, Any]
    """From what layers tell to chances that are kept."""
    threshold: float | None
    """Chance from which on an alarm pays; None where none ever does."""
    price: Mapping[str, float]
    """Of a false alarm: ``core_seconds`` and ``share`` of the run."""
    classes: Mapping[str, Any] | None = None
    """What the classes are, with their jobs and failures; None with one layer."""

    def save(self, folder: Path) -> None:
        """Write the card into the existing `folder`."""
        text = json.dumps({"schema": SCHEMA, **asdict(self)}, indent=2, ensure_ascii=False)
        (folder / NAME).write_text(text + "\n", "utf-8")


def read_card(folder: Path) -> FailureCard:
    """Read the card of the model in `folder`; raises ModelError when there is none that this program knows."""
    with reading(folder / NAME, hint=_CURE, kinds=(OSError, ValueError, KeyError, TypeError, RecursionError)):
        fields = dict(json.loads((folder / NAME).read_text("utf-8")))
        schema = fields.pop("schema")
        if schema != SCHEMA:
            raise ModelError(
                say("model.card_version", name=folder.name, found=schema, known=SCHEMA), hint=_CURE
            )
        tuples = {name: tuple(fields[name]) for name in ("features", "second")}
        card = FailureCard(**{**fields, **tuples})
        if card.layers not in {"one", "two"} or not isinstance(card.data, dict):
            raise ValueError(say("model.odd_field", name="layers", value=card.layers))
    return card


@dataclass(frozen=True, kw_only=True, slots=True)
class FailureModel:
    """A model of failure, ready to answer from rows of its features."""

    card: FailureCard
    """What it was learnt from."""
    layers: Layers
    """What tells chances."""
    calibration: Calibration
    """What makes them hold."""

    @property
    def threshold(self) -> float:
        """Return the chance from which on an alarm pays; infinite where none ever does."""
        return math.inf if self.card.threshold is None else self.card.threshold

    def tell(self, matrix: Matrix) -> Floats:
        """Return the calibrated chance that each row fails; columns are those of the card's features."""
        return self.calibration.apply(self.layers.tell(matrix))


def _shares(jobs: Sequence[int]) -> tuple[float, ...]:
    """Return which share of all jobs each class had; raises ValueError where there was none."""
    counts = [float(count) for count in jobs]
    if sum(counts) <= 0 or min(counts) < 0:
        raise ValueError(say("model.odd_field", name="jobs", value=jobs))
    return tuple(count / sum(counts) for count in counts)


def load(folder: Path) -> FailureModel:
    """Load the model in `folder`; raises ModelError when something is missing or damaged."""
    card = read_card(folder)
    with reading(folder / NAME, hint=_CURE, kinds=(KeyError, TypeError, ValueError)):
        seconds = tuple(
            Second.load(folder / SECOND.format(number=number), share, card.features)
            for number, share in enumerate(card.second)
        )
        calibration = Calibration.of_json(card.calibration)
        classes = None if card.classes is None else Classes.of_json(card.classes)
        weights = () if card.classes is None else _shares(card.classes["jobs"])
        if {len(seconds)} != ({1} if classes is None else {len(classes), len(weights)}):
            raise ValueError(say("model.odd_field", name="second", value=len(seconds)))
    layers: Layers = OneLayer(second=seconds[0])
    if classes is not None:
        first = Trees.load(folder / FIRST) if len(classes) > 1 else None
        layers = TwoLayers(first=first, second=seconds, classes=classes, weights=weights)
    return FailureModel(card=card, layers=layers, calibration=calibration)
