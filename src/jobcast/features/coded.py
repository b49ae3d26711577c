"""Columns of text as codes into their distinct values, so that each text is looked at once.

A history repeats itself: a hundred thousand jobs share some thousand texts. One submission is the same
thing with one value, so training and prediction go through the same functions.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.int64]
Keys = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Coded:
    """A column of texts: `values[codes[row]]` is the text of a row; an absent text is ""."""

    values: list[str]
    """The distinct texts."""
    codes: Codes
    """For each row, the place of its text among `values`."""

    def map(self, change: Callable[[str], str]) -> "Coded":
        """Apply `change` to every distinct text, and merge those that it makes equal."""
        return _merged([change(value) for value in self.values], self.codes)

    def keys(self) -> Keys:
        """Return a 64-bit number for each row, equal for equal texts in every process and release."""
        return _numbers(self.values)[self.codes]


def one(text: str | None) -> Coded:
    """Return the column of a single row."""
    return Coded([text or ""], np.zeros(1, dtype=np.int64))


def combine(left: Coded, right: Coded, change: Callable[[str, str], str]) -> Coded:
    """Apply `change` to every pair of texts that occurs in a row."""
    width = max(len(right.values), 1)
    pairs, codes = np.unique(left.codes * width + right.codes, return_inverse=True)
    texts = [change(left.values[pair // width], right.values[pair % width]) for pair in pairs.tolist()]
    return _merged(texts, codes)


def _merged(texts: list[str], codes: Codes) -> Coded:
    place: dict[str, int] = {}
    moved = np.fromiter((place.setdefault(text, len(place)) for text in texts), np.int64, len(texts))
    return Coded(list(place), moved[codes])


def _numbers(texts: list[str]) -> Keys:
    digest = hashlib.blake2b
    raw = b"".join(digest(text.encode("utf-8", "surrogatepass"), digest_size=8).digest() for text in texts)
    return np.frombuffer(raw, dtype="<u8").astype(np.uint64)


def mix(*columns: Keys) -> Keys:
    """Join several keys of a row into one (the finaliser of SplitMix64, over and over)."""
    state = np.full(len(columns[0]), 0x6A6F6263, dtype=np.uint64)
    with np.errstate(over="ignore"):
        for column in columns:
            state = (state ^ column) * np.uint64(0x9E3779B97F4A7C15)
            state ^= state >> np.uint64(29)
            state *= np.uint64(0xBF58476D1CE4E5B9)
            state ^= state >> np.uint64(32)
    return state
