"""Errors say what happened, what cures it, and whether trying again may help."""

import pytest

from jobcast import errors
from jobcast.errors import BatchSystemError, CommandError, JobcastError, OutputError

KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, JobcastError)]


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_has_message_hint_and_transience(kind):
    error = kind("it broke", hint="mend it", transient=True)
    assert (str(error), error.message, error.hint, error.transient) == (
        "it broke",
        "it broke",
        "mend it",
        True,
    )
    assert (kind("x").hint, kind("x").transient) == ("", False)


@pytest.mark.parametrize("kind", KINDS)
def test_the_tree_at_the_top_of_the_module_shows_every_error(kind):
    assert errors.__doc__ is not None
    assert kind.__name__ in errors.__doc__


def test_what_a_batch_system_does_wrong_can_be_caught_as_one():
    assert issubclass(CommandError, BatchSystemError)
    assert issubclass(OutputError, BatchSystemError)
