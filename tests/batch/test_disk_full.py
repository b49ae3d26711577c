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
        return f"error: {error.message}\ncure: {error.hint}"
    return ""


def is_over(batch: Batch) -> bool:
    """Tell whether the starter knows that the only step there is has ended."""
    (progress,) = batch.spool.glob("attempts/*/progress")
    return '"ended"' in progress.read_text()


def test_a_full_disk_refuses_submissions_and_loses_nothing(batch: Batch) -> None:
    running = (
        batch.submit(f"# @ queue\nuntil [ -e {batch.folder}/go ]; do sleep 0.1; done\nexit 4\n")
        .outcomes[0]
        .name
    )
    batch.wait(running, "running")
    let_files_grow(batch, 4096)
    said = until(lambda: refusal(batch), 20)
    assert "nothing more can be written" in said
    assert "\ncure: make room on that disk; running jobs go on meanwhile" in said
    let_go = time.time()
    (batch.folder / "go").touch()
    until(lambda: is_over(batch), 20, "an end that can't be written down")
    over_at = time.time()
    time.sleep(1)
    assert batch.state(running) in {"running", "completed"}
    let_files_grow(batch, resource.RLIM_INFINITY)
    until(lambda: not refusal(batch), 20)
    step = batch.wait(running, "completed")
    assert (step.exit_code, step.attempt) == (4, 1)
    assert step.began is not None
    assert step.ended is not None
    assert step.began < let_go <= step.ended <= over_at
    assert "the same was decided" in batch.run("replay")
