"""The Slurm executor, in a partition of a real Slurm."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobcast import clock
from jobcast.act.executors.slurm import SlurmExecutor, SlurmSite
from tests.act.executors.bench import Bench
from tests.act.executors.conformance import Conformance
from tests.cluster.slurm.running import Cluster

PARTITION = "live"


@pytest.fixture(scope="module")
def partition(cluster: Cluster) -> str:
    cluster.run(
        "scontrol", "create", f"PartitionName={PARTITION}", "Nodes=ALL", "MaxTime=1-0", "DefaultTime=10"
    )
    return PARTITION


@pytest.fixture
def home() -> Iterator[Path]:
    """Give a folder that every user can enter."""
    folder = Path(tempfile.mkdtemp(prefix="jobcast-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def bench(cluster: Cluster, partition: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    for name, value in cluster.environment.items():
        monkeypatch.setenv(name, value)
    work = home / "work"
    work.mkdir()
    site = SlurmSite(partition=partition, grace=0.5, pause_up_to=0.5, measures_every=0.5)
    yield Bench(
        folder=work,
        user="root",
        machine="n1",
        client=lambda: SlurmExecutor(home / "state", site, now=lambda: clock.now().timestamp()),
        slow=True,
    )
    cluster.run("scancel", f"--partition={partition}")


class TestSlurm(Conformance):
    """All that every executor must do."""
