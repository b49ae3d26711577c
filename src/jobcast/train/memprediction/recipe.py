"""From jobs to a trained memPrediction model: choose the jobs, split, embed, sample, grow, report."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from jobcast import history
from jobcast.errors import ModelError
from jobcast.features.embedding import Embedding, Matrix
from jobcast.features.memprediction import Features, peak_gigabytes
from jobcast.job import JobState
from jobcast.language import say
from jobcast.predict.memprediction import MemPredictionModel, library
from jobcast.train.memprediction.boosting import Forester
from jobcast.train.memprediction.embeddings import learn_embedding
from jobcast.train.memprediction.oversampling import Sample, oversample
from jobcast.train.memprediction.report import Report, make_report
from jobcast.train.memprediction.settings import CrossValidation, TrainingSettings
from jobcast.train.memprediction.training_yaml import to_yaml

LATEST_SHARE = 0.1
"""Share of the training jobs, the latest, that tells how many trees are enough."""

FEWEST_JOBS = 10
"""Below this there is nothing to learn from."""

Progress = Callable[[str], None]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Fitted:
    """The result of a training."""

    model: MemPredictionModel
    """Ready to answer and to be saved."""
    report: Report
    """How far off it is on jobs that it has not seen."""
    warnings: tuple[str, ...] = ()
    """What was skipped or done otherwise than the YAML says, for people."""


def fit(jobs: pl.DataFrame, settings: TrainingSettings, *, threads: int, progress: Progress) -> Fitted:
    """Train on the jobs that ended well and have a peak; `jobs` has the columns of `jobcast.history.SCHEMA`.

    The same jobs, in any order, give the same model. Raises ConfigError when XGBoost refuses a parameter or a
    library is missing, ModelError when there are too few jobs.
    """
    with library("threadpoolctl").threadpool_limits(threads):
        return _fit(learnable(jobs), settings, threads, progress)


def learnable(jobs: pl.DataFrame) -> pl.DataFrame:
    """Keep the jobs that ended well and of which the peak was measured, in order of submission."""
    identity = [pl.col(name) for name in history.KEY if name in jobs.columns]
    ended_well = jobs.filter(pl.col("state") == JobState.DONE, pl.col("memory_peak").is_not_null())
    return ended_well.sort(history.submitted_at(), *identity)


def split(jobs: pl.DataFrame, shares: CrossValidation, *, seed: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Draw the jobs to learn from and those to report on at random; both keep the order of `jobs`."""
    shuffled = np.random.default_rng(seed).permutation(len(jobs))
    for_test = math.ceil(len(jobs) * shares.test_size)
    for_training = min(math.floor(len(jobs) * shares.train_size), len(jobs) - for_test)
    test, training = shuffled[:for_test], shuffled[for_test : for_test + for_training]
    return jobs[np.sort(training)], jobs[np.sort(test)]


def _fit(jobs: pl.DataFrame, settings: TrainingSettings, threads: int, progress: Progress) -> Fitted:
    seed = settings.boosting.seed
    training, test = split(jobs, settings.cross_validation, seed=seed)
    if len(training) < FEWEST_JOBS:
        raise ModelError(
            say("training.too_few", least=FEWEST_JOBS, jobs=len(jobs), left=len(training)),
            hint=say("training.too_few_cure"),
        )
    plain = Features.learn(training, ())
    width = len(plain.names) + sum(each.width for each in settings.embeddings)
    forester = Forester(settings.boosting, features=width, threads=threads)
    forester.check()
    features = replace(plain, embeddings=_embeddings(training, settings, progress))
    trees, stop_warnings = _trees(training, features.embeddings, forester, settings)
    sample = _sample(training, features, settings)
    progress(say("training.grow", trees=trees, jobs=len(sample.peaks)))
    booster = forester.grow(sample, trees=trees)
    model = MemPredictionModel(features=features, booster=booster, settings=to_yaml(settings))
    report = _report(model, test, forester, settings)
    return Fitted(model=model, report=report, warnings=(*stop_warnings, *sample.warnings))


def _embeddings(
    training: pl.DataFrame, settings: TrainingSettings, progress: Progress
) -> tuple[Embedding, ...]:
    learnt = []
    for each in settings.embeddings:
        progress(say("training.learn", method=each.method, column=each.column))
        learnt.append(learn_embedding(training, each, seed=settings.boosting.seed))
    return tuple(learnt)


def _trees(
    training: pl.DataFrame, embeddings: tuple[Embedding, ...], forester: Forester, settings: TrainingSettings
) -> tuple[int, tuple[str, ...]]:
    """Say how many trees to grow, and remarks on it for people.

    The latest jobs judge trees that know nothing of them: the tables by user are learnt anew without them.
    The embeddings are kept, for they know no peaks.
    """
    all_trees = settings.boosting.n_estimators
    if settings.boosting.early_stopping_rounds is None:
        return all_trees, ()
    latest = round(len(training) * LATEST_SHARE)
    if not latest:
        return all_trees, (say("training.no_early_stopping"),)
    earlier, later = training[:-latest], training[-latest:]
    features = Features.learn(earlier, embeddings)
    sample = _sample(earlier, features, settings)
    trees = forester.enough_trees(sample, Sample(features=features.matrix(later), peaks=_peaks(later)))
    return trees, (say("training.early_stopping", trees=trees, all=all_trees),)


def _sample(jobs: pl.DataFrame, features: Features, settings: TrainingSettings) -> Sample:
    """Turn jobs into numbers, with made-up jobs after them if the YAML says so."""
    sample = Sample(features=features.matrix(jobs), peaks=_peaks(jobs))
    if settings.oversampling is None:
        return sample
    return oversample(sample, settings.oversampling, seed=settings.boosting.seed)


def _peaks(jobs: pl.DataFrame) -> Matrix:
    return jobs.select(peak_gigabytes()).to_series().cast(pl.Float32).to_numpy()


def _report(
    model: MemPredictionModel, test: pl.DataFrame, forester: Forester, settings: TrainingSettings
) -> Report:
    sample = Sample(features=model.features.matrix(test), peaks=_peaks(test))
    metrics = forester.metrics(model.booster, sample)
    return make_report(model.predict_gigabytes(test), sample.peaks, settings.bins, metrics)
