"""A manager one of whose machines goes down in Slurm: what ran there runs again on another one."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobcast.batch.service import Wanted
from jobcast.machine import Share
from tests.batch.running import Batch
from tests.cluster.slurm.running import Cluster, down
from tests.cluster.waiting import until

PARTITION = "losing"
SITE = """n1: type = machine
    resources = ConsumableCpus(2)
n2: type = machine
    resources = ConsumableCpus(2)
"""
STEP = """# @ executable = /bin/sh
# @ arguments = -c "echo $LOADL_STEP_ID >> {folder}/begun; while ! test -e {folder}/go; do sleep 0.2; done"
# @ restart = {restart}
# @ preferences = (Machine == "n2")
# @ resources = ConsumableCpus(1)
# @ queue
"""
ON_N2 = (Share(machine="n2", tasks=1),)


@pytest.fixture
def batch(cluster: Cluster) -> Iterator[Batch]:
    cluster.run("scontrol", "create", f"PartitionName={PARTITION}", "Nodes=ALL", "MaxTime=1-0")
    folder = Path(tempfile.mkdtemp(prefix="jobcast-losing-"))
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


def test_what_runs_on_a_machine_that_goes_down_runs_again_elsewhere_where_it_may(
    batch: Batch, cluster: Cluster
) -> None:
    again, once = (
        batch.submit(STEP.format(folder=batch.folder, restart=restart)).outcomes[0].name
        for restart in ("yes", "no")
    )
    begun = batch.folder / "begun"
    until(lambda: begun.exists() and len(begun.read_text().split()) == 2, 60)
    assert [batch.wait(step, "running", 30).allocation for step in (again, once)] == [ON_N2, ON_N2]
    with down(cluster, "n2"):
        removed = batch.wait(once, "removed", 60)
        until(lambda: batch.steps()[again].attempt == 2, 60)
        running = batch.wait(again, "running", 60)
        up = {each.machine.name: each.up for each in batch.client.snapshot(Wanted()).machines}
    assert (removed.how, removed.attempt, removed.detail) == ("lost", 1, "Slurm lost its machine (NODE_FAIL)")
    assert running.allocation == (Share(machine="n1", tasks=1),)
    assert [(run.how, run.allocation, run.began is not None) for run in running.runs] == [
        ("lost", ON_N2, True)
    ]
    assert up == {"n1": True, "n2": False}
    (batch.folder / "go").touch()
    over = {step.id: (step.state, step.exit_code) for step in batch.all_over()}
    assert over[again] == ("completed", 0)
    assert sorted(begun.read_text().split()) == sorted([again, again, once])
