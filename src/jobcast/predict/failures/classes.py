"""Classes of jobs by what they used: known afterwards, so that forecasts must tell the class first."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from jobcast.language import say

Matrix = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int64]

_CHUNK = 100_000
"""Jobs of which the distances to all centres are held at once."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Classes:
    """K classes by the nearest of K centres; the first class has most jobs."""

    columns: tuple[str, ...]
    """What jobs are measured by."""
    logged: tuple[bool, ...]
    """Whether a column counts as log(1 + x): where few jobs have most of it."""
    middle: tuple[float, ...]
    """Of each column, then taken away."""
    spread: tuple[float, ...]
    """Of each column, then divided by."""
    centres: tuple[tuple[float, ...], ...]
    """(K, columns), on that scale."""
    silhouettes: Mapping[str, float]
    """Numbers of classes that were tried to how well they are apart, from -1 to 1; empty where none was to choose."""

    def __post_init__(self) -> None:
        """Raise ValueError where the lengths do not fit: files come from anywhere."""
        lengths = {len(self.logged), len(self.middle), len(self.spread), *map(len, self.centres)}
        if not self.centres or lengths != {len(self.columns)} or min(self.spread) <= 0:
            raise ValueError(say("model.odd_field", name="classes", value=len(self.centres)))

    def __len__(self) -> int:
        """Return K."""
        return len(self.centres)

    def scaled(self, measured: Matrix) -> npt.NDArray[np.float64]:
        """Return measured columns on the scale of the centres; what is unknown counts as the middle."""
        scaled = measured.astype(np.float64)
        for number in np.flatnonzero(self.logged):
            scaled[:, number] = np.log1p(np.maximum(scaled[:, number], 0))
        scaled -= self.middle
        scaled /= self.spread
        return np.nan_to_num(scaled, copy=False, posinf=0, neginf=0)

    def of(self, measured: Matrix) -> Numbers:
        """Return the number of the class of each job, from its `measured` columns (n, columns)."""
        centres = np.array(self.centres)
        lengths, found = (centres**2).sum(axis=1), np.empty(len(measured), dtype=np.int64)
        for begin in range(0, len(measured), _CHUNK):
            part = self.scaled(measured[begin : begin + _CHUNK])
            found[begin : begin + _CHUNK] = np.argmin(lengths - 2 * part @ centres.T, axis=1)
        return found

    def as_json(self) -> dict[str, Any]:
        """Return all fields for a model's card."""
        return asdict(self)

    @classmethod
    def of_json(cls, section: Mapping[str, Any]) -> "Classes":
        """Return what `as_json` gave; raises KeyError, TypeError or ValueError where it is something else."""
        return cls(
            columns=tuple(map(str, section["columns"])),
            logged=tuple(map(bool, section["logged"])),
            middle=tuple(map(float, section["middle"])),
            spread=tuple(map(float, section["spread"])),
            centres=tuple(tuple(map(float, centre)) for centre in section["centres"]),
            silhouettes={str(name): float(value) for name, value in section["silhouettes"].items()},
        )
