"""Tests of executors; what several of them share tells what it found, too, where it isn't what it should be."""

import pytest

pytest.register_assert_rewrite(
    *(f"tests.act.executors.{name}" for name in ("exits", "life", "limits", "surroundings"))
)
