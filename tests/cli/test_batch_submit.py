"""`jobcast batch submit` hands on a file or a command with its surroundings, whatever bytes are in them."""

import os
from pathlib import Path

import pytest

from jobcast.batch.order import Answer, Done, Order, Outcome, SubmitCommand, SubmitCommandFile
from jobcast.cli import batch_submit
from jobcast.cli.taken_along import limits
from tests.cli.conftest import Run


class MadeUpManager:
    """Takes whatever is submitted."""

    def __init__(self) -> None:
        self.orders: list[Order] = []

    def do(self, order: Order) -> Answer:
        self.orders.append(order)
        return Answer(outcomes=(Outcome(name="n01.12.0", done=Done.YES),), job="n01.12")


@pytest.fixture
def manager(monkeypatch: pytest.MonkeyPatch) -> MadeUpManager:
    made_up = MadeUpManager()
    monkeypatch.setattr(batch_submit, "manager", lambda _session: made_up)
    return made_up


def test_a_file_that_is_too_large_is_told_by_its_name(
    jobcast: Run, manager: MadeUpManager, tmp_path: Path
) -> None:
    file = tmp_path / "job.cmd"
    file.write_bytes(b"#" * (5 << 20))
    result = jobcast("batch", "submit", str(file))
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        f"error: {file} is too large: with the environment that goes along it comes to more than 4 MB",
        "cure:  put programs and data into files of their own, and name these in it",
    ]
    assert manager.orders == []


def test_what_is_no_utf8_is_read_as_chinese_or_left_out_and_told(
    jobcast: Run, manager: MadeUpManager, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "environ", {"GOOD": "气象", "BAD": "\udcff"})
    file = tmp_path / "job.cmd"
    file.write_bytes("# 气象\n# @ queue\n".encode("gb18030"))
    before = os.umask(0o027)
    results = [
        jobcast("batch", "submit", str(file)),
        jobcast("batch", "submit", "-q", "night", "sleep", "1"),
    ]
    os.umask(before)
    assert [(each.exit_code, each.stdout, each.stderr) for each in results] == [
        (0, "n01.12\n", "variables that are no UTF-8 aren't handed on: BAD\n")
    ] * 2
    around = {"directory": str(Path.cwd()), "environment": {"GOOD": "气象"}, "umask": 0o027}
    assert manager.orders == [
        SubmitCommandFile(text="# 气象\n# @ queue\n", file=str(file), limits=limits(), **around),
        SubmitCommand(arguments=("-q", "night", "sleep", "1"), **around),
    ]
