"""The weather centre's day on machines of a real Slurm."""

import getpass
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobcast.batch.service import Wanted
from tests.batch.running import Batch
from tests.batch.weather_centre import texts
from tests.batch.weather_day import play_day
from tests.cluster.slurm.running import Cluster

PARTITION, CPUS = "day", 12


@pytest.fixture
def batch(cluster: Cluster) -> Iterator[Batch]:
    cluster.run("scontrol", "create", f"PartitionName={PARTITION}", "Nodes=n1", "MaxTime=1-0")
    folder = Path(tempfile.mkdtemp(prefix="jobcast-day-"))
    folder.chmod(0o755)
    settings = {
        **cluster.environment,
        "JOBCAST_BATCH_EXECUTOR": "slurm",
        "JOBCAST_BATCH_PARTITION": PARTITION,
    }
    batch = Batch(folder=folder, texts=texts(getpass.getuser(), folder, "n1", CPUS), settings=settings)
    batch.start()
    yield batch
    batch.end()
    cluster.run("scancel", f"--partition={PARTITION}")
    shutil.rmtree(folder)


def test_a_day_at_the_weather_centre_on_slurm(batch: Batch) -> None:
    play_day(batch, CPUS, patience=60)
    assert batch.client.snapshot(Wanted()).executor == "slurm"
