"""One table: every model learns from the same jobs and is judged by the same others."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, TypeVar

import numpy as np

from jobcast.train.failures import calibration, one_layer, rivals, two_layers
from jobcast.train.failures.calibration import Rolling
from jobcast.train.failures.cases import Cases, Flags, Floats, Matrix, Vantage
from jobcast.train.failures.learn import LearnSettings, parts
from jobcast.train.failures.rivals import RIVALS, RivalSettings
from jobcast.train.failures.scores import Score, score
from jobcast.train.failures.splits import Split, SplitBy
from jobcast.train.failures.thresholds import Alarms, alarms, best_threshold
from jobcast.train.failures.two_layers import Progress

LAYERS = ("two_layers", "two_layers_paper", "one_layer")
"""Ours: classes together, the likeliest class alone as in the paper, and no classes at all."""
MODELS = (*LAYERS, *RIVALS)
"""All that learn; simple answers come by themselves."""

T = TypeVar("T")
Tell = Callable[[Matrix], Floats]
"""Returns the chance of each row."""
Watch = Callable[[], float]
"""Returns a steady count of seconds."""


@dataclass(frozen=True, kw_only=True, slots=True)
class JudgeSettings:
    """How models are judged."""

    learn: LearnSettings = field(default_factory=LearnSettings)
    """How layers are learnt."""
    rivals: RivalSettings = field(default_factory=RivalSettings)
    """How much rivals may take."""
    models: Sequence[str] = MODELS
    """Which to judge."""
    rolling: Rolling = field(default_factory=Rolling)
    """How calibration follows the outcomes where jobs are parted by time."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReasonScore:
    """How well failures for one reason are told from jobs that ended well."""

    reason: str
    """`jobcast.job.ExitReason`."""
    score: Score
    """Of these failures and all good jobs."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Judged:
    """How good one model was."""

    name: str
    """One of `MODELS`, a simple answer, or ``base_rate``."""
    learnt_from: int | None
    """Jobs; None for simple answers, which learn nothing."""
    seconds: float | None
    """That learning took; None likewise."""
    told: Floats
    """(n,): the order in which it puts the jobs that are judged by."""
    chances: Floats
    """(n,): the same, calibrated."""
    score: Score
    """Order by `told`, amounts by `chances`."""
    alarms: Alarms
    """At the threshold that served best before."""
    reasons: tuple[ReasonScore, ...]
    """Each by itself; empty where nobody tells."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Table:
    """All models from one vantage point and one split."""

    vantage: Vantage
    """What the models could know."""
    split: SplitBy
    """How jobs were parted."""
    learnt_from: int
    """Jobs that trees learn from, those that calibrate too; rivals may take fewer."""
    calibrated_on: int
    """The latest of them, which teach calibration and threshold beforehand."""
    failed: Flags
    """(n,): of the jobs that are judged by."""
    models: tuple[Judged, ...]
    """In the order of `MODELS`, then simple answers."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Answer:
    """What a model told of the jobs for calibration, then of those that are judged by."""

    name: str
    learnt_from: int | None
    seconds: float | None
    told: Floats


def judge(cases: Cases, split: Split, settings: JudgeSettings, watch: Watch, progress: Progress) -> Table:
    """Let every model learn from one part and judge it by the other.

    Each learns twice: without the latest jobs, which calibrate it, and then from all of its part. By time
    calibration is rolled: a job is told what outcomes teach that were known when it was asked. Raises ModelError
    where jobs are too few, ConfigError without the extra `failures`.
    """
    train = cases.take(split.train)
    inner = parts(train, split.by, share=settings.learn.calibration_share, seed=settings.rivals.seed)
    material = _Material(
        earlier=train.take(inner.train),
        train=train,
        later=train.take(inner.test),
        test=cases.take(split.test),
    )
    unseen = cases.take(np.concatenate([split.train[inner.test], split.test]))
    judged = tuple(
        _judged(answer, unseen, len(material.later), split.by, settings)
        for answer in _answers(material, settings, watch, progress)
    )
    return Table(
        vantage=cases.vantage,
        split=split.by,
        learnt_from=len(train),
        calibrated_on=len(material.later),
        failed=material.test.failed,
        models=judged,
    )


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Material:
    """The jobs, by what they are for."""

    earlier: Cases
    """Teach what is calibrated."""
    train: Cases
    """Teach what is judged: these and the later ones."""
    later: Cases
    """Calibrate."""
    test: Cases
    """Judge."""

    def learn(self, fit: Callable[[Cases], T], watch: Watch) -> tuple[T, T, float]:
        """Return what is learnt from the earlier jobs and from all, and the seconds that the latter took."""
        early = fit(self.earlier)
        began = watch()
        return early, fit(self.train), watch() - began

    def told(self, early: Tell, whole: Tell) -> Floats:
        """Return what the one tells of the later jobs, then what the other tells of those that judge."""
        return np.concatenate([early(self.later.matrix), whole(self.test.matrix)])


def _answers(
    material: _Material, settings: JudgeSettings, watch: Watch, progress: Progress
) -> Iterator[_Answer]:
    """Yield what each model tells of the jobs that it has not seen."""
    wanted, boosting = set(settings.models), settings.learn.two_layers.boosting
    whole = partial(_Answer, learnt_from=len(material.train))
    if {"two_layers", "two_layers_paper"} & wanted:
        early, late, seconds = material.learn(
            lambda cases: two_layers.fit(cases, settings.learn.two_layers, progress), watch
        )
        for name, hard in (("two_layers", False), ("two_layers_paper", True)):
            if name in wanted:
                told = material.told(early.model(hard=hard).tell, late.model(hard=hard).tell)
                yield whole(name=name, seconds=seconds, told=told)
    if "one_layer" in wanted:
        progress("failure_one_layer")
        first, last, seconds = material.learn(lambda cases: one_layer.fit(cases, boosting), watch)
        yield whole(
            name="one_layer", seconds=seconds, told=material.told(first.model().tell, last.model().tell)
        )
    yield from _rivals(material, settings, watch, progress)
    base = one_layer.blind(material.earlier)  # one for both parts: two would look like something that is told
    simple = [rivals.simple(part, base) for part in (material.later, material.test)]
    for name, told in simple[0].items():
        both = np.concatenate([told, simple[1][name]])
        yield _Answer(name=name, learnt_from=None, seconds=None, told=both)


def _rivals(
    material: _Material, settings: JudgeSettings, watch: Watch, progress: Progress
) -> Iterator[_Answer]:
    few = replace(
        material,
        earlier=rivals.drawn(material.earlier, settings.rivals),
        train=rivals.drawn(material.train, settings.rivals),
    )
    for name in (one for one in RIVALS if one in settings.models):
        progress("failure_rivals")
        fit = partial(rivals.fit, name, settings=settings.rivals)
        early, late, seconds = few.learn(fit, watch)
        yield _Answer(name=name, learnt_from=len(few.train), seconds=seconds, told=few.told(early, late))


def _judged(answer: _Answer, unseen: Cases, later: int, by: SplitBy, settings: JudgeSettings) -> Judged:
    """Calibrate by the first `later` jobs of `unseen`, and judge by the others."""
    known, judged_by = slice(None, later), slice(later, None)
    learnt = calibration.fit(answer.told[known], unseen.failed[known])
    before = learnt.apply(answer.told[known])
    if by is SplitBy.TIME:
        start = int(unseen.asked[judged_by].min(initial=unseen.asked.max()))
        chances = calibration.rolled(answer.told, unseen, start, settings.rolling)[judged_by]
    else:
        chances = learnt.apply(answer.told[judged_by])
    price = settings.learn.price
    threshold = best_threshold(before, unseen.failed[known], unseen.cost[known], price)
    told, failed = answer.told[judged_by], unseen.failed[judged_by]
    reason = None if unseen.reason is None else unseen.reason[judged_by]
    return Judged(
        name=answer.name,
        learnt_from=answer.learnt_from,
        seconds=answer.seconds,
        told=told,
        chances=chances,
        score=score(told, failed, chances=chances),
        alarms=alarms(chances, failed, unseen.cost[judged_by], threshold=threshold, price=price),
        reasons=_by_reason(told, chances, failed, reason),
    )


def _by_reason(
    told: Floats, chances: Floats, failed: Flags, reason: np.ndarray[Any, Any] | None
) -> tuple[ReasonScore, ...]:
    if reason is None:
        return ()
    found = []
    for name in np.unique(reason[failed]):
        rows = ~failed | (reason == name)
        one = score(told[rows], failed[rows], chances=chances[rows])
        found.append(ReasonScore(reason=str(name), score=one))
    return tuple(sorted(found, key=lambda each: -each.score.failures))
