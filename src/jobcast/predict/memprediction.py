"""A trained model of the recipe `memprediction`: keep it, load it, ask it for peak memory.

A model is a folder of open formats: ``features.json`` (categories, memory by user, words), ``*.npy``
(vectors), ``xgb_reg.ubj`` (XGBoost's trees), ``training_config.yaml`` (its settings, for the record).
Of the recipe's libraries only XGBoost is needed here.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Self

import numpy as np
import polars as pl
import yaml
from numpy.typing import NDArray

from jobcast.errors import ConfigError, ModelError
from jobcast.features.embedding import Embedding, Matrix, WordRule
from jobcast.features.memprediction import Category, Features, UserMemory
from jobcast.language import say
from jobcast.predict.damage import why
from jobcast.units import GIB

FORMAT = 1
"""Raised whenever a folder of an older program would be misunderstood."""

_TABLES, _TREES, _SETTINGS = "features.json", "xgb_reg.ubj", "training_config.yaml"

INSTALL = "pip install 'jobcast[memprediction]'"
TRAIN = "jobcast train --recipe memprediction"


def library(module: str) -> Any:
    """Import a library of the extra `memprediction`; raises ConfigError when it isn't installed."""
    try:
        return import_module(module)
    except ImportError as error:
        raise ConfigError(
            say("model.needs_library", module=module.partition(".")[0]), hint=INSTALL
        ) from error


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class MemPredictionModel:
    """Trees over the recipe's features."""

    features: Features
    """The tables and vectors that turn a submission into numbers."""
    booster: Any
    """An `xgboost.Booster` that predicts peak memory in GB."""
    settings: Mapping[str, object]
    """The training YAML's content, for the record; prediction doesn't read it."""

    def predict_bytes(self, submissions: pl.DataFrame) -> NDArray[np.int64]:
        """Return each job's expected peak memory in bytes, as of its submission; usage columns aren't read.

        This is a mean: about half of the jobs use more.
        """
        gigabytes = np.maximum(self.predict_gigabytes(submissions), 0)
        amounts: NDArray[np.int64] = np.round(gigabytes * GIB).astype(np.int64)
        return amounts

    def predict_gigabytes(self, submissions: pl.DataFrame) -> NDArray[np.float64]:
        """Return what the trees say, in GB; some objectives go below zero for small jobs."""
        if submissions.is_empty():
            return np.empty(0)
        return predict_gigabytes(self.booster, self.features.matrix(submissions))

    def save(self, folder: Path) -> None:
        """Write the model into `folder`, which is made if need be."""
        folder.mkdir(parents=True, exist_ok=True)
        for embedding in self.features.embeddings:
            for name, array in _arrays(embedding).items():
                np.save(folder / f"{_stem(embedding)}_{name}.npy", array, allow_pickle=False)
        tables = json.dumps(_tables(self.features), ensure_ascii=False, allow_nan=False)
        (folder / _TABLES).write_text(tables, "utf-8")
        (folder / _SETTINGS).write_text(yaml.safe_dump(dict(self.settings), sort_keys=False), "utf-8")
        self.booster.save_model(folder / _TREES)

    @classmethod
    def load(cls, folder: Path, *, threads: int = 2) -> Self:
        """Read a model that `save` wrote; raises ModelError when the folder holds none."""
        xgboost = library("xgboost")
        booster = xgboost.Booster({"nthread": threads})
        try:
            features = _features(_read_tables(folder), folder)
            booster.load_model(folder / _TREES)
            settings = yaml.safe_load((folder / _SETTINGS).read_text("utf-8"))
            if booster.num_features() != len(features.names):
                raise ModelError(say("model.other_trees", folder=folder), hint=TRAIN)
        except (OSError, ValueError, KeyError, TypeError, xgboost.core.XGBoostError) as error:
            raise ModelError(say("model.incomplete", folder=folder, why=why(error)), hint=TRAIN) from error
        return cls(features=features, booster=booster, settings=settings)


def predict_gigabytes(booster: Any, matrix: Matrix) -> NDArray[np.float64]:
    """Return what an `xgboost.Booster` says about rows of features."""
    # Unlike inplace_predict, this works for every kind of booster.
    return np.asarray(booster.predict(library("xgboost").DMatrix(matrix)), np.float64)


def _stem(embedding: Embedding) -> str:
    return f"{embedding.column}_{embedding.method}"


def _arrays(embedding: Embedding) -> dict[str, NDArray[np.float32]]:
    centres = {} if embedding.centres is None else {"centres": embedding.centres}
    return {"vectors": embedding.vectors, **centres}


def _tables(features: Features) -> dict[str, object]:
    """Return all that is no array, ready for JSON."""
    return {
        "format": FORMAT,
        "categories": [asdict(category) for category in features.categories],
        "user_memory_gb": asdict(features.user_memory),
        "embeddings": [
            {
                "column": each.column,
                "method": each.method,
                "words": each.rule,
                "clustered": each.centres is not None,
                "vocabulary": each.vocabulary,
            }
            for each in features.embeddings
        ],
    }


def _read_tables(folder: Path) -> dict[str, Any]:
    tables: dict[str, Any] = json.loads((folder / _TABLES).read_text("utf-8"))
    if tables["format"] != FORMAT:
        raise ModelError(
            say("model.other_format", folder=folder, found=tables["format"], known=FORMAT),
            hint=TRAIN,
        )
    return tables


def _features(tables: Mapping[str, Any], folder: Path) -> Features:
    """Put together what `_tables` and `_arrays` took apart."""
    memory = tables["user_memory_gb"]
    return Features(
        categories=tuple(
            Category(column=each["column"], values=tuple(each["values"])) for each in tables["categories"]
        ),
        user_memory=UserMemory(
            **memory | {name: tuple(memory[name]) for name in ("users", "means", "medians")}
        ),
        embeddings=tuple(_embedding(each, folder) for each in tables["embeddings"]),
    )


def _embedding(table: Mapping[str, Any], folder: Path) -> Embedding:
    stem = f"{table['column']}_{table['method']}"
    centres = np.load(folder / f"{stem}_centres.npy", allow_pickle=False) if table["clustered"] else None
    return Embedding(
        column=table["column"],
        method=table["method"],
        rule=WordRule(table["words"]),
        vocabulary=tuple(table["vocabulary"]),
        vectors=np.load(folder / f"{stem}_vectors.npy", allow_pickle=False),
        centres=centres,
    )
