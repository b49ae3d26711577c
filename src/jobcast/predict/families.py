"""Models of the default recipe: family memory, trees, calibration."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path

import numpy as np
import numpy.typing as npt

from jobcast.errors import ModelError
from jobcast.features.asof import logarithms
from jobcast.features.candidates import CANDIDATES
from jobcast.features.coded import Keys
from jobcast.features.columns import FEATURES, Known
from jobcast.features.failures import Needs
from jobcast.features.family import LADDER, LEVELS, NOTHING
from jobcast.features.ladder import ladder_keys
from jobcast.features.submissions import Submissions, of_many, seconds
from jobcast.forecast import (
    NO_FAILURES,
    Basis,
    Contribution,
    FailureForecast,
    Forecast,
    MemoryForecast,
    NoForecast,
)
from jobcast.job import Submission
from jobcast.language import say
from jobcast.predict import run_time
from jobcast.predict.answer import Answers, answer
from jobcast.predict.base import NO_RUN_TIMES, NOTHING_SIMILAR
from jobcast.predict.card import NAME, Card
from jobcast.predict.contributions import strongest
from jobcast.predict.damage import reading
from jobcast.predict.failures import families
from jobcast.predict.failures.families import Failures
from jobcast.predict.live import FinishedRun, Lesson
from jobcast.predict.memory import FamilyMemory
from jobcast.predict.record import TrackRecord
from jobcast.predict.run_time import Past, RunTimes, recall
from jobcast.predict.trees import Trees
from jobcast.units import MIB, Bytes

MEMORY, RECORD = "memory", "record"
TREES = {"median": "median.txt", "upper": "upper.txt"}

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True)
class FamilyModel:
    """A model of the default recipe."""

    card: Card
    """Its risk, its calibration and its ceiling are needed to answer."""
    memory: FamilyMemory
    """What is known of each family."""
    record: TrackRecord
    """Which candidate has served each family best."""
    trees: dict[str, Trees]
    """``median`` and ``upper``: they move the anchor that the memory gives."""
    lesson: Lesson
    """Which finished runs it has learnt."""
    run_times: RunTimes | None = None
    """None where the model has learnt none."""
    failures: Failures | None = None
    """None where the model has learnt nothing of them."""

    def forecast(self, submissions: Sequence[Submission], *, explain: bool = False) -> list[Forecast]:
        """Answer each submission, in order."""
        if not submissions:
            return []
        asked = of_many(submissions)
        keys, known = ladder_keys(asked), self.memory.recall(asked)
        past = (
            recall(self.run_times.memory, keys, asked.at) if self.run_times else Past.of_nothing(len(asked))
        )
        parts = zip(
            self._memory(known, explain=explain),
            self.run_times.forecast(past) if self.run_times else [NO_RUN_TIMES] * len(asked),
            self._failures(asked, keys, _needs(known, past), explain=explain),
            strict=True,
        )
        return [Forecast(memory=memory, run_time=time, failure=failure) for memory, time, failure in parts]

    def learn(self, runs: Sequence[FinishedRun]) -> int:
        """Let families remember runs at once; return how many of them it had not learnt and were measured.

        Trees, track record and calibration stay as they are until a training or a refresh.
        """
        new = self.lesson.new([run for run in runs if self._teaches(run)])
        if new:
            keys = ladder_keys(of_many([run.submission for run in new]))
            times = np.array([seconds(run.finished_at) for run in new])
            self.memory.learn(keys, times, logarithms([run.memory_peak for run in new]))
            if self.run_times:
                spans = logarithms([run.run_time for run in new])
                self.run_times.memory.learn(keys, times, np.maximum(spans, 0))
            if self.failures:
                self.failures.learn(keys, times, np.array([run.ending for run in new], dtype=np.float64))
        return len(new)

    def _teaches(self, run: FinishedRun) -> bool:
        return bool(
            run.memory_peak or (run.run_time and self.run_times) or (run.ending is not None and self.failures)
        )

    def _failures(
        self, asked: Submissions, keys: Keys, needs: Needs, *, explain: bool
    ) -> Sequence[FailureForecast | NoForecast]:
        if self.failures is None:
            return [NO_FAILURES] * len(asked)
        return self.failures.forecast(asked, keys, needs, explain=explain)

    def _memory(self, known: Known, *, explain: bool) -> list[MemoryForecast | NoForecast]:
        ceiling = max(self.card.ceiling, self.memory.overlay.highest)
        answers = answer(known, self.trees, ceiling).follow(self.record.standing(known.judged_by))
        requests, risk = answers.request(self._offsets()), self.card.promised()
        moved = self.trees["upper"].contributions(known.matrix) if explain else [None] * len(known.rung)
        amounts = zip(answers.median.tolist(), requests.tolist(), strict=True)
        return [
            NoForecast(reason=NOTHING_SIMILAR)
            if basis is None
            else MemoryForecast(
                quantiles={0.5: _bytes(median), 1 - risk: _bytes(request)},
                request=_bytes(request),
                risk=risk,
                basis=basis,
                contributions=() if why is None else _contributions(why),
            )
            for basis, (median, request), why in zip(_bases(known, answers), amounts, moved, strict=True)
        ]

    def _offsets(self) -> Floats:
        offsets = self.card.offsets or {}
        return np.array([offsets.get(level, 0.0) for level in LEVELS])


def load(folder: Path, card: Card) -> FamilyModel:
    """Load a model; raises ModelError when it was made with other features or something is missing."""
    if card.features != FEATURES:
        raise ModelError(say("model.other_features", name=folder.name), hint="jobcast train")
    trees = {name: Trees.load(folder / file) for name, file in TREES.items()}
    with reading(folder / NAME, kinds=(KeyError, TypeError, ValueError)):
        lesson = Lesson.after(card.data)
    return FamilyModel(
        card=card,
        memory=FamilyMemory.load(folder / MEMORY),
        record=TrackRecord.load(folder / RECORD),
        trees=trees,
        lesson=lesson,
        run_times=run_time.load(folder, card.run_time),
        failures=families.load(folder, card.failures),
    )


def _needs(known: Known, past: Past) -> Needs:
    return Needs(
        run_time_median=past.median, run_time_p95=past.p95, memory_anchor=known.anchor, memory_p95=known.p95
    )


def _bytes(log2: float) -> Bytes:
    """Return whole MiB, rounded up: what batch systems count in."""
    return Bytes(ceil(2.0**log2 / MIB) * MIB)


def _bases(known: Known, answers: Answers) -> Iterator[Basis | None]:
    """Give what each answer rests on; None where nothing is known."""
    columns = (known.rung, known.runs, known.age_days, answers.level, answers.chosen)
    for rung, runs, age, level, chosen in zip(*(column.tolist() for column in columns), strict=True):
        if rung == NOTHING:
            yield None
        else:
            name, source = LADDER[rung].name, CANDIDATES[chosen]
            yield Basis(level=LEVELS[level], rung=name, runs=runs, age_days=age, median_from=source)


def _contributions(moved: Floats) -> tuple[Contribution, ...]:
    return strongest(FEATURES, moved[:-1], base=2.0)
