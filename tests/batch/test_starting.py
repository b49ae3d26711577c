"""``llctl start``, ``recycle`` and ``stop`` on a real manager: what runs goes on."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from jobcast.batch.service import Wanted
from tests.batch.running import Batch
from tests.cluster.waiting import until

SLEEP = "# @ executable = /bin/sleep\n# @ arguments = 600\n# @ class = models\n# @ queue\n"
CONFIG = "SCHEDULER_TYPE = BACKFILL\n"
ENDED = (
    "llsubmit: the manager is stopping or starting anew, and has ended the submit filter: nothing was submitted; "
    "submit again in a moment\nllsubmit: This job has not been submitted to LoadLeveler.\n"
)
ADMIN = "models: type = class\n"


@pytest.fixture
def batch(tmp_path: Path) -> Iterator[Batch]:
    batch = Batch(folder=tmp_path, texts={"LoadL_config": CONFIG, "LoadL_admin": ADMIN})
    yield batch
    batch.end()


def test_a_manager_that_is_recycled_goes_on_in_its_process_with_its_options(batch: Batch) -> None:
    batch.start()
    (outcome,) = batch.submit(SLEEP).outcomes
    batch.wait(outcome.name, "running")
    (batch.folder / "LoadL_admin").write_text(f"{ADMIN}research: type = class\n", "utf-8")
    assert batch.run("llctl", "recycle") == "llctl: Sent recycle command to the central manager.\n"
    until(
        lambda: (batch.folder / "log").read_text().count("batch manager at") == 2,
        30,
        "a manager that is there again",
    )
    until(batch.answers, 30, "a manager that answers")
    assert "research" in batch.client.snapshot(Wanted()).policy.queues
    assert batch.state(outcome.name) == "running"
    assert batch.process is not None
    batch.process.terminate()
    assert batch.process.wait(30) == 0


@pytest.mark.parametrize("keyword", ["recycle", "stop"])
def test_a_filter_that_hangs_is_killed_when_its_manager_ends_or_starts_anew(
    batch: Batch, keyword: str
) -> None:
    program, begun = batch.folder / "filter.sh", batch.folder / "begun"
    program.write_text(f"#!/bin/sh\necho $$ >>{begun}\nexec sleep 600\n", "utf-8")
    program.chmod(0o755)
    batch.texts = {**batch.texts, "LoadL_config": f"{CONFIG}SUBMIT_FILTER = {program}\n"}
    batch.start()
    (batch.folder / "job.cmd").write_text(SLEEP, "utf-8")
    with ThreadPoolExecutor(3) as threads:  # the third one waits in line
        waiting = [threads.submit(batch.run, "llsubmit", "job.cmd", ok=False) for _ in range(3)]
        until(lambda: begun.exists() and len(begun.read_text().split()) == 2, 30, "filters that hang")
        batch.run("llctl", keyword)
        told = {each.result() for each in waiting}
    assert told == {ENDED}
    assert not any(Path("/proc", number).exists() for number in begun.read_text().split())
    assert "Traceback" not in (batch.folder / "log").read_text()


def test_a_manager_is_started_in_the_background_by_the_settings(batch: Batch) -> None:
    for name, text in batch.texts.items():
        (batch.folder / name).write_text(text, "utf-8")
    batch.settings = {"JOBCAST_BATCH_SYSTEM": str(batch.folder)}
    assert batch.run("llctl", "start") == "llctl: The central manager has been started.\n"
    (outcome,) = batch.submit(SLEEP).outcomes
    batch.wait(outcome.name, "running")
    assert batch.run("llctl", "start", ok=False) == (
        "error: a manager runs already\ncure:  llctl recycle starts it anew\n"
    )
    assert batch.run("llctl", "stop") == "llctl: Sent stop command to the central manager.\n"


def test_why_a_manager_can_not_be_started_is_in_its_log(batch: Batch) -> None:
    batch.settings = {"JOBCAST_BATCH_SYSTEM": "/nowhere/LoadL_config"}
    log = batch.folder / "store" / "batch" / "manager.log"
    assert batch.run("llctl", "start", ok=False) == (
        f"error: the manager has ended at once; {log} tells why\ncure:  tail {log}\n"
    )
    assert "/nowhere/LoadL_config" in log.read_text()
