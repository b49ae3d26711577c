"""The loop of a manager whose clock somebody sets."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from jobcast.act.executors.base import Began
from jobcast.batch.completing import as_it_is
from jobcast.batch.loop import Loop, Surroundings
from jobcast.batch.retrying import retry
from jobcast.schedule.step import next_time
from tests.batch.making import AT, opened, submit, submitted


@pytest.mark.parametrize("by", [3600, -3600])
def test_a_jump_is_told_once_and_the_run_limit_stays_as_far_away(tmp_path: Path, by: int) -> None:
    wall, steady = [AT + 0.5], [100.0]
    around = Surroundings(
        now=lambda: datetime.fromtimestamp(wall[0], UTC),
        steady=lambda: steady[0],
        zone=UTC,
        read=cast("Any", None),
        complete=as_it_is,
        retry=retry,
    )
    ledger = opened(tmp_path)
    loop = Loop(ledger, cast("Any", None), around)
    happened = loop.subscribe()
    submit(ledger, submitted("n1.1.0"))
    ledger.hear(Began(attempt="n1.1.0@1", at=AT + 1))
    for clock in (wall, steady):
        clock[0] += 100
    loop.see_clock()
    assert (loop.second(), ledger.turns) == (AT + 100, 1)
    wall[0] += by
    assert loop.second() == AT + 100
    loop.see_clock()
    loop.see_clock()
    assert (loop.second(), ledger.turns) == (AT + 100 + by, 2)
    assert next_time(ledger.state) == AT + by + 600
    assert happened.get_nowait().at == AT + 100 + by
