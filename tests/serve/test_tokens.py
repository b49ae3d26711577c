"""Tokens in the store: what is kept of them, who may read it, and what the service makes of it."""

import asyncio
import json
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread

import pytest
from filelock import FileLock

from jobcast.errors import StoreError
from jobcast.serve.access import Right, Token
from jobcast.serve.app import make_app
from jobcast.serve.service import Service
from jobcast.serve.tokens import change_tokens, make_token, read_tokens
from tests.serve.conftest import NOW, SOMEBODY, asker

TEXT, TOKEN = make_token("hosts", [Right.FORECAST, Right.FEEDBACK], NOW + timedelta(days=1))
FAR = ("10.1.2.3", 5)


def add(store: Path) -> None:
    change_tokens(store, lambda known: [*known, TOKEN])


def test_only_the_hash_of_a_token_is_kept_and_only_its_owner_may_read_it(tmp_path):
    add(tmp_path)
    assert read_tokens(tmp_path) == (TOKEN,)
    file = tmp_path / "tokens.json"
    assert TEXT not in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_that_none_is_left_is_not_that_none_was_ever_issued(tmp_path):
    assert read_tokens(tmp_path) is None
    add(tmp_path)
    change_tokens(tmp_path, lambda _: ())
    assert read_tokens(tmp_path) == ()


def test_the_folders_of_a_new_store_are_as_all_folders_are(tmp_path):
    before = os.umask(0o022)
    try:
        add(tmp_path / "store")
    finally:
        os.umask(before)
    modes = {place: stat.S_IMODE((tmp_path / place).stat().st_mode) for place in ("store", "store/incoming")}
    assert modes == {"store": 0o755, "store/incoming": 0o755}


@pytest.fixture
def owned() -> Iterator[Path]:
    """Return a store that belongs to a user who is not root, in a folder that everybody may pass."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    store = folder / "store"
    store.mkdir()
    os.chown(store, SOMEBODY, SOMEBODY)
    yield store
    shutil.rmtree(folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root writes for others")
def test_what_root_writes_belongs_to_the_owner_of_the_store(owned):
    add(owned)
    assert {place.name: place.stat().st_uid for place in owned.iterdir()} == {
        "incoming": SOMEBODY,
        "tokens.json": SOMEBODY,
        **({"write.lock": SOMEBODY} if (owned / "write.lock").exists() else {}),
    }
    assert os.geteuid() == 0


def test_who_changes_the_tokens_waits_for_whoever_writes_to_the_store(tmp_path):
    entered = Event()

    def change(_: object) -> list[Token]:
        entered.set()
        return [TOKEN]

    with FileLock(tmp_path / "write.lock"):
        other = Thread(target=change_tokens, args=(tmp_path, change))
        other.start()
        assert not entered.wait(0.3)
    other.join()
    assert read_tokens(tmp_path) == (TOKEN,)


ENTRY = {
    "name": "hosts",
    "sha256": TOKEN.sha256,
    "rights": ["forecast"],
    "expires": "2027-01-31T08:00:00+00:00",
}


@pytest.mark.parametrize(
    ("odd", "why"),
    [
        ({"rights": ["forecast", "all"]}, "the token hosts has a right that there is not: all"),
        ({"expires": "2027-01-31T08:00:00"}, "the end of the token hosts has no time zone"),
        ({"sha256": "ä"}, "the token hosts has no name or no hash"),
        ({"name": 7}, "the token 7 has no name or no hash"),
    ],
)
def test_a_token_that_cannot_be_is_told_with_the_cure(tmp_path, odd, why):
    file = tmp_path / "tokens.json"
    file.write_text(json.dumps([ENTRY]))
    assert [token.name for token in read_tokens(tmp_path)] == ["hosts"]
    file.write_text(json.dumps([ENTRY | odd]))
    with pytest.raises(StoreError) as refused:
        read_tokens(tmp_path)
    assert refused.value.message.endswith(why)
    assert refused.value.hint.startswith("replace what the file holds by []")


@pytest.mark.parametrize("text", ["", "{", "7", '{"name": 1}', "[7]", "[{}]", "[" * 100_000])
def test_a_damaged_file_of_tokens_is_told(tmp_path, text):
    (tmp_path / "tokens.json").write_text(text)
    with pytest.raises(StoreError):
        read_tokens(tmp_path)


def far(service: Service, bearer: str | None = None) -> int:
    headers = {} if bearer is None else {"authorization": f"Bearer {bearer}"}
    ask = asker(make_app(service))
    return ask("POST", "/v1/forecast", {"user": "a"}, uid=None, client=FAR, headers=headers).status


@pytest.fixture
def opened(trained, make_service) -> Service:
    """Return a service with a certificate, for which no token was ever issued."""
    made = make_service()
    return Service(replace(made.settings, open_beyond=True), now=made.now, new_id=lambda: "id")


def test_revoking_the_last_token_opens_nothing(opened, store):
    opened.load_now()
    assert far(opened) == 200
    add(store)
    asyncio.run(opened.look())
    assert (far(opened), far(opened, TEXT)) == (401, 200)
    change_tokens(store, lambda _: ())
    asyncio.run(opened.look())
    assert (far(opened), far(opened, TEXT)) == (401, 401)


def test_removing_the_file_of_the_tokens_opens_nothing(opened, store):
    opened.load_now()
    add(store)
    asyncio.run(opened.look())
    (store / "tokens.json").unlink()
    asyncio.run(opened.look())
    assert (far(opened), far(opened, TEXT)) == (401, 401)


def test_a_token_that_cannot_be_is_a_trouble_and_those_before_hold_on(service, store):
    add(store)
    asyncio.run(service.look())
    (store / "tokens.json").write_text(json.dumps([ENTRY | {"rights": ["all"]}]))
    asyncio.run(service.look())
    assert far(service, TEXT) == 200
    trouble = asker(make_app(service))("GET", "/readyz").json["trouble"]
    assert list(trouble) == ["tokens"]
    assert trouble["tokens"].endswith("a right that there is not: all")
