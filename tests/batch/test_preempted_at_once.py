"""A step that is started and has to make room in one and the same pass: nothing of it runs before its next turn."""

import getpass
from pathlib import Path

import pytest

from jobcast.batch.record import StepState
from tests.batch.running import Batch

CONFIG = """
LOADL_ADMIN = {user}
SCHEDULER_TYPE = BACKFILL
SYSPRIO : 0 - (QDate)
PREEMPTION_SUPPORT = FULL
PREEMPT_CLASS[normal] = {rule}{{normal1}}
SCHEDULE_BY_RESOURCES = ConsumableCpus
CLASS = normal(9) normal1(9)
"""
ADMIN = """
vm: type = machine
    resources = ConsumableCpus(4)
normal: type = class
    wall_clock_limit = 00:10:00
normal1: type = class
    wall_clock_limit = 00:10:00
"""


def step(job_class: str, cpus: int, script: str) -> str:
    return f"# @ class = {job_class}\n# @ resources = ConsumableCpus({cpus})\n# @ queue\n{script}\n"


@pytest.mark.parametrize("rule", ["ENOUGH:vc", "ALL:rm", "ENOUGH:sh", "ENOUGH:su"])
def test_it_waits_for_its_turn_and_runs_once(tmp_path: Path, rule: str) -> None:
    texts = {"LoadL_config": CONFIG.format(user=getpass.getuser(), rule=rule), "LoadL_admin": ADMIN}
    batch = Batch(folder=tmp_path, texts=texts)
    batch.start()
    try:
        batch.submit(step("normal", 4, f"while ! [ -e {tmp_path}/go ]; do sleep 0.05; done"))
        (first,) = batch.steps()
        batch.wait(first, "running")
        batch.submit(step("normal1", 1, f"echo low >> {tmp_path}/ran"))
        batch.submit(step("normal", 4, f"echo high >> {tmp_path}/ran"))
        (tmp_path / "go").touch()
        over = batch.all_over()
    finally:
        batch.end()
    assert [each.state for each in over] == [StepState.COMPLETED] * 3
    assert sorted((tmp_path / "ran").read_text().split()) == ["high", "low"]
