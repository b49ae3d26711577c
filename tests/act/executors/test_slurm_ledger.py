"""What the Slurm executor remembers, whoever dies meanwhile."""

import dataclasses
from pathlib import Path

import pytest

from jobcast.act.executors.base import Attempt, End, Ended, ExecutorError
from jobcast.act.executors.slurm_ledger import Entry, Ledger
from jobcast.machine import Share
from jobcast.program import Program

ATTEMPT = Attempt(
    id="a@1",
    job="a",
    user="news",
    program=Program(arguments=("/bin/echo", "'\x1b[1m"), directory="/"),
    allocation=(Share(machine="n1", tasks=1),),
)
ENDED = Ended(attempt="a@1", began=5.5, at=9.0, how=End.EXITED, exit_code=3)


def test_all_of_an_attempt_is_there_after_a_return(tmp_path: Path) -> None:
    file = tmp_path / "slurm.sqlite"
    ledger = Ledger(file)
    entry = ledger.add(ATTEMPT)
    assert entry is not None
    ledger.note(entry, job="17", released=True, prolog=0, killed=8.0, stands=True, began=5.5)
    ledger.note(entry, ended=ENDED)
    ledger.close()
    assert Ledger(file).entries == {
        "a@1": Entry(
            attempt=ATTEMPT,
            job="17",
            released=True,
            prolog=0,
            killed=8.0,
            stands=True,
            began=5.5,
            ended=ENDED,
        )
    }


def test_an_id_is_taken_once_for_ever(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "slurm.sqlite")
    assert ledger.add(ATTEMPT) is not None
    assert ledger.add(ATTEMPT) is None
    ledger.forget("a@1")
    assert ledger.entries == {}
    assert ledger.add(ATTEMPT) is None
    assert ledger.add(dataclasses.replace(ATTEMPT, id="a@2")) is not None


def test_a_ledger_keeps_its_name(tmp_path: Path) -> None:
    file = tmp_path / "slurm.sqlite"
    assert [Ledger(file).name(fresh) for fresh in ("one", "two")] == ["one", "one"]


def test_where_the_disk_cannot_nothing_has_changed(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "slurm.sqlite")
    entry = ledger.add(ATTEMPT)
    assert entry is not None
    ledger.close()
    with pytest.raises(ExecutorError, match="can't be written or read"):
        ledger.note(entry, job="17")
    assert entry.job is None
    with pytest.raises(ExecutorError):
        Ledger(tmp_path / "missing" / "slurm.sqlite")


def test_nobody_else_reads_a_ledger_who_could_lock_it_then(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "slurm.sqlite")
    ledger.add(ATTEMPT)
    assert {each.name: each.stat().st_mode & 0o777 for each in tmp_path.iterdir()} == {
        f"slurm.sqlite{more}": 0o600 for more in ("", "-shm", "-wal")
    }
