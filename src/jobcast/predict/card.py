"""A model's card: what it was learnt from, how it was judged, and what it needs to be understood."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from types import NoneType
from typing import Any

from jobcast.errors import ModelError
from jobcast.language import say
from jobcast.predict.damage import reading

SCHEMA = 2
NAME = "card.json"


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """All that can be said of a model without loading it."""

    recipe: str
    """Which way of learning: ``default`` or ``memprediction``."""
    made: str
    """When, in ISO form, UTC."""
    versions: Mapping[str, str]
    """Programs and libraries that made it."""
    data: Mapping[str, Any]
    """What it was learnt from: jobs, those with a measured peak, first and last day."""
    settings: Mapping[str, Any]
    """What the recipe was told, as its own settings name it."""
    risk: float | None
    """Chance of exceeding the request that it was calibrated for."""
    features: tuple[str, ...] = ()
    """Names of the matrix's columns, in order; empty where the recipe keeps them elsewhere."""
    ceiling: float = 0.0
    """log2 bytes: the largest peak that it has seen."""
    refreshed_from: str | None = None
    """Name of the model that has grown its trees, however often they were refreshed; None where it has itself."""
    offsets: Mapping[str, float] | None = None
    """Calibration: history level to what is added to the upper quantile, in log2 bytes."""
    run_time: Mapping[str, Any] | None = None
    """Of run limits: risk, ceiling (log2 seconds), runs learnt from, offsets, scores; None where none were learnt."""
    failures: Mapping[str, Any] | None = None
    """Of failed jobs: jobs learnt from, failed ones, their reasons; None where nothing was learnt of them."""
    scores: Mapping[str, Any] | None = None
    """How it did on later days than it had learnt from; None when it was not judged."""

    def promised(self) -> float:
        """Return the risk that was calibrated for; raises ModelError when the recipe promises none."""
        if self.risk is None:
            raise ModelError(say("model.no_promise", recipe=self.recipe), hint="jobcast train")
        return self.risk

    def save(self, folder: Path) -> None:
        """Write the card into the existing `folder`."""
        text = json.dumps({"schema": SCHEMA, **asdict(self)}, indent=2, ensure_ascii=False)
        (folder / NAME).write_text(text + "\n", "utf-8")


def read_card(folder: Path) -> Card:
    """Read the card of the model in `folder`; raises ModelError when there is none that this program knows."""
    with reading(folder / NAME, kinds=(OSError, ValueError, KeyError, TypeError, RecursionError)):
        fields = dict(json.loads((folder / NAME).read_text("utf-8")))
        schema = fields.pop("schema")
        if schema != SCHEMA:
            raise ModelError(
                say("model.card_version", name=folder.name, found=schema, known=SCHEMA), hint="jobcast train"
            )
        card = Card(**{**fields, "features": tuple(fields["features"])})
        _check(card)
    return card


def _check(card: Card) -> None:
    """Raise TypeError when something is not of its kind: files come from anywhere."""
    kinds: dict[str, type | tuple[type, ...]] = {
        "recipe": str, "made": str, "versions": dict, "data": dict, "settings": dict, "risk": (float, NoneType),
        "ceiling": (int, float), "refreshed_from": (str, NoneType), "offsets": (dict, NoneType),
        "scores": (dict, NoneType), "run_time": (dict, NoneType), "failures": (dict, NoneType),
    }  # fmt: skip
    for name, kind in kinds.items():
        if not isinstance(getattr(card, name), kind):
            raise TypeError(say("model.odd_field", name=name, value=getattr(card, name)))
