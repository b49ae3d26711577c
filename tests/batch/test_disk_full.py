"""The disk of the journal fills up: nothing more is accepted, what runs is safe, and its end is not lost."""

import resource
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobcast.batch.order import SubmitCommandFile
from jobcast.errors import JobcastError
from tests.batch.running import Batch
from tests.cluster.waiting import until


@pytest.fixture
def batch(tmp_path: Path) -> Iterator[Batch]:
    batch = Batch(folder=tmp_path)
    batch.start()
    yield batch
    batch.end()


def let_files_grow(batch: Batch, most: int) -> None:
    """Let the manager, though not the starter, write files up to so many bytes, as a disk that is full lets nobody."""
    assert batch.process is not None
    resource.prlimit(batch.process.pid, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))


def refusal(batch: Batch) -> str:
    order = SubmitCommandFile(text="# @ queue\ntrue\n", file="job.cmd", directory=str(batch.folder))
    try:
        batch.client.do(order)
    except JobcastError as error:
        return error.message
    return ""


def test_a_full_disk_refuses_submissions_and_loses_nothing(batch: Batch) -> None:
    running = batch.submit("# @ queue\nsleep 2\nexit 4\n").outcomes[0].name
    batch.wait(running, "running")
    let_files_grow(batch, 4096)
    said = until(lambda: refusal(batch), 20)
    assert "nothing more can be written" in said
    assert "make room on that disk" in said
    time.sleep(3)  # its end comes meanwhile, and can't be written down
    assert batch.state(running) in {"running", "completed"}
    let_files_grow(batch, resource.RLIM_INFINITY)
    until(lambda: not refusal(batch), 20)
    step = batch.wait(running, "completed")
    assert (step.exit_code, step.attempt) == (4, 1)
    assert step.began is not None
    assert step.ended is not None
    assert 2 <= step.ended - step.began < 3.5
    assert "the same was decided" in batch.run("replay")
