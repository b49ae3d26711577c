"""Arrays of a model on disk: mapped, not read, so that a cold start costs nothing."""

from pathlib import Path
from typing import Any

import numpy.typing as npt
from numpy.lib.format import open_memmap

from jobcast.predict.damage import reading


def map_array(path: Path) -> npt.NDArray[Any]:
    """Map the array in `path`; raises ModelError when it is missing or damaged."""
    with reading(path, kinds=(Exception,)):  # over a damaged header NumPy raises whatever it comes upon
        array: npt.NDArray[Any] = open_memmap(path, mode="r")
    return array
