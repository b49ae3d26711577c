"""A manager whose jobs run in Slurm is killed again and again: no step is lost, none runs twice."""

import random
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.batch.running import Batch
from tests.cluster.slurm.running import Cluster

PARTITION = "killed"
SITE = "n1: type = machine\n    resources = ConsumableCpus(12)\n"
STEP = """# @ executable = {folder}/work.sh
# @ arguments = {number}
# @ resources = ConsumableCpus(1)
# @ queue
"""
WORK = """#!/bin/sh
echo "$1" >> {folder}/begun
sleep 0.$1
exit $1
"""


@pytest.fixture
def batch(cluster: Cluster) -> Iterator[Batch]:
    cluster.run("scontrol", "create", f"PartitionName={PARTITION}", "Nodes=n1", "MaxTime=1-0")
    folder = Path(tempfile.mkdtemp(prefix="jobcast-killed-"))
    folder.chmod(0o755)
    settings = {
        **cluster.environment,
        "JOBCAST_BATCH_EXECUTOR": "slurm",
        "JOBCAST_BATCH_PARTITION": PARTITION,
    }
    batch = Batch(folder=folder, texts={"LoadL_admin": SITE}, settings=settings)
    batch.start()
    yield batch
    batch.end()
    cluster.run("scancel", f"--partition={PARTITION}")
    shutil.rmtree(folder)


def test_no_step_is_lost_or_run_twice(batch: Batch) -> None:
    work = batch.folder / "work.sh"
    work.write_text(WORK.format(folder=batch.folder))
    work.chmod(0o755)
    chance, accepted = random.Random(5), dict[str, int]()
    for number in range(1, 25):
        outcome = batch.submit(STEP.format(folder=batch.folder, number=number)).outcomes[0]
        accepted[outcome.name] = number
        if number % 4 == 0:
            time.sleep(chance.uniform(0, 1.5))
            batch.kill()
            batch.start()
    over = {step.id: (step.exit_code, step.attempt) for step in batch.all_over(120)}
    assert over == {name: (number, 1) for name, number in accepted.items()}
    begun = (batch.folder / "begun").read_text().split()
    assert sorted(begun, key=int) == [str(number) for number in range(1, 25)]
