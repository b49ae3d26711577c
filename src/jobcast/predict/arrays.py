"""Arrays of a model on disk: mapped, not read, so that a cold start costs nothing."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from numpy.lib.format import open_memmap

from jobcast.language import say
from jobcast.predict.damage import reading

Array = npt.NDArray[Any]
Layout = Mapping[str, tuple[type[np.generic], tuple[int | None, ...]]]
"""Name of each array to its kind and shape; None stands for as many rows as the first array has."""


def map_arrays(folder: Path, layout: Layout) -> dict[str, Array]:
    """Map the arrays in `folder`; raises ModelError when one is missing or damaged, or doesn't fit the others."""
    arrays: dict[str, Array] = {}
    for name, (kind, shape) in layout.items():
        path = folder / f"{name}.npy"
        with reading(path, kinds=(Exception,)):  # over a damaged header NumPy raises whatever it comes upon
            array = open_memmap(path, mode="r")
            rows = len(next(iter(arrays.values()), array))
            if array.dtype != kind or array.shape != tuple(rows if n is None else n for n in shape):
                raise ValueError(say("model.odd_array", kind=array.dtype, shape=array.shape))
        arrays[name] = array.view(np.ndarray)  # its own kind is slow at whatever it is asked
    return arrays


def save_arrays(folder: Path, arrays: Mapping[str, Array]) -> None:
    """Write what `map_arrays` maps into `folder`, which is made where it is missing."""
    folder.mkdir(exist_ok=True)
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array, allow_pickle=False)
