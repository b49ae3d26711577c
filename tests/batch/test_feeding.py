"""Finished steps come into the history: all of them, each once, whatever happens meanwhile."""

import asyncio
import random
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from filelock import FileLock

from jobcast.batch.ends import take_ends
from jobcast.batch.feeding import MOST, Feeder
from jobcast.batch.ledger import Ledger
from jobcast.batch.order import Cancel
from jobcast.store.feedback import BEGINNING, FeedbackJournal
from jobcast.store.history import Store
from tests.batch.making import AT, end, opened, order, over, submit, submitted


def feeder(ledger: Ledger, store: Path) -> Feeder:
    """Return what feeds a store, an hour later."""
    return Feeder(ledger.journal, store, "loom", lambda: datetime.fromtimestamp(AT + 3600, UTC))


def turn(ledger: Ledger, store: Path) -> float:
    return asyncio.run(feeder(ledger, store).turn())


def known(store: Path) -> list[str]:
    """Return the steps of a history."""
    steps = pl.format("{}.{}", "job_id", "step").alias("id")
    return sorted(Store(store).collect(Store(store).scan().select(steps))["id"].to_list())


def run(ledger: Ledger, number: int) -> str:
    """Let a step run to its end."""
    name = f"n1.{number}.0"
    submit(ledger, submitted(name))
    end(ledger, over(f"{name}@1"))
    return name


def test_what_is_over_is_written_and_what_lives_is_not(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    (tmp_path / "store" / "models").mkdir(parents=True)
    (tmp_path / "store" / "models" / "active").symlink_to("some-model")
    done = run(ledger, 1)
    submit(ledger, submitted("n1.2.0", tasks=4), submitted("n1.3.0"), submitted("n1.4.0", hold="user"))
    order(ledger, Cancel(steps=("n1.4.0",)))
    assert turn(ledger, tmp_path / "store") == 5.0
    assert known(tmp_path / "store") == [done, "n1.4.0"]
    (told,), _ = FeedbackJournal(tmp_path / "store").after(BEGINNING)
    assert (told.job_id, told.run_time) == (done, 60.0)


def test_without_a_model_nothing_is_written_for_one(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    run(ledger, 1)
    turn(ledger, tmp_path / "store")
    assert not (tmp_path / "store" / "feedback").exists()


def test_a_kill_at_any_instant_loses_nothing_and_writes_nothing_twice(tmp_path: Path) -> None:
    chance, names = random.Random(5), list[str]()
    store = tmp_path / "store"
    for _ in range(12):
        ledger = opened(tmp_path)
        for _ in range(chance.randrange(4)):
            names.append(run(ledger, len(names) + 1))
        one = feeder(ledger, store)
        if chance.random() < 0.5:
            one.feed()  # killed before it could note how far it came
        else:
            asyncio.run(one.turn())
    turn(opened(tmp_path), store)
    assert known(store) == sorted(names)


def test_an_end_that_is_told_late_is_not_passed_over(tmp_path: Path) -> None:
    ledger, store = opened(tmp_path), tmp_path / "store"
    submit(ledger, submitted("n1.1.0"), submitted("n1.2.0"))
    end(ledger, over("n1.2.0@1", at=AT + 90))
    turn(ledger, store)
    take_ends([over("n1.1.0@1", at=AT + 60)], AT + 91, ledger, lambda *_: None)
    turn(ledger, store)
    assert known(store) == ["n1.1.0", "n1.2.0"]


def test_a_locked_store_only_delays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobcast.batch.feeding._LOCK_SECONDS", 0.05)
    ledger, store = opened(tmp_path), tmp_path / "store"
    name = run(ledger, 1)
    store.mkdir()
    one = feeder(ledger, store)
    with FileLock(store / "write.lock"):
        assert asyncio.run(one.turn()) == 30.0
        assert one.trouble is not None
    assert asyncio.run(one.turn()) == 5.0
    assert (one.trouble, known(store)) == (None, [name])


def test_many_are_written_one_lot_soon_after_the_other(tmp_path: Path) -> None:
    ledger, store = opened(tmp_path), tmp_path / "store"
    names = [run(ledger, number) for number in range(1, MOST + 2)]
    assert [turn(ledger, store), turn(ledger, store)] == [1.0, 5.0]
    assert known(store) == sorted(names)


def test_a_journal_that_is_behind_its_own_note_is_read_from_the_beginning(tmp_path: Path) -> None:
    ledger, store = opened(tmp_path), tmp_path / "store"
    ledger.journal.keep({"fed": "99"})
    name = run(ledger, 1)
    turn(ledger, store)
    assert known(store) == [name]


def test_what_cannot_be_true_is_set_aside(tmp_path: Path) -> None:
    ledger, store = opened(tmp_path), tmp_path / "store"
    submit(ledger, submitted("n1.1.0"))
    end(ledger, over("n1.1.0@1", at=AT + 10 * 86_400))
    turn(ledger, store)
    assert known(store) == []
    aside = Store(store).set_aside_records().collect()
    assert aside["reason"].to_list() == ["in_the_future"]
    assert "secret" not in aside["text"][0]


def test_one_that_cannot_be_told_keeps_no_other_out(tmp_path: Path) -> None:
    ledger, store = opened(tmp_path), tmp_path / "store"
    odd = submitted("n1.1.0")
    submit(ledger, odd)
    ledger.steps["n1.1.0"].submitted = replace(
        odd, notes=replace(odd.notes, keywords={"advised_memory": "many"})
    )
    end(ledger, over("n1.1.0@1"))
    name = run(ledger, 2)
    assert turn(ledger, store) == 5.0
    assert known(store) == [name]
    assert Store(store).set_aside_records().collect()["reason"].to_list() == ["not_a_step"]
