"""Everything that can go wrong in a way that a user can act upon.

::

    JobcastError              message, hint, transient
    ├── ConfigError           a setting is unknown, missing or contradicts another
    ├── BatchSystemError      a batch system can't be asked, or answers strangely
    │   ├── CommandError      exit code and stderr; transient when it timed out
    │   └── OutputError       not what any recorded version prints
    ├── InputError            a file given by the user can't be read as what it should be
    ├── StoreError            the history is locked, damaged, newer than this program, or full
    └── ModelError            no model, or one trained with other features

A row that can't be read and a job that can't be forecast are ordinary results
(`jobcast.history.SetAside`, `jobcast.forecast.NoForecast`), not errors.
"""


class JobcastError(Exception):
    """An expected failure: what happened, and the command or change that cures it."""

    def __init__(self, message: str, *, hint: str = "", transient: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        """What the user can do; empty when nothing is known to help."""
        self.transient = transient
        """True when the same call may succeed later without any change."""


class ConfigError(JobcastError):
    """A setting is unknown, missing or contradicts another."""


class BatchSystemError(JobcastError):
    """A batch system can't be asked, or answers strangely."""


class CommandError(BatchSystemError):
    """A command ended badly, was not found, or took too long."""

    code: int | None = None
    """What it ended with; None where it didn't end by itself."""


class OutputError(BatchSystemError):
    """A command printed what no recorded version of it prints."""


class InputError(JobcastError):
    """A file given by the user can't be read as what it should be."""


class StoreError(JobcastError):
    """The history is locked, damaged, newer than this program, or the disk is full."""


class ModelError(JobcastError):
    """There is no model, or it was trained with other features than this program has."""
