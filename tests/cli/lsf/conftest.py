"""LSF's commands, asked of a manager that exists only for tests."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import pytest
from click.testing import CliRunner, Result

from jobcast.batch.order import Answer, Done, Order, Outcome, SubmitCommand, SubmitCommandFile
from jobcast.batch.record import Step
from jobcast.batch.service import Past, Wanted
from jobcast.batch.snapshot import Snapshot
from jobcast.cli import batch_client
from jobcast.cli.lsf import asking
from jobcast.cli.main import program, settle_language
from tests.batch.screens.lsf.made_up import SNAPSHOT


@dataclass
class MadeUp:
    """Knows the made-up cluster, and keeps what it is asked."""

    known: Snapshot = SNAPSHOT
    answer: Answer | None = None
    orders: list[Order] = field(default_factory=list)
    wanted: list[Wanted] = field(default_factory=list)
    pasts: list[Past] = field(default_factory=list)
    later: list[tuple[Step, ...]] = field(default_factory=list)
    """Steps of snapshots to come, one after the other."""

    def do(self, order: Order) -> Answer:
        self.orders.append(order)
        if self.answer is not None:
            return self.answer
        assert not isinstance(order, SubmitCommand | SubmitCommandFile)
        names = {name for step in self.known.steps for name in (step.id, step.submitted.job.array)}
        return Answer(
            outcomes=tuple(
                Outcome(name=name, done=Done.YES if name in names else Done.NO_SUCH) for name in order.steps
            )
        )

    def snapshot(self, wanted: Wanted) -> Snapshot:
        self.wanted.append(wanted)
        if self.later:
            return replace(self.known, steps=self.later.pop(0))
        return self.known

    def past(self, past: Past) -> Iterator[Step]:
        self.pasts.append(past)
        for step in self.known.steps:
            if step.state.is_over and past.job in {None, step.id}:
                yield step


@pytest.fixture
def manager(monkeypatch: pytest.MonkeyPatch) -> MadeUp:
    made_up = MadeUp()
    monkeypatch.setattr(batch_client, "manager", lambda _: made_up)
    monkeypatch.setattr(asking, "login_name", lambda: "chen")
    return made_up


@pytest.fixture
def lsf(manager: MadeUp) -> Callable[..., Result]:
    """Return a function that runs one of LSF's commands as chen."""

    def run(*arguments: str, script: str | bytes = "") -> Result:
        settle_language(["--lang", "en"])
        return CliRunner().invoke(program(), ["batch", *arguments], input=script)

    return run
