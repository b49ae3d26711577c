"""What of a model can't be read, and why: which file, in few words."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jobcast.errors import ModelError
from jobcast.language import say

_USUAL = (OSError, ValueError)


def why(error: Exception) -> str:
    """Return what `error` says; of the operating system's the mere reason, of XGBoost's no stack."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if isinstance(error, KeyError):  # says nothing but the key
        return say("model.no_field", name=error.args[0])
    return str(error).partition("\nStack trace")[0].strip()


@contextmanager
def reading(
    path: Path, *, hint: str = "jobcast train", kinds: tuple[type[Exception], ...] = _USUAL
) -> Iterator[None]:
    """Turn failures of these `kinds` into a ModelError that names `path`; `hint` is the cure."""
    try:
        yield
    except kinds as error:
        raise ModelError(say("model.unreadable", path=path, why=why(error)), hint=hint) from error
