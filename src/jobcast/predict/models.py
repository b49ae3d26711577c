"""From a model's folder to the model: one loader for each recipe that makes models."""

import importlib
from pathlib import Path
from typing import cast

from jobcast.errors import ModelError
from jobcast.language import say
from jobcast.predict.base import Loader, Model
from jobcast.predict.card import read_card

LOADERS = {
    "default": "jobcast.predict.families:load",
    "memprediction": "jobcast.predict.memprediction_answers:load",
}
"""Recipe to ``module:function``; imported when such a model is loaded, since what they need differs."""


def load(folder: Path) -> Model:
    """Load the model in `folder`; raises ModelError when it can't be used."""
    card = read_card(folder)
    if card.recipe not in LOADERS:
        raise ModelError(
            say("model.unknown_recipe", name=folder.name, recipe=card.recipe), hint="jobcast train"
        )
    module, _, name = LOADERS[card.recipe].partition(":")
    return cast("Loader", getattr(importlib.import_module(module), name))(folder, card)
