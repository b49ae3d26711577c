"""GloVe: word vectors from how often words stand near each other.

Pennington, Socher, Manning: GloVe: Global Vectors for Word Representation, EMNLP 2014. Two words at a
distance of d words count 1/d; the vectors w and c and the biases are chosen so that w_i·c_j + b_i + b_j comes
near the logarithm of the count X_ij, where a pair weighs min(1, X_ij / x_max)^alpha. A word's vector is
w + c.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Vectors = NDArray[np.float32]
Whole = NDArray[np.int64]

STEPS_PER_EPOCH = 32
"""Each step costs the more the larger the vocabulary is, so that its number is bounded ..."""
PAIRS_PER_STEP = (16_384, 131_072)
"""... and so are its pairs: enough for NumPy to be quick, few enough for memory."""


@dataclass(frozen=True, kw_only=True, slots=True)
class GloveSettings:
    """What the paper leaves to choose; its own values where it names them."""

    size: int = 128
    """Dimensions of a vector."""
    epochs: int = 25
    """Rounds over all pairs."""
    window: int = 10
    """Words on either side that still stand near."""
    x_max: float = 100.0
    """Count from which a pair has full weight."""
    alpha: float = 0.75
    """How steeply rarer pairs lose weight."""
    learning_rate: float = 0.05
    """AdaGrad's, before it slows down."""
    seed: int = 0
    """For the first vectors and the order of the pairs."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Glove:
    """The vectors, one row for each word, and the mean loss of a pair in each epoch."""

    vectors: Vectors
    """In the order of the word numbers."""
    losses: tuple[float, ...]
    """Of each epoch, in order; empty where no words meet."""


def cooccurrences(texts: Sequence[Whole], vocabulary_size: int, *, window: int) -> sparse.coo_array:
    """Count for each pair of words how often they stand within `window` words, each time as 1/distance.

    `texts` are word numbers in order. The matrix is symmetric; a pair never spans two texts.
    """
    word = np.concatenate([*texts, np.empty(0, np.int64)]).astype(np.int64)
    text = np.repeat(np.arange(len(texts)), [len(each) for each in texts])
    shape = (vocabulary_size, vocabulary_size)
    counts = sparse.csr_array(shape, dtype=np.float64)
    for distance in range(1, min(window + 1, len(word))):
        together = np.flatnonzero(text[distance:] == text[:-distance])
        left, right = word[together], word[together + distance]
        counts += sparse.coo_array((np.full(len(left), 1 / distance), (left, right)), shape=shape).tocsr()
    return (counts + counts.T).tocoo()


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Pairs:
    """Pairs of words that occur together."""

    word: Whole
    """Number of the one word."""
    context: Whole
    """Number of the other, on the side of the contexts."""
    target: Vectors
    """Logarithm of the count."""
    weight: Vectors
    """From 0 to 1: how much the pair matters."""

    @classmethod
    def of(cls, counts: sparse.coo_array, settings: GloveSettings) -> "_Pairs":
        """Take the pairs that occur together at all."""
        weight = np.minimum(1, (counts.data / settings.x_max) ** settings.alpha)
        target = np.log(counts.data).astype(np.float32)
        return cls(word=counts.row, context=counts.col, target=target, weight=weight.astype(np.float32))

    def steps(self, chance: np.random.Generator) -> Iterator["_Pairs"]:
        """Deal out all pairs, shuffled, in portions."""
        shuffled = chance.permutation(len(self.target))
        few, many = PAIRS_PER_STEP
        portion = min(max(len(shuffled) // STEPS_PER_EPOCH, few), many)
        for start in range(0, len(shuffled), portion):
            some = shuffled[start : start + portion]
            yield _Pairs(
                word=self.word[some],
                context=self.context[some],
                target=self.target[some],
                weight=self.weight[some],
            )


class _Side:
    """Vectors and biases of all words in one role, with AdaGrad's memory of their gradients."""

    def __init__(self, words: int, size: int, chance: np.random.Generator) -> None:
        self.vectors = ((chance.random((words, size)) - 0.5) / size).astype(np.float32)
        self.biases = np.zeros(words, np.float32)
        self._vector_squares = np.full_like(self.vectors, _FIRST_SQUARE)
        self._bias_squares = np.full_like(self.biases, _FIRST_SQUARE)

    def descend(self, vectors: Vectors, biases: Vectors, rate: float) -> None:
        """Go down the gradient, each number at the pace of its own past gradients (Duchi et al. 2011)."""
        self._vector_squares += vectors**2
        self._bias_squares += biases**2
        self.vectors -= rate * vectors / np.sqrt(self._vector_squares)
        self.biases -= rate * biases / np.sqrt(self._bias_squares)


_FIRST_SQUARE = 1e-8
"""Keeps AdaGrad from dividing by zero at words that a step doesn't touch."""


def _step(word: _Side, context: _Side, pairs: _Pairs, rate: float) -> float:
    """Improve both sides on some pairs; return the sum of the pairs' losses before."""
    products = np.einsum("ij,ij->i", word.vectors[pairs.word], context.vectors[pairs.context])
    error = products + word.biases[pairs.word] + context.biases[pairs.context] - pairs.target
    slopes = sparse.csr_array(
        (pairs.weight * error, (pairs.word, pairs.context)), shape=(len(word.biases), len(context.biases))
    )
    # Both gradients are taken before either side moves: the sparse product sums over repeated words.
    for_word, for_context = slopes @ context.vectors, slopes.T @ word.vectors
    word.descend(for_word, slopes.sum(axis=1), rate)
    context.descend(for_context, slopes.sum(axis=0), rate)
    return float((pairs.weight * error**2).sum())


def train(counts: sparse.coo_array, settings: GloveSettings) -> Glove:
    """Fit the vectors to the counts; the same seed gives the same vectors."""
    chance = np.random.default_rng(settings.seed)
    words = counts.shape[0]
    word, context = (_Side(words, settings.size, chance) for _ in range(2))
    pairs = _Pairs.of(counts, settings)
    losses = []
    for _ in range(settings.epochs if counts.nnz else 0):
        total = sum(_step(word, context, some, settings.learning_rate) for some in pairs.steps(chance))
        losses.append(total / counts.nnz)
    return Glove(vectors=word.vectors + context.vectors, losses=tuple(losses))
