"""What a manager keeps is its own: whoever can read a file can lock it, and have the manager wait for that."""

import json
import os
import shutil
import signal
import socket
import stat
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

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


ASK = b"GET /v1/batch/events HTTP/1.1\r\nhost: here\r\n\r\n"
NOBODY = 65534


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user, and root has no limit")
def test_one_user_keeps_no_others_out_by_connections() -> None:
    folder = Path(tempfile.mkdtemp(prefix="jobcast-batch-"))  # pytest's own is closed to other users
    folder.chmod(0o755)
    batch = Batch(folder=folder)
    batch.start()
    told, tell = os.pipe()
    if (child := os.fork()) == 0:
        _crowd(folder / "batch.sock", tell)
    os.close(tell)
    try:
        assert json.loads(os.read(told, 1000)) == {"200": 64, "429": 40}
        batch.submit("# @ queue\ntrue\n")
        assert [str(step.state) for step in batch.all_over()] == ["completed"]
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(told)
        batch.end()
        shutil.rmtree(folder)


def _crowd(path: Path, tell: int) -> NoReturn:
    """Be somebody else with many connections; tell how each is answered, and keep them."""
    try:
        os.setuid(NOBODY)
        plugs = [socket.socket(socket.AF_UNIX) for _ in range(104)]
        answers: Counter[str] = Counter()
        for plug in plugs:
            plug.connect(str(path))
            plug.sendall(ASK)
            answers[plug.recv(4096).split()[1].decode()] += 1
        os.write(tell, json.dumps(answers).encode())
        signal.pause()
    finally:
        os._exit(1)
