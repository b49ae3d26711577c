"""Forecasts of failure at submission: how the families of a job ended, and what trees make of it."""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import e
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from jobcast.features.coded import Keys
from jobcast.features.columns import Known
from jobcast.features.ending import Failure, failures
from jobcast.features.failures import ANCHOR, FAILURE_FEATURES, Needs, failure_matrix
from jobcast.features.family import LADDER, LEVELS, NOTHING, levels
from jobcast.features.submissions import Submissions
from jobcast.features.window import Times
from jobcast.forecast import Basis, Contribution, FailureForecast, NoForecast, RecentRuns
from jobcast.job import ExitReason
from jobcast.language import say
from jobcast.predict.base import NOTHING_SIMILAR
from jobcast.predict.card import NAME
from jobcast.predict.contributions import strongest
from jobcast.predict.damage import reading
from jobcast.predict.failures import model
from jobcast.predict.failures.calibration import log_odds
from jobcast.predict.failures.model import FailureModel
from jobcast.predict.memory import FamilyMemory
from jobcast.predict.trees import Floats

T = TypeVar("T", bound=Hashable)

FOLDER, MEMORY = "failures", "memory"
RECENT = 10
"""Runs of a family that are told one by one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Failures:
    """What a model of the default recipe has learnt of failures."""

    model: FailureModel
    """Trees and calibration, for `jobcast.features.failures.FAILURE_FEATURES`."""
    memory: FamilyMemory
    """How each family's last runs ended (`jobcast.features.ending`)."""
    reasons: Mapping[str, float]
    """`jobcast.job.ExitReason` to its share of all failed jobs: of families none of whose last runs failed."""

    def forecast(
        self, asked: Submissions, keys: Keys, needs: Needs, *, explain: bool = False
    ) -> list[FailureForecast | NoForecast]:
        """Answer submissions, in order; `keys` are those of their families, one column for each rung."""
        shares = self.memory.recall(asked)
        matrix = failure_matrix(shares, needs, np.full(len(asked), self.model.card.base))
        chances = self.model.tell(matrix).tolist()
        moved = self.model.layers.contributions(matrix) if explain else [None] * len(asked)
        return [
            NoForecast(reason=NOTHING_SIMILAR)
            if basis is None
            else FailureForecast(
                probability=chance,
                reasons=self._reasons(families[rung:], chance),
                recent=self._recent(families[rung]),
                basis=basis,
                contributions=() if why is None else contributions(why, self.model.card.base),
            )
            for basis, rung, chance, families, why in zip(
                _bases(shares), shares.rung.tolist(), chances, keys.tolist(), moved, strict=True
            )
        ]

    def learn(self, keys: Keys, times: Times, endings: Floats) -> None:
        """Let families remember how runs ended; NaN teaches nothing."""
        self.memory.learn(keys, times, endings)

    def _recent(self, family: int) -> RecentRuns:
        last = self.memory.last(family)[-RECENT:]
        failed = failures(last)
        reason = _most(one.reason for one in failed)
        code = _most(one.exit_code for one in failed)
        return RecentRuns(runs=len(last), failed=len(failed), reason=reason, exit_code=code)

    def _reasons(self, families: Sequence[int], chance: float) -> dict[str, float]:
        """Part the chance among reasons as the narrowest of the `families` failed that did, or else all jobs."""
        shares: Mapping[str, float] = self.reasons
        for family in families:
            if failed := failures(self.memory.last(family)):
                shares = shares_of_reasons(failed)
                break
        return {
            reason: chance * share
            for reason, share in sorted(shares.items(), key=lambda item: (-item[1], item[0]))
        }


def load(folder: Path, told: Mapping[str, Any] | None) -> Failures | None:
    """Load what the model in `folder` has learnt of failures, of which its card `told`; None where it told nothing.

    Raises ModelError when something is missing or damaged.
    """
    if told is None:
        return None
    found = model.load(folder / FOLDER)
    with reading(folder / NAME, kinds=(KeyError, TypeError, ValueError)):
        if found.card.features != FAILURE_FEATURES:
            raise ValueError(say("model.odd_field", name="features", value=len(found.card.features)))
        reasons = {str(ExitReason(name)): float(share) for name, share in told["reasons"].items()}
    return Failures(model=found, memory=FamilyMemory.load(folder / FOLDER / MEMORY), reasons=reasons)


def contributions(moved: Floats, base: float) -> tuple[Contribution, ...]:
    """Tell what moved the odds most; `base` is the share of all jobs that failed.

    How often its families failed counts as far as it differs from that.
    """
    features = moved[: len(FAILURE_FEATURES)].copy()
    features[FAILURE_FEATURES.index(ANCHOR)] -= log_odds(np.array([base]))[0]
    return strongest(FAILURE_FEATURES, features, base=e)


def shares_of_reasons(failed: Sequence[Failure]) -> dict[str, float]:
    """Return each reason's share of these failures, of which there is one at least."""
    counts = Counter(one.reason for one in failed)
    return {reason: count / len(failed) for reason, count in counts.items()}


def _most(found: Iterable[T | None]) -> T | None:
    """Return what occurs most, of equals the first; None where nothing does."""
    counts = Counter(one for one in found if one is not None)
    return counts.most_common(1)[0][0] if counts else None


def _bases(shares: Known) -> Iterator[Basis | None]:
    """Give what each answer rests on; None where nothing is known."""
    level = levels(shares.rung, shares.runs)
    columns = (shares.rung, shares.runs, shares.age_days, level)
    for rung, runs, age, known in zip(*(column.tolist() for column in columns), strict=True):
        if rung == NOTHING:
            yield None
        else:
            yield Basis(level=LEVELS[known], rung=LADDER[rung].name, runs=runs, age_days=age)
