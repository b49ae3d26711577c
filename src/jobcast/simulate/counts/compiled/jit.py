"""How functions are compiled: at the first call, in some seconds; the next process finds the machine code.

It is kept beside the source, or in the user's cache directory where that can't be written, and with the function
that Python calls only: it holds all others. numba would use it until the file of that function changes, so
`sources` makes it depend on the other files, too.

No function makes arrays. So none needs to count who uses them (`_nrt`), which would take most of the time.
"""

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np
import numpy.typing as npt
from numba import njit

from jobcast.simulate.estimates import correction

_Function = TypeVar("_Function", bound=Callable[..., object])
_njit = cast("Any", njit)
"""Its types don't know all that it takes."""
_INNER = {"_nrt": False, "error_model": "numpy", "no_cpython_wrapper": True, "no_cfunc_wrapper": True}


def entrance(function: _Function) -> _Function:
    """Compile a function that Python calls; other threads go on while it runs."""
    options = {"nogil": True, "_nrt": False, "error_model": "numpy"}
    try:
        return cast("_Function", _njit(cache=True, **options)(function))
    except RuntimeError:  # there is no directory that could be written
        return cast("_Function", _njit(**options)(function))


def compiled(function: _Function) -> _Function:
    """Compile a function that only compiled ones call."""
    return cast("_Function", _njit(**_INNER)(function))


def small(function: _Function) -> _Function:
    """Compile a function into each of those that call it."""
    return cast("_Function", _njit(forceinline=True, **_INNER)(function))


@cache
def sources() -> npt.NDArray[np.void]:
    """Return an empty array, of a type that is another one whenever the source of compiled functions is."""
    files = [*sorted(Path(__file__).parent.glob("*.py")), Path(correction.__file__)]
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]
    return np.empty(0, np.dtype([(f"of_{digest}", np.int8)]))
