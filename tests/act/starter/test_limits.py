"""Limits of a process go no higher than the machine's, whoever sets them."""

import resource

import pytest

from jobcast.act.starter.limits import Limit, lowered, set_limit

NO = resource.RLIM_INFINITY


@pytest.mark.parametrize(
    ("limit", "most", "becomes", "low"),
    [
        ((50, 60), 100, (50, 60), False),
        ((50, None), 100, (50, 100), False),
        ((None, 60), 100, (60, 60), False),
        ((None, None), 100, (100, 100), True),
        ((200, None), 100, (100, 100), True),
        ((None, 200), 100, (100, 100), True),
        ((50, 200), 100, (50, 100), False),
        ((NO, NO), 100, (100, 100), True),
        ((10, 5), 100, (10, 5), False),
        ((None, None), NO, (NO, NO), False),
        ((200, 300), NO, (200, 300), False),
        ((0, 0), 0, (0, 0), False),
    ],
)
def test_a_limit_is_lowered_to_what_the_machine_allows(
    monkeypatch: pytest.MonkeyPatch, limit: Limit, most: int, becomes: tuple[int, int], low: bool
):
    done: list[tuple[int, tuple[int, int]]] = []
    monkeypatch.setattr(resource, "getrlimit", lambda _number: (most, most))
    monkeypatch.setattr(resource, "setrlimit", lambda number, value: done.append((number, value)))
    set_limit("memlock", limit)
    assert done == [(resource.RLIMIT_MEMLOCK, becomes)]
    assert lowered({"memlock": limit}) == (("memlock",) if low else ())


def test_what_is_no_limit_is_not_set():
    with pytest.raises(KeyError):
        set_limit("cheese", (1, 1))
    assert lowered({"cheese": (None, None)}) == ()
