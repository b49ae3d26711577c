"""One Slurm for all tests of a run that ask for it, and a history of the jobs that ran there."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from jobcast import clock
from jobcast.act.executors.slurm import SlurmExecutor, SlurmSite
from jobcast.store import Store
from tests.act.executors.bench import Bench
from tests.cluster.slurm.daemons import DidNotStartError
from tests.cluster.slurm.jobs import run_all
from tests.cluster.slurm.running import Cluster, started

Run = Callable[..., str]
PARTITION = "live"
"""Of the executor that is tried."""


@pytest.fixture(scope="session")
def cluster(_no_home: None) -> Iterator[Cluster]:
    """Return a real Slurm; where there can be none, the test is skipped and the reason told."""
    with ExitStack() as stack:
        try:
            running = stack.enter_context(started())
        except DidNotStartError as error:
            pytest.skip(f"no Slurm here: {error}")
        yield running


@pytest.fixture(scope="session")
def ids(cluster: Cluster) -> dict[str, str]:
    """Have all jobs run, and return the ids of those that are one of a kind."""
    return run_all(cluster)


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store(tmp_path_factory.mktemp("sampled") / "store")


@pytest.fixture(scope="session")
def jobcast(cluster: Cluster, store: Store) -> Run:
    """Return a function that runs jobcast as a process of its own, and returns what it printed."""
    settings = {"JOBCAST_STORE": str(store.path), "JOBCAST_SAMPLE_MIN_INTERVAL": "0", "TZ": "UTC"}

    def run(*arguments: str, **variables: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "jobcast", *arguments],
            env={**os.environ, **cluster.environment, **settings, **variables},
            cwd=store.path.parent,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.fixture(scope="session")
def sampled(ids: dict[str, str], jobcast: Run, store: Store) -> Store:
    """Return the store into which the jobs were sampled."""
    jobcast("sample")
    return store


@pytest.fixture(scope="session")
def trained(sampled: Store, jobcast: Run) -> str:
    """Have a model that learnt from the sampled jobs, and return its name."""
    name: str = json.loads(jobcast("train", "--no-judge", "--json"))["model"]
    return name


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that slurmctld can reach, with a path short enough for a socket."""
    folder = tmp_path_factory.mktemp("hook")
    for one in (folder, *folder.parents[:2]):
        one.chmod(0o755)
    return folder


@pytest.fixture(scope="session")
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
    site = SlurmSite(partition=partition, grace=2.0, pause_up_to=0.5, measures_every=0.5)
    yield Bench(
        folder=work,
        user="root",
        machine="n1",
        client=lambda: SlurmExecutor(home / "state", site, now=lambda: clock.now().timestamp()),
        slow=True,
    )
    cluster.run("scancel", f"--partition={partition}")
