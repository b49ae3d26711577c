"""Which difference of two clocks is a jump; what jumps do to the steps of a ledger."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from jobcast.act.executors.base import Began
from jobcast.batch.action import Verb
from jobcast.batch.opening import make_checkpoint, play
from jobcast.batch.two_clocks import TwoClocks
from jobcast.schedule.event import ClockStepped, Tick
from tests.batch.making import AT, end, opened, over, read, submit, submitted


class Clocks:
    """Two clocks that a test sets."""

    def __init__(self) -> None:
        self.wall, self.steady = float(AT), 50.0
        self.both = TwoClocks(lambda: datetime.fromtimestamp(self.wall, UTC), lambda: self.steady)

    def pass_by(self, seconds: float, *, drift: float = 0.0) -> None:
        self.wall += seconds + drift
        self.steady += seconds


def test_time_that_passes_is_no_jump_and_drift_is_not() -> None:
    clocks = Clocks()
    for _ in range(100):
        clocks.pass_by(3600, drift=2)
        assert clocks.both.jumped() == 0
    assert clocks.both.seconds() == AT + 100 * 3602


@pytest.mark.parametrize("by", [3600, -3600, 6])
def test_a_jump_counts_as_no_time_until_it_is_taken(by: int) -> None:
    clocks = Clocks()
    clocks.pass_by(10)
    clocks.wall += by
    clocks.pass_by(1)
    assert (clocks.both.jumped(), clocks.both.seconds()) == (by, AT + 11)
    clocks.both.taken(by)
    assert (clocks.both.jumped(), clocks.both.seconds()) == (0, AT + 11 + by)


@pytest.mark.parametrize("by", [3600, -3600])
def test_a_running_step_is_killed_and_accounted_by_the_time_that_it_ran(tmp_path: Path, by: int) -> None:
    ledger = opened(tmp_path)
    submit(ledger, submitted("n1.1.0"))
    ledger.hear(Began(attempt="n1.1.0@1", at=AT + 1))
    assert ledger.turn(AT + 300, [ClockStepped(at=AT + 300, by=by)]).actions == ()
    assert make_checkpoint(tmp_path, read) == ledger.turns
    assert ledger.turn(AT + by + 599, [Tick(at=AT + by + 599)]).actions == ()
    again = opened(tmp_path)
    assert (again.steps, again.state.now) == (ledger.steps, AT + by + 599)
    (action,) = ledger.turn(AT + by + 600, [Tick(at=AT + by + 600)]).actions
    assert action.verb is Verb.KILL
    end(ledger, over("n1.1.0@1", at=AT + by + 601))
    step = ledger.journal.step("n1.1.0")
    assert step is not None
    assert (step.at, step.dispatched, step.began, step.ended) == (
        *(AT + by, AT + by, AT + by + 1, AT + by + 601),
    )
    assert play(ledger.journal, read).state.ended == ledger.state.ended


def test_a_jump_that_was_written_down_and_not_decided_moves_steps_after_a_kill(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    submit(ledger, submitted("n1.1.0"))
    before = ledger.journal.step("n1.1.0")
    assert before is not None
    ledger.turn(AT + 300, [ClockStepped(at=AT + 300, by=60)])
    ledger.journal._database.execute("UPDATE turns SET decisions = NULL WHERE number = 2")
    ledger.journal.settle({}, [before])
    assert opened(tmp_path).steps == ledger.steps
