"""The columns of the recipe `memprediction`: one path from jobs to numbers, for training and prediction.

The columns are those of memPrediction, repaired: an unseen user, project or queue has a category of its own
instead of a random known one, the weekday is that of the real date, and what the job asks for (memory, cores,
one machine) takes part, which the original threw away. Weekday, hour and month are those of UTC, as the
history keeps them. What was not asked for is 0, as in the original: SMOTE can't interpolate absence.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import polars as pl

from jobcast import history
from jobcast.features.embedding import Embedding, Matrix
from jobcast.units import GIB

TEXT_COLUMNS = {"cwd": "cwd", "command": "command", "job_name": "name"}
"""memPrediction's names of the texts, with the history's."""

CATEGORY_COLUMNS = ("user", "project", "queue")


@dataclass(frozen=True, kw_only=True, slots=True)
class Category:
    """A number for each value seen in training, from 1; 0 is the category of everything else."""

    column: str
    """Which column of the history, one of `CATEGORY_COLUMNS`."""
    values: tuple[str, ...]
    """Those seen in training; the first has the number 1."""

    @classmethod
    def learn(cls, column: str, jobs: pl.DataFrame) -> "Category":
        """Give the values of `column` numbers in alphabetical order."""
        return cls(column=column, values=tuple(jobs[column].drop_nulls().unique().sort()))

    def code(self, jobs: pl.DataFrame) -> pl.Series:
        """Return the number of each job's value."""
        numbers = range(1, len(self.values) + 1)
        return _look_up(jobs[self.column], self.values, numbers, default=0)


@dataclass(frozen=True, kw_only=True, slots=True)
class UserMemory:
    """Mean and median peak memory of each user's training jobs, in GB; a stranger has those of all jobs."""

    users: tuple[str, ...]
    """Those with a training job, in the order of `means` and `medians`."""
    means: tuple[float, ...]
    """Mean peak of each of `users`, in GB."""
    medians: tuple[float, ...]
    """Median peak of each of `users`, in GB."""
    overall_mean: float
    """Mean peak of all training jobs, in GB."""
    overall_median: float
    """Median peak of all training jobs, in GB."""

    @classmethod
    def learn(cls, jobs: pl.DataFrame) -> "UserMemory":
        """Average over `jobs`, all of which have a peak."""
        gigabytes = peak_gigabytes()
        mean, median = gigabytes.mean().alias("mean"), gigabytes.median().alias("median")
        by_user = jobs.filter(pl.col("user").is_not_null()).group_by("user").agg(mean, median).sort("user")
        overall = jobs.select(mean, median)
        return cls(
            users=tuple(by_user["user"]),
            means=tuple(by_user["mean"]),
            medians=tuple(by_user["median"]),
            overall_mean=overall["mean"][0],
            overall_median=overall["median"][0],
        )

    def look_up(self, users: pl.Series) -> list[pl.Series]:
        """Return each job's mean and median."""
        return [
            _look_up(users, self.users, self.means, default=self.overall_mean).alias("user_max_mem_mean"),
            _look_up(users, self.users, self.medians, default=self.overall_median).alias(
                "user_max_mem_median"
            ),
        ]


def _look_up(
    series: pl.Series, keys: Sequence[str], numbers: Iterable[float], *, default: float
) -> pl.Series:
    """Replace each key by its number, and all else by `default`."""
    return series.cast(pl.String).replace_strict(
        pl.Series(keys, dtype=pl.String),
        pl.Series(list(numbers), dtype=pl.Float64),
        default=default,
        return_dtype=pl.Float64,
    )


def peak_gigabytes() -> pl.Expr:
    """Return the target: a job's peak memory in GB (of 1024 MB)."""
    return pl.col("memory_peak").truediv(GIB).alias("max_mem")


def _plain() -> list[pl.Expr]:
    """Return the features that need no table learnt in training."""
    moment = history.submitted_at()
    expressions = [
        moment.dt.weekday().alias("day_of_week"),
        moment.dt.hour().alias("hour_of_day"),
        moment.dt.month().alias("month"),
        (pl.col("memory_requested") / GIB).alias("rusage_mem"),
        pl.col("cores_requested").alias("processors_requested"),
        pl.col("interactive"),
        pl.col("span_hosts"),
    ]
    return [expression.cast(pl.Float32).fill_null(0) for expression in expressions]


@dataclass(frozen=True, kw_only=True, slots=True)
class Features:
    """Everything learnt in training that turns a job into numbers."""

    categories: tuple[Category, ...]
    """One for each of `CATEGORY_COLUMNS`, in that order."""
    user_memory: UserMemory
    """What each user's jobs needed."""
    embeddings: tuple[Embedding, ...]
    """Their vectors are the last columns of the matrix, in this order."""

    @classmethod
    def learn(cls, jobs: pl.DataFrame, embeddings: tuple[Embedding, ...]) -> "Features":
        """Learn the tables from training jobs, all of which have a peak."""
        return cls(
            categories=tuple(Category.learn(column, jobs) for column in CATEGORY_COLUMNS),
            user_memory=UserMemory.learn(jobs),
            embeddings=embeddings,
        )

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the features, in the order of `matrix`'s columns."""
        plain = pl.DataFrame(schema=history.SCHEMA).select(_plain()).columns
        users = ("user_max_mem_mean", "user_max_mem_median")
        return (*CATEGORY_COLUMNS, *plain, *users, *chain(*(each.names for each in self.embeddings)))

    def matrix(self, jobs: pl.DataFrame) -> Matrix:
        """Return one row of features for each job, in the order of `names`; `jobs` may lack all usage."""
        table = [category.code(jobs) for category in self.categories]
        table += jobs.select(_plain()).get_columns()
        table += self.user_memory.look_up(jobs["user"])
        result = np.empty((len(jobs), len(self.names)), np.float32)
        for place, series in enumerate(table):
            result[:, place] = series.to_numpy()
        place = len(table)
        for each in self.embeddings:
            width = len(each.names)
            result[:, place : place + width] = each.embed(jobs[TEXT_COLUMNS[each.column]])
            place += width
        return result
