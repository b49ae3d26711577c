"""The loop of a manager whose clock somebody sets."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from jobcast.act.executors.base import Began
from jobcast.batch.completing import as_it_is
from jobcast.batch.loop import Loop
from jobcast.batch.retrying import retry
from jobcast.batch.surroundings import Surroundings
from jobcast.batch.two_clocks import CLOCKS, TwoClocks
from jobcast.schedule.step import next_time
from tests.batch.making import AT, opened, submit, submitted


class Clocks:
    """The clocks of one machine, which tests set."""

    def __init__(self) -> None:
        self.wall, self.steady = AT + 0.5, 100.0

    def pass_by(self, seconds: float) -> None:
        self.wall += seconds
        self.steady += seconds

    def loop(self, folder: Path, *, boot: str = "this one") -> Loop:
        """Return the loop of a manager that begins now."""

        def now() -> datetime:
            return datetime.fromtimestamp(self.wall, UTC)

        ledger = opened(folder)
        clocks = TwoClocks(now, lambda: self.steady, boot=boot, kept=ledger.journal.meta(CLOCKS))
        around = Surroundings(
            now=now, clocks=clocks, zone=UTC, read=cast("Any", None), complete=as_it_is, retry=retry
        )
        return Loop(ledger, cast("Any", None), around)


def running(loop: Loop) -> None:
    """Let a step run that ends 600 seconds from now at the latest."""
    submit(loop.ledger, submitted("n1.1.0"))
    loop.ledger.hear(Began(attempt="n1.1.0@1", at=AT + 1))


@pytest.mark.parametrize("by", [3600, -3600])
def test_a_jump_is_told_once_and_the_run_limit_stays_as_far_away(tmp_path: Path, by: int) -> None:
    clocks = Clocks()
    loop = clocks.loop(tmp_path)
    happened = loop.listeners.add()
    running(loop)
    clocks.pass_by(100)
    loop.see_clock()
    assert (loop.second(), loop.ledger.turns) == (AT + 100, 1)
    clocks.wall += by
    assert loop.second() == AT + 100
    loop.see_clock()
    loop.see_clock()
    assert (loop.second(), loop.ledger.turns) == (AT + 100 + by, 2)
    assert next_time(loop.ledger.state) == AT + by + 600
    assert happened.get_nowait().at == AT + 100 + by


@pytest.mark.parametrize("by", [3600, -3600])
def test_a_clock_that_is_set_while_no_manager_runs_counts_as_no_time_either(tmp_path: Path, by: int) -> None:
    clocks = Clocks()
    before = clocks.loop(tmp_path)
    running(before)
    before.see_clock()
    before.ledger.settle()
    clocks.pass_by(50)
    clocks.wall += by
    clocks.pass_by(50)
    loop = clocks.loop(tmp_path)
    assert loop.second() == AT + 100
    loop.see_clock()
    assert (loop.second(), loop.ledger.turns) == (AT + 100 + by, 2)
    assert next_time(loop.ledger.state) == AT + by + 600
    again = clocks.loop(tmp_path)
    again.see_clock()
    assert (again.second(), again.ledger.turns) == (AT + 100 + by, 2)


def test_clocks_of_another_start_of_the_machine_tell_nothing(tmp_path: Path) -> None:
    clocks = Clocks()
    before = clocks.loop(tmp_path)
    running(before)
    before.see_clock()
    clocks.steady = 7.0
    clocks.wall += 300
    loop = clocks.loop(tmp_path, boot="the next one")
    loop.see_clock()
    assert (loop.second(), loop.ledger.turns) == (AT + 300, 1)


def test_clocks_that_drift_are_written_down_now_and_then(tmp_path: Path) -> None:
    clocks = Clocks()
    loop = clocks.loop(tmp_path)
    kept = []
    for _ in range(4):
        clocks.wall += 0.75
        loop.see_clock()
        kept.append(loop.ledger.journal.meta(CLOCKS))
    apart = AT + 0.5 - 100
    assert kept == [f"this one {apart + drift}" for drift in (0.75, 0.75, 2.25, 2.25)]
