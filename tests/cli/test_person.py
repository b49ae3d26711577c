"""Who sits in front of the program, and whether they look after the store."""

import os
import pwd

import pytest

from jobcast.cli.person import administers, login_name


@pytest.fixture
def be(monkeypatch):
    """Return a function that makes this process one of the user with that number and name."""

    def become(number: int, name: str | None) -> None:
        def known(asked: int) -> pwd.struct_passwd:
            if name is None:
                raise KeyError(asked)
            return pwd.struct_passwd((name, "x", asked, 100, "", "/home", "/bin/sh"))

        monkeypatch.setattr(os, "geteuid", lambda: number)
        monkeypatch.setattr(pwd, "getpwuid", known)

    return become


def test_the_login_name_is_that_of_who_runs_the_process(be, monkeypatch):
    be(4711, "chen")
    for variable in ("USER", "LOGNAME", "SUDO_USER"):
        monkeypatch.setenv(variable, "somebody_else")
    assert login_name() == "chen"


def test_somebody_without_a_name_is_called_by_number(be):
    be(4711, None)
    assert login_name() == "4711"


@pytest.mark.parametrize(
    ("who", "named", "does"),
    [
        ((0, "root"), (), True),
        ((4711, "chen"), (), False),
        ((4711, "chen"), ("fang", "chen"), True),
        ((4711, "chen"), ("fang", "chen2"), False),
        ((4711, None), ("4711",), True),
    ],
)
def test_root_and_those_named_administer_a_store_of_others(be, tmp_path, who, named, does):
    store = tmp_path / "store"
    for _ in ("before it is there", "and after"):
        be(*who)
        assert administers(store, named) == does
        store.mkdir(exist_ok=True)


def test_the_owner_administers_a_store(be, tmp_path, monkeypatch):
    owned = list(tmp_path.stat())
    owned[4] = 4711
    monkeypatch.setattr(type(tmp_path), "stat", lambda _path, **_how: os.stat_result(owned))
    be(4711, "chen")
    assert administers(tmp_path, ())


def test_the_owner_of_another_store_does_not(be, tmp_path):
    be(tmp_path.stat().st_uid + 1, "chen")
    assert not administers(tmp_path, ())
    assert not administers(tmp_path / "nowhere", ())
