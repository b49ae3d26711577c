"""LoadLeveler's commands over a made-up manager that writes down what it is asked."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import pytest
from click.testing import Result

from jobcast.batch.order import Answer, Done, Order, Outcome
from jobcast.batch.record import Step
from jobcast.batch.service import Past, Wanted
from jobcast.batch.snapshot import Snapshot
from jobcast.cli import batch_client
from tests.batch.screens.loadleveler.made_up import every_state, parallel, site
from tests.cli.conftest import Run


@dataclass(kw_only=True)
class MadeUpManager:
    """Holds a snapshot, and answers every order alike."""

    whole: Snapshot = field(default_factory=lambda: site(*every_state(), parallel()))
    over: tuple[Step, ...] = ()
    answer: Callable[[Order], Answer] = lambda _order: Answer(outcomes=(Outcome(name="x", done=Done.YES),))
    orders: list[Order] = field(default_factory=list)
    pasts: list[Past] = field(default_factory=list)
    wanted: list[Wanted] = field(default_factory=list)

    def do(self, order: Order) -> Answer:
        self.orders.append(order)
        return self.answer(order)

    def snapshot(self, wanted: Wanted) -> Snapshot:
        self.wanted.append(wanted)
        names = set(wanted.steps)
        steps = [
            step for step in self.whole.steps if not names or names & {step.id, step.id.rpartition(".")[0]}
        ]
        return replace(self.whole, steps=tuple(steps))

    def past(self, past: Past) -> Iterator[Step]:
        self.pasts.append(past)
        yield from self.over


@pytest.fixture
def manager(monkeypatch: pytest.MonkeyPatch) -> MadeUpManager:
    made_up = MadeUpManager()
    monkeypatch.setattr(batch_client, "manager", lambda _session: made_up)
    return made_up


@pytest.fixture
def ll(jobcast: Run, manager: MadeUpManager) -> Callable[[str], Result]:
    """Return a function that runs one of the commands, its words apart by blanks."""
    return lambda line: jobcast("batch", *line.split())
