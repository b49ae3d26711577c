"""Processes of an attempt whose shepherd died before them."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobcast.act.starter.job import BOOT
from jobcast.act.starter.processes import look
from jobcast.act.starter.strays import end_strays

OTHER = Path("/spool/attempts/other@1")
SLEEP = (sys.executable, "-I", "-S", "-c", "import time; print(flush=True); time.sleep(600)")


@pytest.fixture
def stray() -> Iterator[subprocess.Popen[bytes]]:
    environment = {"JOBCAST_FOLDER": "/spool/attempts/a%2F@1"}
    with subprocess.Popen(SLEEP, stdout=subprocess.PIPE, env=environment, start_new_session=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process
        process.kill()


def began(pid: int) -> dict[str, object]:
    process = look(pid)
    assert process is not None
    return {"pid": pid, "start": process.start, "boot": BOOT, "at": 1.0}


def test_what_carries_the_folder_of_the_attempt_in_its_environment_is_killed(stray: subprocess.Popen[bytes]):
    for other in ("/spool/attempts/a%2F@2", "/others/attempts/a%2F@1"):
        end_strays(Path(other), {})
        assert stray.poll() is None
    end_strays(Path("/spool/attempts/a%2F@1"), {})
    assert stray.wait(10) == -9


def test_what_is_in_the_session_of_its_first_process_is_killed(stray: subprocess.Popen[bytes]):
    end_strays(OTHER, began(stray.pid))
    assert stray.wait(10) == -9


@pytest.mark.parametrize("other", [{"start": 1}, {"boot": "another"}, {"pid": os.getppid()}])
def test_whoever_has_got_the_number_since_is_left_alone(
    stray: subprocess.Popen[bytes], other: dict[str, object]
):
    end_strays(OTHER, began(stray.pid) | other | ({"start": 1} if "pid" in other else {}))
    assert stray.poll() is None
