"""The columns of the recipe `memprediction`: one path from jobs to numbers, for training and prediction.

The columns are those of memPrediction, repaired: an unseen user, project or queue has a category of its own
instead of a random known one, the weekday is that of the real date, and what the job asks for (memory, cores,
one machine) takes part, which the original threw away. Weekday, hour and month are those of UTC, as the
history keeps them. What was not asked for is 0, as in the original: SMOTE can't interpolate absence.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain

import numpy as np
import polars as pl
from numpy.typing import NDArray

from jobcast import history
from jobcast.units import GIB

Matrix = NDArray[np.float32]

TEXT_COLUMNS = {"cwd": "cwd", "command": "command", "job_name": "name"}
"""memPrediction's names of the texts, with the history's."""

CATEGORY_COLUMNS = ("user", "project", "queue")


class WordRule(StrEnum):
    """What counts as a word of a path, command or name."""

    LETTERS = "letters"
    """Runs of letters, as in memPrediction: digits and punctuation only separate."""
    LETTERS_AND_DIGITS = "letters_and_digits"
    """Runs of letters and digits, so that ``ss0p67v125c`` and ``ss0p72v0c`` differ."""


_WORD = {WordRule.LETTERS: "[A-Za-z]+", WordRule.LETTERS_AND_DIGITS: "[A-Za-z0-9]+"}


def words(texts: pl.Series, rule: WordRule) -> pl.Series:
    """Split each text into its words, in order; a text that is absent has none."""
    return texts.cast(pl.String).str.extract_all(_WORD[rule]).fill_null(pl.lit([], pl.List(pl.String)))


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Embedding:
    """A vector for each known word; a text is the mean over its known words, and zero where it has none."""

    column: str
    """Which text, one of `TEXT_COLUMNS`."""
    method: str
    """``word2vec`` or ``glove``."""
    rule: WordRule
    vocabulary: tuple[str, ...]
    vectors: Matrix
    """One row for each word of the vocabulary."""
    centres: Matrix | None = None
    """One row for each cluster of texts; the number of the nearest is one more feature."""

    def __post_init__(self) -> None:
        if len(self.vocabulary) != len(self.vectors):
            raise ValueError(f"{len(self.vocabulary)} words have {len(self.vectors)} vectors")

    @property
    def size(self) -> int:
        """Dimensions of a vector."""
        return int(self.vectors.shape[1])

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the features, in the order of `embed`'s columns."""
        prefix = f"{self.column}_{self.method}"
        label = () if self.centres is None else (f"{prefix}_cluster",)
        return (*(f"{prefix}_{dimension}" for dimension in range(self.size)), *label)

    def embed(self, texts: pl.Series) -> Matrix:
        """Return one row for each text; equal texts are worked out once."""
        distinct = texts.unique(maintain_order=True)
        rows = _positions(texts, distinct)
        vectors = self.mean_vectors(distinct)
        if self.centres is None:
            return vectors[rows]
        return np.column_stack([vectors, _nearest(vectors, self.centres)])[rows]

    def mean_vectors(self, texts: pl.Series) -> Matrix:
        """Return for each text the mean over its words that have a vector."""
        means = np.zeros((len(texts), self.size), np.float32)
        known = _known_words(words(texts, self.rule), self.vocabulary)
        text, word = known["text"].to_numpy(), known["word"].to_numpy()
        if len(text):
            starts = np.flatnonzero(np.diff(text, prepend=-1))
            counts = np.diff(starts, append=len(text))
            sums = np.add.reduceat(self.vectors[word], starts, axis=0)
            means[text[starts]] = sums / counts[:, np.newaxis]
        return means


def _known_words(texts: pl.Series, vocabulary: Sequence[str]) -> pl.DataFrame:
    """List the words that have a vector as (text, word), both row numbers, in the order of the texts."""
    numbered = pl.DataFrame({"text": np.arange(len(texts)), "spelling": texts})
    known = pl.DataFrame(
        {"spelling": pl.Series(vocabulary, dtype=pl.String), "word": np.arange(len(vocabulary))}
    )
    exploded = numbered.explode("spelling").drop_nulls()
    return exploded.join(known, on="spelling", maintain_order="left").select("text", "word")


def _positions(texts: pl.Series, distinct: pl.Series) -> NDArray[np.int64]:
    """Say for each text where it stands in `distinct`."""
    places = pl.DataFrame({"text": distinct, "place": np.arange(len(distinct))})
    looked_up = pl.DataFrame({"text": texts}).join(
        places, on="text", how="left", nulls_equal=True, maintain_order="left"
    )
    return looked_up["place"].to_numpy()


def _nearest(vectors: Matrix, centres: Matrix) -> Matrix:
    """Return for each vector the number of the nearest centre."""
    distances: Matrix = (centres**2).sum(axis=1) - 2 * vectors @ centres.T
    nearest: Matrix = distances.argmin(axis=1).astype(np.float32)
    return nearest


@dataclass(frozen=True, kw_only=True, slots=True)
class Category:
    """A number for each value seen in training, from 1; 0 is the category of everything else."""

    column: str
    values: tuple[str, ...]

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
    means: tuple[float, ...]
    medians: tuple[float, ...]
    overall_mean: float
    overall_median: float

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
    user_memory: UserMemory
    embeddings: tuple[Embedding, ...]

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
