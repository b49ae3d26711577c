"""The manager is killed at any instant: no accepted step is lost, none runs twice, everything is accounted."""

import contextlib
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from jobcast.batch.record import Step
from jobcast.batch.service import Wanted
from jobcast.errors import JobcastError
from jobcast.store.history import Store
from tests.batch.running import Batch
from tests.cluster.waiting import until

LINE = """# @ executable = {folder}/work.sh
# @ arguments = {number}
# @ resources = ConsumableCpus(1)
# @ queue
"""
WORK = """#!/bin/sh
echo "$LOADL_STEP_ID $1" >> {folder}/begun
sleep 0.$1
echo "$LOADL_STEP_ID $1" >> {folder}/done
exit $1
"""


def _write_work(folder: Path) -> None:
    work = folder / "work.sh"
    work.write_text(WORK.format(folder=folder))
    work.chmod(0o755)


@pytest.fixture
def batch(tmp_path: Path) -> Iterator[Batch]:
    batch = Batch(folder=tmp_path)
    batch.start()
    yield batch
    batch.end()


KILLS = int(os.environ.get("JOBCAST_TEST_KILLS", "150"))


@pytest.mark.parametrize("retries", [0, 1])
def test_no_step_is_lost_or_run_twice_however_often_the_manager_is_killed(
    tmp_path: Path, retries: int
) -> None:
    """All of them fail; with a retry each runs once more, on the other machine."""
    kills = KILLS // (1 + retries)
    batch = Batch(folder=tmp_path)
    _write_work(tmp_path)
    killing = subprocess.Popen(
        [sys.executable, "-m", "tests.batch.forking", *map(str, (tmp_path, kills, 7, retries))]
    )
    try:
        accepted = _submit_until_all_are_killed(batch, killing)
        until(lambda: _answers(batch), 30, "the last manager, which nobody kills")
        over = {step.id: step for step in batch.all_over()}
        until(lambda: len(_history(batch)) >= len(over), 30, "a history of all steps")
        replayed = batch.run("replay")
    finally:
        killing.terminate()
        killing.wait(100)
        batch.end()
    begun = (tmp_path / "begun").read_text().split("\n")[:-1]
    assert len(accepted) >= kills / 15
    assert accepted.keys() <= over.keys()
    assert sorted(begun) == sorted([*set(begun)] * (1 + retries))
    assert {line.split()[0] for line in begun} == over.keys()
    assert {name: over[name].exit_code for name in accepted} == accepted
    assert {step.attempt for step in over.values()} == {1 + retries}
    assert {len({*_machines(step)}) for step in over.values()} == {1 + retries}
    assert _history(batch) == sorted(over)
    assert all(step.began and step.ended and step.ended - step.began >= 0.05 for step in over.values())
    assert "the same was decided" in replayed


def _machines(step: Step) -> list[str]:
    """Return where the attempts of a step ran."""
    return [share.machine for run in (*step.runs, step) for share in run.allocation]


def _answers(batch: Batch) -> bool:
    try:
        batch.client.snapshot(Wanted())
    except JobcastError:
        return False
    return True


def _history(batch: Batch) -> list[str]:
    """Return the steps that the history has."""
    store = Store(batch.folder / "store")
    steps = store.collect(store.scan().select(pl.format("{}.{}", "job_id", "step").alias("id")))
    return sorted(steps["id"].to_list())


def _submit_until_all_are_killed(batch: Batch, killing: "subprocess.Popen[bytes]") -> dict[str, int]:
    """Submit again and again; return the steps that were accepted, and the exit code each is to end with."""
    chance, accepted = random.Random(8), dict[str, int]()
    while not (batch.folder / "killed").exists():
        assert killing.poll() is None
        kind = chance.randrange(1, 5)
        with contextlib.suppress(JobcastError):  # killed before it answered: it may have been accepted or not
            accepted[batch.submit(LINE.format(folder=batch.folder, number=kind)).outcomes[0].name] = kind
            with (batch.folder / "accepted").open("a") as file:
                file.write("x")
        time.sleep(0.02)
    return accepted


def test_a_running_step_goes_on_while_the_manager_is_away(batch: Batch) -> None:
    work = f"until [ -e {batch.folder}/go ]; do sleep 0.1; done\necho through\n"
    text = f"# @ output = {batch.folder}/out\n# @ queue\n{work}"
    (outcome,) = batch.submit(text).outcomes
    batch.wait(outcome.name, "running")
    ran_at = time.time()
    batch.kill()
    batch.start()
    assert batch.state(outcome.name) == "running"
    let_go = time.time()
    (batch.folder / "go").touch()
    step = batch.wait(outcome.name, "completed")
    assert (batch.folder / "out").read_text() == "through\n"
    assert step.began is not None
    assert step.ended is not None
    assert step.began <= ran_at < let_go <= step.ended <= time.time()


def test_a_second_manager_refuses_to_start(batch: Batch) -> None:
    other = Batch(folder=batch.folder, settings={"JOBCAST_BATCH_SOCKET": str(batch.folder / "other.sock")})
    said = other.run("start", ok=False)
    assert "another batch manager works in" in said
    assert batch.answers()
