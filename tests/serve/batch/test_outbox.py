"""Notices that wait in a file, and a notifier that drops what is too much."""

import asyncio
import logging
import sqlite3
import threading
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from jobcast.batch.completing import as_it_is
from jobcast.batch.loop import Loop
from jobcast.batch.record import Notify
from jobcast.batch.retrying import retry
from jobcast.batch.surroundings import Surroundings
from jobcast.batch.two_clocks import TwoClocks
from jobcast.errors import StoreError
from jobcast.serve.batch import notifier
from jobcast.serve.batch.notifier import Notifier
from jobcast.serve.batch.outbox import Due, Outbox, Way
from jobcast.serve.batch.sending import Ways
from tests.batch.making import AT, end, opened, over, submit, submitted

MAIL, JSON = Due(way=Way.MAIL, body=b"To: ada\n\nhi"), Due(way=Way.WEBHOOK, body=b"{}")
NOBODY = Ways(webhook="http://127.0.0.1:9/", cluster="made", zone=UTC, language="en")


def test_what_is_kept_is_left_until_it_is_crossed_out(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path)
    first, second = outbox.keep([MAIL, JSON])
    outbox.close()
    again = Outbox(tmp_path)
    assert again.left() == [first, second]
    assert [(due.way, due.body) for due in again.left()] == [(MAIL.way, MAIL.body), (JSON.way, JSON.body)]
    again.cross_out([first.number])
    assert again.left() == [second]
    again.close()


def test_a_file_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "notices.sqlite").write_bytes(b"no database " * 100)
    with pytest.raises(StoreError, match="notices that aren't sent"):
        Outbox(tmp_path)


def test_nobody_else_reads_it(tmp_path: Path) -> None:
    Outbox(tmp_path).close()
    assert (tmp_path / "notices.sqlite").stat().st_mode & 0o777 == 0o600


def loop_in(folder: Path) -> Loop:
    now = datetime.fromtimestamp(AT, UTC)
    around = Surroundings(
        now=lambda: now,
        clocks=TwoClocks(lambda: now, lambda: 0.0),
        zone=UTC,
        read=cast("Any", None),
        complete=as_it_is,
        retry=retry,
    )
    return Loop(opened(folder), cast("Any", None), around)


async def told_of_ends(folder: Path, jobs: int) -> Notifier:
    """Let jobs end whose webhook answers nobody, and stop just then; return the notifier."""
    loop = loop_in(folder)
    told = Notifier(loop, NOBODY, lambda: datetime.fromtimestamp(AT, UTC), folder)
    task = asyncio.create_task(told.run(pauses=(60.0,)))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    for number in range(jobs):
        asked = submitted(f"n1.{number}.0")
        submit(loop.ledger, replace(asked, notes=replace(asked.notes, notify=Notify.ALWAYS)))
        end(loop.ledger, over(f"{asked.job.id}@1"))
        loop._publish()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return told


def test_what_nobody_heard_of_when_the_manager_stopped_is_kept(tmp_path: Path) -> None:
    asyncio.run(told_of_ends(tmp_path, 3))
    with sqlite3.connect(tmp_path / "notices.sqlite") as database:
        assert database.execute("SELECT count(*) FROM notices").fetchone() == (3,)
    database.close()


def test_nobody_waits_for_a_webhook_that_hangs_when_the_manager_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go, ended = threading.Event(), threading.Event(), threading.Event()

    def hang(*_told: object) -> None:
        begun.set()
        go.wait(60)
        ended.set()

    async def scene() -> None:
        Outbox(tmp_path).keep([JSON])
        told = Notifier(loop_in(tmp_path), NOBODY, lambda: datetime.fromtimestamp(AT, UTC), tmp_path)
        task = asyncio.create_task(told.run())
        async with asyncio.timeout(30):
            while not begun.is_set():
                await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    monkeypatch.setattr(notifier, "send", hang)
    try:
        asyncio.run(scene())
        assert not ended.is_set()
    finally:
        go.set()


def test_dropped_ones_are_counted_in_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(notifier, "_MOST_WAITING", 2)
    with caplog.at_level(logging.WARNING):
        told = asyncio.run(told_of_ends(tmp_path, 5))
    assert told.counts.dropped == 3
    assert "3 notices were dropped, as too many waited" in caplog.messages
