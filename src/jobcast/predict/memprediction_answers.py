"""Models of the recipe `memprediction` as every other model answers: what they expect is also what they request."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import polars as pl

from jobcast.forecast import Basis, Forecast, MemoryForecast
from jobcast.history import conform
from jobcast.job import Submission
from jobcast.predict.base import NO_RUN_TIMES, WORDS
from jobcast.predict.card import Card
from jobcast.predict.live import FinishedRun
from jobcast.predict.memprediction import MemPredictionModel
from jobcast.units import Bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class MemPredictionAnswers:
    """A model of the recipe, behind the contract of all models."""

    card: Card
    """What it was learnt from; the number of jobs is told as basis."""
    model: MemPredictionModel
    """The trees, which answer in columns."""

    def forecast(
        self,
        submissions: Sequence[Submission],
        *,
        explain: bool = False,  # noqa: ARG002 - its features are coordinates of words, which explain nothing
    ) -> list[Forecast]:
        """Answer each submission, in order."""
        if not submissions:
            return []
        rows = [
            {**fields, **_request(fields.pop("request")), "submit_time": fields.pop("at")}
            for fields in map(asdict, submissions)
        ]
        amounts = self.model.predict_bytes(conform(pl.DataFrame(rows, infer_schema_length=None)))
        basis = Basis(level="none", rung=WORDS, runs=int(self.card.data["learnt_from"]), age_days=None)
        return [
            Forecast(
                memory=MemoryForecast(quantiles={}, request=Bytes(amount), risk=None, basis=basis),
                run_time=NO_RUN_TIMES,
            )
            for amount in amounts.tolist()
        ]

    def learn(self, runs: Sequence[FinishedRun]) -> int:  # noqa: ARG002 - see below
        """Learn nothing: the recipe remembers no families, and its trees know only what they grew from."""
        return 0


def _request(request: dict[str, object]) -> dict[str, object]:
    renamed = {"cores": "cores_requested", "memory": "memory_requested", "gpus": "gpus_requested"}
    return {renamed.get(name, name): value for name, value in request.items()}


def load(folder: Path, card: Card) -> MemPredictionAnswers:
    """Load a model; raises ModelError when it can't be read."""
    return MemPredictionAnswers(card=card, model=MemPredictionModel.load(folder))
