"""Columns of text as codes into their distinct values, so that each text is looked at once.

A history repeats itself: a hundred thousand jobs share some thousand texts. A single submission needs no
columns: `One` is changed as a `Coded` is, so training and prediction go through the same functions.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, Protocol, Self, TypeVar

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.int64]
Keys = npt.NDArray[np.uint64]
Key = TypeVar("Key", int, Keys, covariant=True)  # noqa: PLC0105 - it is for people to read
"""The key of one row, or those of many."""

_KEPT = 16384
"""What was made of so many texts of single submissions is kept: these repeat themselves, too."""
_LONGEST_KEPT = 1024
"""Characters of a text; with `_KEPT` it bounds what is kept, whatever people submit."""


class Texts(Protocol[Key]):
    """The texts of one row, or of many."""

    def map(self, change: Callable[[str], str]) -> Self:
        """Apply `change` to every text."""
        ...

    def join(self, other: Self, change: Callable[[str, str], str]) -> Self:
        """Apply `change` to every text and the one in the same row of `other`."""
        ...

    def keys(self) -> Key:
        """Return a 64-bit number for each row, equal for equal texts in every process and release."""
        ...


@dataclass(frozen=True, slots=True)
class Coded:
    """A column of texts: `values[codes[row]]` is the text of a row; an absent text is ""."""

    values: list[str]
    """The texts that occur; distinct after a change."""
    codes: Codes
    """For each row, the place of its text among `values`."""

    def map(self, change: Callable[[str], str]) -> "Coded":
        """Apply `change` to every distinct text, and merge those that it makes equal."""
        return _merged([change(value) for value in self.values], self.codes)

    def join(self, other: "Coded", change: Callable[[str, str], str]) -> "Coded":
        """Apply `change` to every pair of texts that occurs in a row."""
        width = max(len(other.values), 1)
        pairs, codes = np.unique(self.codes * width + other.codes, return_inverse=True)
        texts = [change(self.values[pair // width], other.values[pair % width]) for pair in pairs.tolist()]
        return _merged(texts, codes)

    def keys(self) -> Keys:
        """Return a 64-bit number for each row, equal for equal texts in every process and release."""
        raw = b"".join(map(_digest, self.values))
        return np.frombuffer(raw, dtype="<u8").astype(np.uint64)[self.codes]

    def texts(self) -> list[str]:
        """Return the text of each row."""
        return [self.values[code] for code in self.codes.tolist()]


class One(NamedTuple):
    """The text of a single row; what changes make of it is remembered for the next one."""

    text: str

    def map(self, change: Callable[[str], str]) -> "One":
        """Apply `change`."""
        return (_changed if len(self.text) <= _LONGEST_KEPT else _change)(change, self.text)

    def join(self, other: "One", change: Callable[[str, str], str]) -> "One":
        """Apply `change` to both texts."""
        short = len(self.text) <= _LONGEST_KEPT and len(other.text) <= _LONGEST_KEPT
        return (_changed if short else _change)(change, self.text, other.text)

    def keys(self) -> int:
        """Return the number that `Coded.keys` gives to a row of this text."""
        return (_kept_number if len(self.text) <= _LONGEST_KEPT else _number)(self.text)


def _merged(texts: list[str], codes: Codes) -> Coded:
    place: dict[str, int] = {}
    moved = np.fromiter((place.setdefault(text, len(place)) for text in texts), np.int64, len(texts))
    return Coded(list(place), moved[codes])


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()


def _number(text: str) -> int:
    return int.from_bytes(_digest(text), "little")


def _change(change: Callable[..., str], *texts: str) -> One:
    return One(change(*texts))


_changed = lru_cache(maxsize=_KEPT)(_change)
_kept_number = lru_cache(maxsize=_KEPT)(_number)
