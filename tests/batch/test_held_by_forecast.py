"""A real manager with a real model: a job that keeps failing is held, through kill -9, until its user confirms it."""

import getpass
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from jobcast import clock
from jobcast.store.history import Store
from tests.batch.running import Batch
from tests.cluster.waiting import until
from tests.made_up import frame, job

TEXT = """# @ job_name = {name}
# @ executable = {folder}/{name}.sh
# @ output = {folder}/{name}.out
# @ queue
"""


def fill(batch: Batch) -> None:
    """Let the history know a script that nearly always fails, and one that never does; learn from it."""
    begun = clock.now() - timedelta(days=10)
    rows = [
        job(
            job_id=f"{name}{hour}",
            user=getpass.getuser(),
            name=name,
            command=f"{batch.folder}/{name}.sh",
            cwd=str(batch.folder),
            queue="normal",
            submit_time=begun + timedelta(hours=hour),
            start_time=begun + timedelta(hours=hour),
            finish_time=begun + timedelta(hours=hour, minutes=10),
            state="failed" if name == "bad" and hour % 10 != 5 else "done",
            memory_peak=(1 << 28) + hour * (1 << 20),
            exit_code=1 if name == "bad" and hour % 10 != 5 else 0,
            exit_reason="exit_code" if name == "bad" and hour % 10 != 5 else None,
        )
        for hour in range(230)
        for name in ("bad", "good")
    ]
    Store(batch.folder / "store").append(frame(*rows))
    training = [sys.executable, "-m", "jobcast", "train", "--no-judge"]
    done = subprocess.run(training, env=batch.environment, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def batch(tmp_path: Path) -> Iterator[Batch]:
    batch = Batch(folder=tmp_path, settings={"JOBCAST_FAILURES_HOLD_AT": "0.5"})
    for name in ("bad", "good"):
        (tmp_path / f"{name}.sh").write_text("#!/bin/sh\necho ran\n")
        (tmp_path / f"{name}.sh").chmod(0o755)
    fill(batch)
    batch.start()
    yield batch
    batch.end()


def submitted(batch: Batch, name: str) -> tuple[str, tuple[str, ...]]:
    answer = batch.submit(TEXT.format(name=name, folder=batch.folder))
    return answer.outcomes[0].name, answer.warnings


def test_it_is_held_until_it_is_confirmed(batch: Batch) -> None:
    until(lambda: _is_known(batch), 30, "forecasts")
    good, warnings = submitted(batch, "good")
    assert [line for line in warnings if "is held" in line] == []
    batch.wait(good, "completed")
    bad, warnings = submitted(batch, "bad")
    said = f"is held: 9 of the last 10 runs failed with exit 1; confirm with jobcast batch llhold -r {bad}"
    assert said in warnings, batch.steps()[bad].submitted.job.failing
    batch.kill()
    batch.start()
    assert batch.state(bad) == "user_hold"
    assert said in batch.run("llq", "-s", bad)
    batch.run("llhold", "-r", bad)
    step = batch.wait(bad, "completed")
    assert step.submitted.foreseen is not None
    assert step.submitted.foreseen.confirmed_by == getpass.getuser()
    assert (batch.folder / "bad.out").read_text() == "ran\n"


def _is_known(batch: Batch) -> bool:
    """Tell whether the manager has loaded the model; what was submitted to find out is taken back."""
    name, _ = submitted(batch, "good")
    known = batch.steps()[name].submitted.foreseen is not None
    batch.wait(name, "completed")
    return known
