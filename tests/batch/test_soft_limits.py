"""Soft run limits of steps that run: they are warned, whoever gave the limit, and whether the manager lives or not."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from jobcast.batch.order import Done, Modify
from tests.batch.running import Batch
from tests.cluster.waiting import until

ADMIN = """
usual: type = class
    wall_clock_limit = 1:00:00
warning: type = class
    wall_clock_limit = 1:00:00,6
default: type = user
    default_class = usual
"""
TAKES_NOTICE = "trap 'touch $LOADL_STEP_ID; exit 9' XCPU\ntouch up\nwhile :; do sleep 0.05; done\n"


@pytest.fixture
def batch(tmp_path: Path) -> Iterator[Batch]:
    texts = {"LoadL_config": "SCHEDULER_TYPE = BACKFILL\n", "LoadL_admin": ADMIN}
    batch = Batch(folder=tmp_path, texts=texts)
    batch.start()
    yield batch
    batch.end()


def test_a_step_that_runs_is_warned_at_the_soft_run_limit_that_it_is_given_then(batch: Batch):
    step = batch.submit("#@ wall_clock_limit = 30:00,25:00\n#@ queue\n" + TAKES_NOTICE).outcomes[0].name
    until((batch.folder / "up").exists, 20)
    assert batch.client.do(Modify(step=step, soft_run_limit=1)).outcomes[0].done is Done.YES
    assert batch.wait(step, "completed").exit_code == 9


def test_steps_are_warned_at_their_soft_run_limit_or_that_of_their_class_also_without_a_manager(batch: Batch):
    own = batch.submit("#@ wall_clock_limit = 30:00,6\n#@ queue\n" + TAKES_NOTICE).outcomes[0].name
    of_class = batch.submit("#@ class = warning\n#@ queue\n" + TAKES_NOTICE).outcomes[0].name
    hard = batch.submit("#@ wall_clock_limit = 6,6\n#@ queue\n" + TAKES_NOTICE).outcomes[0].name
    batch.wait(hard, "removed")
    batch.kill()
    until(lambda: all((batch.folder / step).exists() for step in (own, of_class)), 30, "two warnings")
    batch.start()
    assert [batch.wait(step, "completed").exit_code for step in (own, of_class)] == [9, 9]
    assert not (batch.folder / hard).exists()
