"""Whether Slurm was asked in vain, or said no."""

import asyncio
from pathlib import Path

import pytest

from jobcast.act.executors.base import ExecutorError
from jobcast.act.executors.slurm_asking import RefusedError, ask
from jobcast.systems.base import Command


def asked(tmp_path: Path, line: str, seconds: float = 30.0) -> str:
    program = tmp_path / "squeue"
    program.write_text(f"#!/bin/sh\n{line}\n")
    program.chmod(0o755)
    return asyncio.run(ask(Command(arguments=(str(program),), timeout_seconds=seconds)))


def test_an_answer_is_what_was_printed(tmp_path: Path) -> None:
    assert asked(tmp_path, "echo 7; echo a warning >&2") == "7\n"


@pytest.mark.parametrize(
    "said",
    [
        "slurm_load_jobs error: Unable to contact slurm controller (connect failure)",
        "slurm_suspend error: Unexpected message received",
        "sbatch: error: Batch job submission failed: Socket timed out on send/recv operation",
        "squeue: error: Munge encode failed: Failed to access socket",
    ],
)
def test_where_nobody_answers_asking_again_may_help(tmp_path: Path, said: str) -> None:
    with pytest.raises(ExecutorError, match="Slurm can't be reached: .*" + said[:20]):
        asked(tmp_path, f"echo '{said}' >&2; exit 1")


def test_a_command_that_hangs_or_is_not_there_is_nobody_who_answers(tmp_path: Path) -> None:
    with pytest.raises(ExecutorError):
        asked(tmp_path, "exec sleep 60", 0.1)
    with pytest.raises(ExecutorError):
        asyncio.run(ask(Command(arguments=(str(tmp_path / "none"),))))


def test_a_no_is_told_as_it_was_said(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="Invalid node name specified"):
        asked(tmp_path, "echo 'sbatch: error: Invalid node name specified' >&2; exit 1")
