"""Login names of those who knock at the Unix socket."""

import asyncio
import pwd
import socket
import struct
from threading import Event

import pytest

from jobcast.serve import names, protocol
from jobcast.serve.names import Names, user_id

SOMEBODY = 54321


def entry(name: str) -> pwd.struct_passwd:
    return pwd.struct_passwd((name, "x", SOMEBODY, SOMEBODY, "", "/", "/bin/sh"))


def of(*uids: int, known: Names) -> list[str]:
    async def all_() -> list[str]:
        return [await known.of(uid) for uid in uids]

    return asyncio.run(all_())


def test_a_user_goes_by_the_login_name_and_one_without_by_the_number():
    assert of(0, SOMEBODY, known=Names()) == ["root", str(SOMEBODY)]


def test_a_name_is_asked_for_once_and_that_there_is_none_each_time(monkeypatch):
    asked, told = [], {}

    def getpwuid(uid: int) -> pwd.struct_passwd:
        asked.append(uid)
        return told[uid]

    monkeypatch.setattr(pwd, "getpwuid", getpwuid)
    known = Names()
    assert of(SOMEBODY, known=known) == [str(SOMEBODY)]
    told[SOMEBODY] = entry("late")
    assert of(SOMEBODY, SOMEBODY, known=known) == ["late", "late"]
    assert asked == [SOMEBODY, SOMEBODY]


def test_nobody_waits_long_for_a_name_and_others_meanwhile_not_at_all(monkeypatch):
    go_on = Event()

    def getpwuid(_uid: int) -> pwd.struct_passwd:
        go_on.wait(30)
        return entry("slow")

    monkeypatch.setattr(pwd, "getpwuid", getpwuid)
    monkeypatch.setattr(names, "_PATIENCE_SECONDS", 0.05)

    async def asking() -> tuple[str, str, str]:
        known = Names()
        first = asyncio.create_task(known.of(SOMEBODY))
        await asyncio.sleep(0)
        meanwhile = "waits" if first.done() is False else "is done"
        unknown = await first
        go_on.set()
        while (late := await known.of(SOMEBODY)) == str(SOMEBODY):
            pass
        return meanwhile, unknown, late

    assert asyncio.run(asking()) == ("waits", str(SOMEBODY), "slow")


@pytest.mark.parametrize(
    ("name", "uid"), [("root", 0), ("1234", 1234), ("no such user", None), ("a\0b", None), ("٣", None)]
)
def test_an_administrator_is_a_number_from_the_start(name, uid):
    assert user_id(name) == uid


def test_a_user_whose_number_is_beyond_two_thousand_millions_is_none_with_a_negative_one():
    class Plug:
        def getsockopt(self, level: int, option: int, size: int) -> bytes:
            assert (level, option) == (socket.SOL_SOCKET, socket.SO_PEERCRED)
            return struct.pack("iII", 7, 3_000_000_000, 3_000_000_000)[:size]

    assert protocol._user(Plug()) == 3_000_000_000
