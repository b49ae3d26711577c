"""Texts as vectors: the mean over the vectors of their words. Learning them is `jobcast.train`'s."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import polars as pl
from numpy.typing import NDArray

Matrix = NDArray[np.float32]


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


TEXTS_AT_ONCE = 8192
"""Bounds memory: the vectors of all words of so many texts are held at once."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Embedding:
    """A vector for each known word; a text is the mean over its known words, and zero where it has none."""

    column: str
    """Which text; part of the features' names."""
    method: str
    """``word2vec`` or ``glove``."""
    rule: WordRule
    """How texts are split into words; the same as in training."""
    vocabulary: tuple[str, ...]
    """The words known from training, in the order of `vectors`."""
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
        means = np.empty((len(texts), self.size), np.float32)
        for start in range(0, len(texts), TEXTS_AT_ONCE):
            means[start : start + TEXTS_AT_ONCE] = self._means(texts[start : start + TEXTS_AT_ONCE])
        return means

    def _means(self, texts: pl.Series) -> Matrix:
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
