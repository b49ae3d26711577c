"""LSF's commands on real processes: reservation, backfill, arrays, dependencies, suspension by hand."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobcast.batch.service import Past
from tests.batch.running import Batch
from tests.cluster.waiting import until

QUEUES = """
Begin Queue
QUEUE_NAME   = big
PRIORITY     = 50
SLOT_RESERVE = MAX_RESERVE_TIME[60]
RUNLIMIT     = 60
End Queue

Begin Queue
QUEUE_NAME   = small
PRIORITY     = 20
BACKFILL     = Y
RUNLIMIT     = 30
End Queue
"""

HOSTS = """
Begin Host
HOST_NAME MXJ
n01       4
End Host
"""

PARAMS = """
Begin Parameters
DEFAULT_QUEUE = small
End Parameters
"""


UNTIL_GO = "until [ -e go ]; do sleep 0.1; done"


@pytest.fixture
def batch(tmp_path: Path) -> Iterator[Batch]:
    batch = Batch(folder=tmp_path, texts={"lsb.queues": QUEUES, "lsb.hosts": HOSTS, "lsb.params": PARAMS})
    batch.start()
    yield batch
    batch.end()


def bsub(batch: Batch, *arguments: str) -> str:
    """Submit, and return the job's number."""
    said = batch.run("bsub", *arguments)
    found = re.match(r"Job <(\d+)> is submitted to (default )?queue <\w+>\.", said)
    assert found, said
    return found[1]


def stat(batch: Batch, job: str) -> str:
    return batch.run("bjobs", "-a", "-noheader", "-o", "stat", job).strip()


def test_a_big_job_reserves_and_small_ones_backfill(batch: Batch) -> None:
    first = bsub(batch, "-q", "small", "-n", "3", "-W", "10", UNTIL_GO)
    batch.wait(first, "running")
    big = bsub(batch, "-q", "big", "-n", "4", "-W", "2", "-o", "out.%J", "echo big in $LSB_QUEUE")
    until(lambda: "Reserved <1> job slot" in batch.run("bjobs", "-l", big), 20)
    long = batch.run("bjobs", "-l", big)
    assert "Job will start no sooner than indicated time stamp" in long.replace(
        "\n                     ", " "
    )
    too_long = bsub(batch, "-q", "small", "-n", "1", "-W", "30", "true")
    short = bsub(batch, "-q", "small", "-n", "1", "-W", "5", UNTIL_GO)
    batch.wait(short, "running")
    assert [stat(batch, job) for job in (big, too_long)] == ["PEND", "PEND"]
    assert "BACKFILL" in batch.run("bqueues", "-l", "small")
    (batch.folder / "go").touch()
    batch.all_over(60)
    assert [stat(batch, job) for job in (first, big, too_long, short)] == ["DONE"] * 4
    assert "big in big" in (batch.folder / f"out.{big}").read_text()


def test_arrays_and_dependencies_run_in_order(batch: Batch) -> None:
    array = bsub(batch, "-J", "sweep[1-3]%1", "-o", "a.%I", "echo element $LSB_JOBINDEX; exit $LSB_JOBINDEX")
    after = bsub(batch, "-w", f"ended({array})", "-o", "after", "echo after")
    batch.all_over(60)
    over = {step.id: step for step in batch.client.past(Past())}
    assert [over[f"{array}[{index}]"].exit_code for index in (1, 2, 3)] == [1, 2, 3]
    assert [(batch.folder / f"a.{index}").read_text() for index in (1, 2, 3)] == [
        f"element {index}\n" for index in (1, 2, 3)
    ]
    assert (over[after].began or 0) >= max(over[f"{array}[{index}]"].ended or 0 for index in (1, 2, 3)) - 0.1


def test_jobs_are_suspended_resumed_and_killed_by_hand(batch: Batch) -> None:
    job = bsub(batch, "sleep 600")
    batch.wait(job, "running")
    assert batch.run("bstop", job) == f"Job <{job}> is being stopped\n"
    until(lambda: stat(batch, job) == "USUSP", 10)
    assert batch.run("bresume", job) == f"Job <{job}> is being resumed\n"
    until(lambda: stat(batch, job) == "RUN", 10)
    assert batch.run("bkill", job) == f"Job <{job}> is being terminated\n"
    until(lambda: stat(batch, job) == "EXIT", 20)
    assert "Job <999>: No matching job found" in batch.run("bkill", "999", ok=False)


def test_whoever_waits_for_a_job_gets_its_exit_code(batch: Batch) -> None:
    assert "submitted to default queue <small>" in batch.run("bsub", "-K", "sleep 0.2; exit 0")
    batch.run("bsub", "-K", "exit 3", ok=False)
