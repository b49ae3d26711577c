"""What a manager keeps is its own: whoever can read a file can lock it, and have the manager wait for that."""

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.batch.running import Batch


@pytest.fixture
def batch(tmp_path: Path) -> Iterator[Batch]:
    batch = Batch(folder=tmp_path)
    batch.start()
    yield batch
    batch.end()


def test_nobody_else_reads_or_lists_what_a_manager_and_its_starter_keep(batch: Batch) -> None:
    batch.submit("# @ queue\ntrue\n")
    batch.all_over()
    folder = batch.spool.parent
    open_to_others = {
        str(each.relative_to(folder)): oct(each.stat().st_mode & 0o777)
        for each in (folder, *folder.rglob("*"))
        if each.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO) & (0o066 if each.is_dir() else 0o077)
    }
    assert open_to_others == {}
    assert {"manager.lock", "spool/forgotten.sqlite", "spool/forgotten.sqlite-shm"} <= {
        str(each.relative_to(folder)) for each in folder.rglob("*")
    }
