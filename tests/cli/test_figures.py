"""How figures are written in tables."""

import pytest

from jobcast.cli.figures import chance


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.0, "0.0%"),
        (0.000421, "0.0421%"),
        (0.0123, "1.23%"),
        (0.05, "5.0%"),
        (0.1234, "12.3%"),
        (1.0, "100.0%"),
    ],
)
def test_a_small_chance_does_not_read_as_none(value, written):
    assert chance(value) == written
