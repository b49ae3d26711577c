"""Who asks, and what that one may do."""

from datetime import timedelta

import pytest

from jobcast.serve.access import NOBODY, Access, Caller, Right
from jobcast.serve.tokens import make_token
from tests.serve.conftest import NOW, SOMEBODY

ANYBODY = Caller(name=None, rights=frozenset({Right.FORECAST}))
TEXT, TOKEN = make_token("hosts", [Right.FORECAST, Right.FEEDBACK], NOW + timedelta(days=1))
CLOSED = Access(administrators=frozenset({0}))
OPEN = Access(administrators=frozenset({0}), open_beyond=True)
GUARDED = Access(administrators=frozenset({0}), tokens=(TOKEN,))
FAR, NEAR = ("10.1.2.3", 5), ("127.0.0.1", 5)


def scope(
    uid: int | None = None, client: tuple[str, int] | None = None, bearer: str | None = None
) -> dict[str, object]:
    headers = [] if bearer is None else [(b"authorization", f"Bearer {bearer}".encode())]
    state = {} if uid is None else {"uid": uid, "login": "root" if uid == 0 else str(uid)}
    return {"headers": headers, "state": state, "client": client}


def test_root_may_do_everything_over_the_unix_socket():
    assert OPEN.caller(scope(uid=0), NOW) == Caller(name="root", rights=frozenset(Right), is_user=True)


def test_whoever_is_called_as_an_administrator_is_none():
    asked = {**scope(uid=SOMEBODY), "state": {"uid": SOMEBODY, "login": "root"}}
    assert OPEN.caller(asked, NOW).rights == {Right.FORECAST}


def test_another_user_may_ask_for_forecasts_and_is_known_by_name():
    assert OPEN.caller(scope(uid=SOMEBODY), NOW) == Caller(
        name=str(SOMEBODY), rights=frozenset({Right.FORECAST}), is_user=True
    )


@pytest.mark.parametrize("client", [NEAR, ("::1", 5)])
def test_anybody_on_this_host_may_ask_for_forecasts(client):
    assert GUARDED.caller(scope(client=client), NOW) == ANYBODY


def test_beyond_this_host_nobody_may_do_anything_without_a_token_unless_the_site_opened_it():
    assert GUARDED.caller(scope(client=FAR), NOW) == NOBODY
    assert CLOSED.caller(scope(client=FAR), NOW) == NOBODY
    assert OPEN.caller(scope(client=FAR), NOW) == ANYBODY


def test_a_token_gives_its_own_rights_wherever_it_comes_from():
    holder = Caller(name="hosts", rights=frozenset({Right.FORECAST, Right.FEEDBACK}))
    assert GUARDED.caller(scope(client=FAR, bearer=TEXT), NOW) == holder
    assert GUARDED.caller(scope(uid=0, bearer=TEXT), NOW) == holder


@pytest.mark.parametrize("bearer", ["", "wrong", TEXT + "x", TEXT.upper()])
def test_a_wrong_token_is_nobodys_even_on_this_host(bearer):
    assert GUARDED.caller(scope(client=NEAR, bearer=bearer), NOW) == NOBODY


def test_a_token_ends():
    assert GUARDED.caller(scope(client=FAR, bearer=TEXT), NOW + timedelta(days=1)) == NOBODY
