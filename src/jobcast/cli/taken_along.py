"""What a submission takes along of the process that submits: its environment, its mask of rights and its limits."""

import os
import resource

from jobcast.cli.screen import talk
from jobcast.language import say
from jobcast.program import Limits


def environment() -> dict[str, str]:
    """Return the environment of this process; what is no text in UTF-8 is left out, and told."""
    told = {name: value for name, value in os.environ.items() if _is_text(name + value)}
    if left_out := sorted(os.environ.keys() - told.keys()):
        talk(say("llsubmit.left_out", names=", ".join(left_out)))
    return told


def _is_text(value: str) -> bool:
    """Tell whether it has no bytes that stand for themselves because they are no UTF-8."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def umask() -> int:
    """Return the mask of this process, which can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def limits() -> Limits:
    """Return the limits of this process."""
    numbers = {name: number for name, number in vars(resource).items() if name.startswith("RLIMIT_")}
    return {name.removeprefix("RLIMIT_").lower(): _bounds(number) for name, number in numbers.items()}


def _bounds(number: int) -> tuple[int | None, int | None]:
    soft, hard = (None if each == resource.RLIM_INFINITY else each for each in resource.getrlimit(number))
    return soft, hard
