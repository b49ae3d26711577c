"""A running Slurm in the hands of a test."""

import os
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import takewhile
from pathlib import Path

from tests.cluster.slurm.daemons import DidNotStartError
from tests.cluster.slurm.layout import NO_OP
from tests.cluster.waiting import until

USERS = ("games", "news")
"""Whoever submits jobs: two that every Debian has, and whom nothing belongs to."""

_CHECKOUT = Path(__file__).parents[3]
_NOT_ENDED = {"PENDING", "RUNNING", "SUSPENDED", "COMPLETING", "CONFIGURING"}


class Cluster:
    """Slurm as its users and its administrator see it: two nodes, the partitions normal and night.

    A job asks for 100 MB for each core where it asks for nothing, is measured each second, and is killed when it
    uses more. Programs that shall reach this Slurm need `environment` beside what they have anyway. slurmctld runs
    as the user slurm, so a socket that its script is to reach must let that user in.
    """

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment
        """Variables that name this cluster to Slurm's programs, e.g. for ``monkeypatch.setenv``."""
        self.etc = Path(environment["SLURM_CONF"]).parent
        """The folder of slurm.conf, job_submit.lua and cli_filter.lua."""
        self.work = self.etc.parent / "work"
        """A folder in which every user may write; jobs are submitted from there."""

    def run(self, *arguments: str, user: str = "root", **variables: str) -> str:
        """Run a command as `user`, and return what it printed.

        `variables` are set in its environment, which holds nothing of the test's own. Fails the test with what the
        command complained of when it ends badly.
        """
        done = subprocess.run(
            arguments,
            env={"PATH": os.defpath, "LANG": "C.UTF-8", "TZ": "UTC", **self.environment, **variables},
            cwd=self.work,
            user=user,
            group=user,
            extra_groups=[],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, f"{arguments} ended with {done.returncode}: {done.stderr}"
        return done.stdout

    def submit(self, *arguments: str, user: str = USERS[0], **variables: str) -> str:
        """Have sbatch take a job with `arguments` as `user`, and return its id."""
        return self.run("sbatch", "--parsable", *arguments, user=user, **variables).strip()

    def jobs(self, partition: str) -> list[str]:
        """Return the ids of the jobs that Slurm knows in a partition, over or not, but for a manager's marker."""
        listed = self.run("squeue", "-h", "-t", "all", "-p", partition, "-o", "%j %A").splitlines()
        return [line.rpartition(" ")[2] for line in listed if not line.startswith("jobcast-manager ")]

    def end(self, *jobs: str, seconds: float = 60) -> dict[str, str]:
        """Wait until accounting knows how `jobs` ended; return the state of each, or of each element of an array."""
        wanted = ",".join(jobs)

        def states() -> dict[str, str]:
            # slurmctld tells all elements at once; accounting learns of each some time after it started and ended.
            elements = self.run("squeue", "-hrt", "all", "-o", "%i", "-j", wanted).split()
            lines = self.run("sacct", "-nPXo", "JobID,State", "-j", wanted).splitlines()
            found = dict(line.split("|") for line in lines)
            ended = found.keys() == set(elements) and not _NOT_ENDED.intersection(found.values())
            return found if ended else {}

        return until(states, seconds, f"the end of {wanted}")

    def log(self, daemon: str) -> str:
        """Return all that slurmctld, slurmd, slurmdbd, munged or mariadbd has written."""
        return (self.etc.parent / "log" / daemon).read_text("utf-8", "replace")

    @contextmanager
    def lua(
        self, *, job_submit: str = NO_OP["job_submit.lua"], cli_filter: str = NO_OP["cli_filter.lua"]
    ) -> Iterator[None]:
        """Let submissions go through these two texts; afterwards they go through scripts that do nothing again.

        The next submission already does: slurmctld reads job_submit.lua when it is newer than what it has read,
        and each sbatch, salloc and srun reads cli_filter.lua for itself. What slurmctld says of a script, and
        what the script says by ``slurm.log_info``, stands in ``log("slurmctld")``.
        """
        self._install({"job_submit.lua": job_submit, "cli_filter.lua": cli_filter})
        try:
            yield
        finally:
            self._install(NO_OP)

    def _install(self, scripts: dict[str, str]) -> None:
        for name, text in scripts.items():
            new = self.etc / f"{name}.new"
            new.write_text(text)
            # Slurm compares whole seconds: newer is what is a second younger than the script before, and than now.
            newer = max(time.time(), (self.etc / name).stat().st_mtime) + 1
            os.utime(new, (newer, newer))
            new.replace(self.etc / name)


@contextmanager
def started() -> Iterator[Cluster]:
    """Start a Slurm and stop it in the end; it stops by itself when this process is killed.

    Raises DidNotStartError, which says what is missing or what went wrong.
    """
    command = [sys.executable, "-m", "tests.cluster.slurm", "--until-stdin-ends"]
    with subprocess.Popen(
        command,
        cwd=_CHECKOUT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # what interrupts the tests must not end the daemons before their owner
    ) as owner:
        exports = list(takewhile(lambda line: line.startswith("export "), owner.stdout or ()))
        if not exports:
            raise DidNotStartError((owner.stderr.read() if owner.stderr else "").strip().rpartition("\n")[2])
        yield Cluster(dict(shlex.split(line)[1].split("=", 1) for line in exports))


@contextmanager
def down(cluster: Cluster, machine: str) -> Iterator[None]:
    """Have a machine down, whose slurmd would say at once that it is there."""
    for state in ("drain", "down"):
        cluster.run("scontrol", "update", f"nodename={machine}", f"state={state}", "reason=test")
    try:
        yield
    finally:
        cluster.run("scontrol", "update", f"nodename={machine}", "state=resume")
