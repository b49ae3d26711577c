"""The limits of a process, as setrlimit(2) has them: never above the hard ones of this machine, whoever sets them."""

import resource
from collections.abc import Mapping

Limit = tuple[int | None, int | None]
"""Soft and hard; None for as much as there is."""

_UNLIMITED = resource.RLIM_INFINITY
_NUMBERS: Mapping[str, int] = {
    name.removeprefix("RLIMIT_").lower(): number
    for name, number in vars(resource).items()
    if name.startswith("RLIMIT_")
}


def set_limit(name: str, limit: Limit) -> None:
    """Limit this process; root, too, has no more than its own hard limit. Raises OSError, ValueError or KeyError."""
    number = _NUMBERS[name]
    (soft, hard), most = limit, resource.getrlimit(number)[1]
    top = _at_most(hard, most)
    resource.setrlimit(number, (top if soft is None else _at_most(soft, most), top))


def lowered(limits: Mapping[str, Limit]) -> tuple[str, ...]:
    """Return the names of the limits that are lower than they were asked for, where they are set in this process."""
    return tuple(
        name
        for name, (soft, hard) in limits.items()
        if name in _NUMBERS
        and _is_above(hard if soft is None else soft, resource.getrlimit(_NUMBERS[name])[1])
    )


def _is_above(limit: int | None, most: int) -> bool:
    return most != _UNLIMITED and (limit is None or limit == _UNLIMITED or limit > most)


def _at_most(limit: int | None, most: int) -> int:
    if _is_above(limit, most):
        return most
    return _UNLIMITED if limit is None else limit
