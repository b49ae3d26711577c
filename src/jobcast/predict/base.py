"""The contract of a model, whatever the recipe."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from jobcast.forecast import Forecast, NoForecast
from jobcast.job import Submission
from jobcast.predict.card import Card
from jobcast.predict.live import FinishedRun

WORDS = "words"
"""Rung of a basis that is no family at all: a recipe that goes by the words of the job."""

NOTHING_SIMILAR = "nothing_similar"
"""Reason of a `NoForecast`: neither the command nor user, folder, project or queue occur in the history."""

NO_RUN_TIMES = NoForecast(reason="no_run_times")
"""The run time of every job, for models that have learnt none."""


class Model(Protocol):
    """A trained model, ready to answer."""

    card: Card

    def forecast(self, submissions: Sequence[Submission], *, explain: bool = False) -> list[Forecast]:
        """Answer each submission, in order; with `explain` the forecasts hold what moved them most."""
        ...

    def learn(self, runs: Sequence[FinishedRun]) -> int:
        """Take in runs that have just ended well; return how many of them taught something.

        Runs that finished until the moment that the card tells, or were learnt before, teach nothing, so a
        journal may be told again. To be called by the thread that calls `forecast`.
        """
        ...


class Loader(Protocol):
    """How a recipe's models come back from their folder."""

    def __call__(self, folder: Path, card: Card) -> Model:
        """Load the model in `folder`; raises ModelError when something is missing or damaged."""
        ...
