"""How functions are compiled; numba is an extra, so only modules that `engine` imports when it runs use this one."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

_Function = TypeVar("_Function", bound=Callable[..., object])

_OPTIONS: dict[str, Any] = {"cache": True, "_nrt": False}
"""No function allocates an array, so none needs to count references to them; that halves the compiler's work."""
_WITHIN: dict[str, Any] = {**_OPTIONS, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}


def entrance(function: _Function) -> _Function:
    """Compile a function on its first call, and keep the machine code beside its source for the next process."""
    return cast("_Function", njit(**_OPTIONS)(function))


def compiled(function: _Function) -> _Function:
    """Compile a function that only compiled ones call; without a way in from Python it takes half the time."""
    return cast("_Function", njit(**_WITHIN)(function))
