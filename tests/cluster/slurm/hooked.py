"""The hook in the hands of a test: installed into the running cluster, with what it then does to jobs."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jobcast.act.hooks.base import Address
from jobcast.act.hooks.slurm import SlurmStub
from tests.cluster.slurm.running import Cluster

DEADLINE_S = 10.0
"""Longer than that of a site: the machine of a test may be busy."""


@contextmanager
def installed(
    cluster: Cluster, path: Path, deadline_s: float = DEADLINE_S, script: str = "job_submit"
) -> Iterator[None]:
    """Install what `jobcast hook install slurm` does, into the running cluster: one of the two scripts."""
    plan = SlurmStub().plan(Address(socket=path, deadline_s=deadline_s), cluster.etc / "new")
    files = {file.path.name: file.content for file in plan.files}
    module = cluster.etc / "new" / "jobcast.lua"
    module.parent.mkdir(exist_ok=True)
    module.write_text(files["jobcast.lua"])
    with cluster.lua(**{script: files[f"{script}.lua"]}):
        yield


def request_of(cluster: Cluster, job: str) -> dict[str, str]:
    """Return what a job asks for, as Slurm has it."""
    words = cluster.run("scontrol", "show", "-o", "job", job).split()
    return dict(word.split("=", 1) for word in words if "=" in word)
