"""The cluster itself: it takes scripts, and leaves nothing behind."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cluster.slurm.daemons import PACKAGES, DidNotStartError, what_is_missing
from tests.cluster.slurm.running import Cluster, started
from tests.cluster.waiting import until

NIGHT = """
function slurm_job_submit(job, partitions, uid)
   job.partition = "night"
   slurm.log_info("job of %d goes to the night", uid)
   return slurm.SUCCESS
end

function slurm_job_modify(job, record, partitions, uid)
   return slurm.SUCCESS
end

return slurm.SUCCESS
"""
NAMED = """
function slurm_cli_setup_defaults(options, early)
   return slurm.SUCCESS
end

function slurm_cli_pre_submit(options, offset)
   options["job-name"] = "named"
   return slurm.SUCCESS
end

function slurm_cli_post_submit(offset, job, step)
   return slurm.SUCCESS
end
"""


def asked(cluster: Cluster, job: str) -> str:
    """Return the partition and the name of a job that was submitted."""
    return cluster.run("squeue", "-h", "-o", "%P %j", "-j", job).strip()


def test_submissions_go_through_the_scripts_of_a_test_and_of_no_other(cluster: Cluster) -> None:
    hold = ("--hold", "--wrap", "true")
    with cluster.lua(job_submit=NIGHT, cli_filter=NAMED):
        assert asked(cluster, cluster.submit(*hold)) == "night named"
    with cluster.lua(job_submit=NIGHT):
        assert asked(cluster, cluster.submit(*hold)) == "night wrap"
    assert asked(cluster, cluster.submit(*hold)) == "normal wrap"
    assert cluster.log("slurmctld").count("goes to the night") == 2


START = """
import time
from tests.cluster.slurm.running import started

with started() as cluster:
    cluster.submit("--wrap", "setsid sleep 1000 & trap '' TERM; sleep 1000")
    cluster.end(cluster.submit("--wrap", "true"))
    print(cluster.etc.parent, flush=True)
    time.sleep(1000)
"""


def processes_of(folder: str) -> list[int]:
    """Return the processes that were told of the cluster in `folder`, which its jobs are, too."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if folder.encode() in (process / "environ").read_bytes():
                found.append(int(process.name))
        except OSError:
            continue
    return found


def start(*command: str) -> "subprocess.Popen[str]":
    return subprocess.Popen([sys.executable, *command], stdout=subprocess.PIPE, text=True)


@pytest.mark.usefixtures("cluster")
def test_nothing_is_left_of_a_cluster_whose_tests_are_killed() -> None:
    with start("-c", START) as tests:
        folder = tests.stdout.readline().strip() if tests.stdout else ""
        assert len(processes_of(folder)) > 9  # seven daemons, and the job's shell with two sleepers
        tests.kill()
    until(lambda: not processes_of(folder) and not Path(folder).exists(), 30)


@pytest.mark.usefixtures("cluster")
def test_a_cluster_started_by_hand_tells_how_to_reach_it_and_can_be_interrupted() -> None:
    with start("-m", "tests.cluster.slurm") as owner:
        assert owner.stdout is not None
        lines = [owner.stdout.readline() for _ in range(3)]
        folder = lines[0].removeprefix("export SLURM_CONF=").removesuffix("/etc/slurm.conf\n")
        assert lines[1:] == [
            f"export MYSQL_UNIX_PORT={folder}/db/socket\n",
            f"# logs are in {folder}/log\n",
        ]
        owner.send_signal(signal.SIGINT)
        assert owner.wait(30) == 0
    assert (processes_of(folder), Path(folder).exists()) == ([], False)


def test_what_is_not_installed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.cluster.slurm.daemons._PATH", str(tmp_path))
    assert what_is_missing() == (
        "munged, mariadb-install-db, mariadbd, mariadb, slurmdbd, slurmctld, slurmd, sacctmgr, scontrol, sinfo, "
        f"sbatch, sacct not installed (apt-get install {PACKAGES})"
    )


@pytest.mark.usefixtures("cluster")
def test_a_daemon_that_ends_at_once_is_named_with_its_last_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "slurmdbd").write_text("#!/bin/sh\necho no luck; exit 3\n")
    (tmp_path / "slurmdbd").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    with pytest.raises(DidNotStartError, match=r"^slurmdbd ended with 3; no luck$"), started():
        pass
