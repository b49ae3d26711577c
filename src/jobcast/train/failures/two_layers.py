"""Two layers are learnt: which class a job is in, and for each class that can fail, whether it does.

The second layer learns from the jobs that were in the class as measured afterwards, as in the TLNM paper.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from jobcast.predict.failures.classes import Classes
from jobcast.predict.failures.layers import Second
from jobcast.predict.failures.two_layers import TwoLayers
from jobcast.predict.trees import Trees
from jobcast.train.failures.boosting import Binned, BoostingSettings
from jobcast.train.failures.cases import Cases, Rows
from jobcast.train.failures.classes import ClassSettings, learn
from jobcast.train.failures.one_layer import share_or_trees

Progress = Callable[[str], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class TwoLayerSettings:
    """How two layers are learnt."""

    classes: ClassSettings = field(default_factory=ClassSettings)
    """How classes are looked for."""
    boosting: BoostingSettings = field(default_factory=BoostingSettings)
    """Of both layers."""
    class_rounds: int = 40
    """Rounds of the first layer, each a tree for each class."""
    class_jobs: int = 200_000
    """Drawn jobs that the first layer learns from at most: classes are told more easily than failures."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FittedTwoLayers:
    """What was learnt, as it goes into a model's folder."""

    first: str | None
    """LightGBM's text; None with one class."""
    second: tuple[str | float, ...]
    """For each class LightGBM's text, or the share that failed where trees can't learn more."""
    classes: Classes
    """What the classes are."""
    features: tuple[str, ...]
    """What was learnt from."""
    jobs: tuple[int, ...]
    """That each class had."""
    failures: tuple[int, ...]
    """That each class had."""

    def model(self, *, hard: bool = False, threads: int = 1) -> TwoLayers:
        """Return the model, ready to answer; `hard` as the paper does."""
        return TwoLayers(
            first=None if self.first is None else Trees(self.first, threads=threads),
            second=tuple(Second.of(one, self.features, threads=threads) for one in self.second),
            classes=self.classes,
            weights=tuple(count / sum(self.jobs) for count in self.jobs),
            hard=hard,
        )

    def as_json(self) -> dict[str, Any]:
        """Return what the card tells of the classes."""
        return {**self.classes.as_json(), "jobs": list(self.jobs), "failures": list(self.failures)}


def fit(cases: Cases, settings: TwoLayerSettings, progress: Progress) -> FittedTwoLayers:
    """Learn from all `cases`, at least one. Raises ConfigError without the extra `failures`."""
    progress("failure_classes")
    classes = learn(cases.measured, settings.classes)
    numbers = classes.of(cases.measured)
    shares = [share_or_trees(cases.failed[numbers == number]) for number in range(len(classes))]
    binned = Binned(cases, settings.boosting) if len(classes) > 1 or None in shares else None
    first, second = None, [0.0 if share is None else share for share in shares]
    if len(classes) > 1 and binned:
        progress("failure_first_layer")
        first = _fit_first(binned, numbers, len(classes), settings)
    texts: list[str | float] = list(second)
    for number, share in enumerate(shares):
        if share is None and binned:
            progress("failure_second_layer")
            texts[number] = binned.fit_failed(np.flatnonzero(numbers == number))
    return FittedTwoLayers(
        first=first,
        second=tuple(texts),
        classes=classes,
        features=cases.features,
        jobs=tuple(np.bincount(numbers, minlength=len(classes)).tolist()),
        failures=tuple(np.bincount(numbers, cases.failed, len(classes)).astype(int).tolist()),
    )


def _fit_first(binned: Binned, numbers: Rows, classes: int, settings: TwoLayerSettings) -> str:
    random = np.random.default_rng(settings.classes.seed)
    drawn = np.sort(random.permutation(len(numbers))[: settings.class_jobs])
    return binned.fit_class(drawn, numbers[drawn], classes, rounds=settings.class_rounds)
