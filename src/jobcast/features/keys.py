"""64-bit keys of families, joined from the keys of what must be equal."""

from collections.abc import Sequence
from itertools import accumulate, chain, pairwise

import numpy as np

from jobcast.features.coded import Keys

_SEED = 0x6A6F6263


def _constant(number: int) -> Keys:
    """Return an array without dimensions: NumPy converts any other number anew in every operation."""
    return np.array(number, dtype=np.uint64)


_ONE_FACTOR, _OTHER_FACTOR = _constant(0x9E3779B97F4A7C15), _constant(0xBF58476D1CE4E5B9)
_ONE_SHIFT, _OTHER_SHIFT = _constant(29), _constant(32)


def mix(*columns: Keys) -> Keys:
    """Join several keys of a row into one."""
    state = np.full(columns[0].shape, _SEED, dtype=np.uint64)
    for column in columns:
        _stir(state, column)
    return state


class Mixer:
    """Joins keys for many purposes at once: each takes a number of its own and some of the rows that are given."""

    def __init__(self, recipes: Sequence[Sequence[int]]) -> None:
        """Take for each purpose, which is numbered by its place, the rows that it joins, in order."""
        longest_first = sorted(range(len(recipes)), key=lambda number: -len(recipes[number]))
        self._begin = mix(np.array(longest_first, dtype=np.uint64))[:, None]
        self._places = np.argsort(longest_first)
        steps = [
            [recipes[number][step] for number in longest_first if len(recipes[number]) > step]
            for step in range(max(map(len, recipes)))
        ]
        self._rows = np.array(list(chain.from_iterable(steps)))
        self._ends = list(accumulate(map(len, steps)))

    def mix(self, rows: Keys) -> Keys:
        """Return for each purpose what `mix` makes of its number and its rows: (purposes, n) from (rows, n)."""
        state, joined = np.empty((len(self._begin), rows.shape[1]), dtype=np.uint64), rows[self._rows]
        state[:] = self._begin
        for begin, end in pairwise((0, *self._ends)):
            _stir(state[: end - begin], joined[begin:end])
        return state[self._places]


def _stir(state: Keys, column: Keys) -> None:
    """Let `column` change `state` in place (the finaliser of SplitMix64)."""
    state ^= column
    state *= _ONE_FACTOR
    state ^= state >> _ONE_SHIFT
    state *= _OTHER_FACTOR
    state ^= state >> _OTHER_SHIFT
