import pytest

from tests.cluster.waiting import until


def test_what_a_condition_says_in_the_end_is_returned() -> None:
    said = iter([None, "", 7])
    assert until(lambda: next(said), 60) == 7


def test_a_condition_that_is_never_met_is_told_with_what_it_said_last() -> None:
    with pytest.raises(TimeoutError, match=r"^not within 0 s: the moon; last seen: \[\]$"):
        until(list, 0, "the moon")
