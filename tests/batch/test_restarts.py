"""The manager is killed at any instant: no accepted step is lost, none runs twice, everything is accounted."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobcast.errors import JobcastError
from tests.batch.running import Batch

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


@pytest.fixture
def batch(tmp_path: Path) -> Iterator[Batch]:
    batch = Batch(folder=tmp_path)
    work = tmp_path / "work.sh"
    work.write_text(WORK.format(folder=tmp_path))
    work.chmod(0o755)
    batch.start()
    yield batch
    batch.end()


def test_no_step_is_lost_or_run_twice_however_often_the_manager_is_killed(batch: Batch) -> None:
    chance = random.Random(7)
    accepted: dict[str, int] = {}
    for kill in range(12):
        for number in range(5):
            kind = chance.randrange(1, 5)
            try:
                answer = batch.submit(LINE.format(folder=batch.folder, number=kind))
            except JobcastError:  # killed before it answered: it may be there or not
                continue
            accepted[answer.outcomes[0].name] = kind
            if kill % 3 == 2 and number == chance.randrange(5):
                break
        batch.kill()
        batch.start()
    over = {step.id: step for step in batch.all_over()}
    assert accepted.keys() <= over.keys()
    begun = (batch.folder / "begun").read_text().split("\n")[:-1]
    assert sorted(begun) == sorted(set(begun))
    assert {line.split()[0] for line in begun} == over.keys()
    assert {name: over[name].exit_code for name in accepted} == accepted
    assert {step.attempt for step in over.values()} == {1}
    assert all(step.began and step.ended and step.ended - step.began >= 0.1 for step in over.values())
    assert "the same was decided" in batch.run("replay")


def test_a_running_step_goes_on_while_the_manager_is_away(batch: Batch) -> None:
    text = f"# @ output = {batch.folder}/out\n# @ queue\nsleep 2\necho through\n"
    (outcome,) = batch.submit(text).outcomes
    batch.wait(outcome.name, "running")
    batch.kill()
    batch.start()
    assert batch.state(outcome.name) == "running"
    step = batch.wait(outcome.name, "completed")
    assert (batch.folder / "out").read_text() == "through\n"
    assert step.began is not None
    assert step.ended is not None
    assert 2 <= step.ended - step.began < 10


def test_a_second_manager_refuses_to_start(batch: Batch) -> None:
    other = Batch(folder=batch.folder, settings={"JOBCAST_BATCH_SOCKET": str(batch.folder / "other.sock")})
    said = other.run("start", ok=False)
    assert "another batch manager works in" in said
    assert batch.answers()
