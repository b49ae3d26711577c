"""How functions are compiled: at the first call, in some seconds; the next process finds the machine code.

It is kept beside the source, or in the user's cache directory where that can't be written, and with the function
that Python calls only: it holds all others. numba would use it until the file of that function changes, so
engines let it depend on their other files, too, by `digest`.

No function makes arrays. So none needs to count who uses them (`_nrt`), which would take most of the time. numba is an
extra: only modules that an engine imports when it runs use this one.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

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
