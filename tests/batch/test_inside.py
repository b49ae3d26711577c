"""Forecasts, retries and history inside a real manager, on real processes."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobcast.batch.order import SubmitCommand
from jobcast.batch.service import Past
from jobcast.machine import MEMORY
from jobcast.predict.shelf import Shelf
from jobcast.units import MIB
from tests.batch.running import Batch
from tests.cluster.waiting import until
from tests.trained import a_job

RULES = 'mode = "apply"\nmemory_default = "200M"\n'
SETTINGS = {"JOBCAST_BATCH_MEMORY_RETRIES": "2", "JOBCAST_BATCH_MEMORY_FACTOR": "3"}
TEXTS = {
    "LoadL_config": "SCHEDULER_TYPE = BACKFILL\nSCHEDULE_BY_RESOURCES = ConsumableCpus ConsumableMemory\n",
    "LoadL_admin": "default: type = user\ndefault_class = new\nnew: type = class\n",
}
"""A class of which the model knows nothing."""
HUNGRY = "import time; held = bytearray(150 << 20); time.sleep(2)"


@pytest.fixture
def batch(tmp_path: Path, model_folder: Path) -> Iterator[Batch]:
    """Return a manager with a model that answers."""
    models = tmp_path / "store" / "models"
    shutil.copytree(model_folder, models / model_folder.name)
    Shelf(models).activate(model_folder.name)
    (tmp_path / "rules.toml").write_text(RULES)
    batch = Batch(
        folder=tmp_path, texts=TEXTS, settings=SETTINGS | {"JOBCAST_HOOK_RULES": str(tmp_path / "rules.toml")}
    )
    batch.start()
    yield batch
    batch.end()


def jobcast(batch: Batch, *words: str) -> str:
    """Run a command on the manager's store."""
    done = subprocess.run(
        [sys.executable, "-m", "jobcast", *words],
        env=batch.environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout


def test_what_is_left_open_is_forecast_and_the_history_tells_of_it(batch: Batch) -> None:
    told = a_job(100)
    text = f"#@ job_name = {told['name']}\n#@ comment = {told['command']}\n#@ queue\nsleep 0.2; exit 3\n"
    warnings: list[str] = []

    def advised() -> bool:  # as soon as the model is loaded
        (outcome,) = (answer := batch.submit(text)).outcomes
        warnings[:] = answer.warnings
        return bool(batch.steps()[outcome.name].submitted.notes.keywords.get("advice"))

    until(advised, 30, "a forecast")
    assert warnings
    over = {step.id: step for step in batch.all_over()}
    last = list(over.values())[-1]
    assert last.submitted.job.demand.per_task[MEMORY] == 200 * MIB

    def history() -> list[dict[str, object]]:
        found: list[dict[str, object]] = json.loads(jobcast(batch, "jobs", "--json", "--limit", "0"))["jobs"]
        return found

    until(lambda: len(history()) == len(over), 30, "a history of all steps")
    (job,) = [each for each in history() if each["advice_id"] == last.submitted.notes.keywords["advice"]]
    assert (job["state"], job["exit_code"], job["advised_memory"]) == ("failed", 3, 200 * MIB)
    assert told["name"] in jobcast(batch, "job", last.id)
    assert str(job["advice_id"]) in jobcast(batch, "audit", "--json")
    assert json.loads(jobcast(batch, "report", "--json"))
    assert list(batch.client.past(Past(job="nobody"))) == []


def test_what_is_killed_for_its_memory_runs_again_with_more(batch: Batch) -> None:
    (batch.folder / "hungry.py").write_text(HUNGRY)
    order = SubmitCommand(
        arguments=("-M", "80", "-R", "rusage[mem=80]", "-o", "out", sys.executable, "hungry.py"),
        directory=str(batch.folder),
        environment={"PATH": "/usr/bin:/bin"},
    )
    (outcome,) = batch.client.do(order).outcomes
    (step,) = batch.all_over()
    assert (step.id, step.exit_code, step.attempt) == (outcome.name, 0, 2), step
    assert [run.how for run in step.runs] == ["over_memory"]
    assert step.submitted.enforcement.memory == 240 * MIB
    assert step.submitted.job.demand.per_machine.get(MEMORY) == 240 * MIB
