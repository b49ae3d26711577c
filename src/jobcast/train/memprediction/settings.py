"""What memPrediction's training YAML can say, as values; `training_yaml` reads and writes it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from jobcast.features.embedding import WordRule

METHODS = ("word2vec", "glove")
SAMPLING_METHODS = ("SMOTE", "SMOTENC")
SAMPLING_STRATEGIES = ("auto", "minority", "not minority", "not majority", "all")

SamplingStrategy = str | Mapping[int, int]
"""One of `SAMPLING_STRATEGIES`, or the jobs wanted for each interval, counted from 0."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CrossValidation:
    """Shares of the jobs, drawn at random, to learn from and to report on."""

    test_size: float = 0.01
    """To report on."""
    train_size: float = 0.99
    """To learn from; what neither share takes is left out."""


@dataclass(frozen=True, kw_only=True, slots=True)
class EmbeddingSettings:
    """How one text becomes a vector."""

    column: str
    """Which text, one of `jobcast.features.memprediction.TEXT_COLUMNS`."""
    method: str
    """One of `METHODS`."""
    emb_size: int = 128
    """Dimensions of the vector."""
    cluster: int | None = None
    """Clusters of texts, the number of which is one more feature; None for no such feature."""
    words: WordRule = WordRule.LETTERS
    """What counts as a word; not in memPrediction, which knows letters only."""

    @property
    def width(self) -> int:
        """Features that come of it."""
        return self.emb_size + (self.cluster is not None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Oversampling:
    """Made-up jobs for the rare intervals of memory."""

    bins: tuple[float, ...]
    """Bounds of the intervals in GB, rising."""
    method: str = "SMOTE"
    """One of `SAMPLING_METHODS`."""
    sampling_strategy: SamplingStrategy = "auto"
    """Which intervals are filled up, and how far."""


@dataclass(frozen=True, kw_only=True, slots=True)
class XGBoostSettings:
    """How XGBoost learns."""

    early_stopping_rounds: int | None = None
    """Stop after so many trees without a better `eval_metric` on the latest jobs; None to grow them all."""
    eval_metric: tuple[str, ...] = ("rmse",)
    """XGBoost's metrics for the report; the last also decides when to stop."""
    n_estimators: int = 100
    """Trees."""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    """XGBoost's own parameters, by its own names."""

    @property
    def seed(self) -> int:
        """The seed for everything random: embeddings, split, sampling and trees."""
        return int(self.parameters.get("seed", self.parameters.get("random_state", 0)))


@dataclass(frozen=True, kw_only=True, slots=True)
class TrainingSettings:
    """All that the YAML says."""

    bins: tuple[float, ...]
    """Bounds of the report's memory intervals in GB, rising."""
    cross_validation: CrossValidation = CrossValidation()
    """Which jobs to learn from, and which to report on."""
    embeddings: tuple[EmbeddingSettings, ...] = ()
    """Texts that take part, in the order of their features; empty for none."""
    oversampling: Oversampling | None = None
    """None when the sampling is switched off."""
    boosting: XGBoostSettings = XGBoostSettings()
    """How the trees grow."""
