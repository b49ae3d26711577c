"""`jobcast batch start` hands on what it is told, and knows itself who runs it."""

import os
import pwd
from collections.abc import Callable
from pathlib import Path

import pytest

from jobcast.batch.loop import Loop
from jobcast.cli import batch_start
from jobcast.serve.batch.run import Set
from jobcast.serve.settings import Listening
from tests.cli.conftest import Run


def test_whoever_runs_it_is_an_operator_and_not_whom_the_environment_names(
    jobcast: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    setups: list[Set] = []

    def run(setup: Set, _listening: Listening, _ready: Callable[[Loop], None]) -> None:
        setups.append(setup)

    monkeypatch.setattr(batch_start, "run", run)
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "mallory")
    assert jobcast("batch", "start", "--socket", str(tmp_path / "s")).exit_code == 0
    me = pwd.getpwuid(os.geteuid()).pw_name
    assert [(setup.operators, setup.only) for setup in setups] == [
        (frozenset({"root", me}), None if os.geteuid() == 0 else me)
    ]
