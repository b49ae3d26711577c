"""Ledgers and steps for tests, on four made-up machines of four CPUs."""

from dataclasses import replace
from pathlib import Path

from jobcast.act.executors.base import Consumed, End, Ended
from jobcast.batch.accepting import accept
from jobcast.batch.completing import as_it_is
from jobcast.batch.ends import Retry, take_ends
from jobcast.batch.intake.base import Intake
from jobcast.batch.journal import Journal
from jobcast.batch.ledger import Ledger
from jobcast.batch.opening import open_ledger
from jobcast.batch.orders import Asker, Carried, OnSteps, carry_out
from jobcast.batch.record import Notes, Submitted
from jobcast.batch.retrying import retry
from jobcast.batch.site import Files, LiveSite, read_live
from jobcast.machine import CPUS, MEMORY, Machine
from jobcast.program import Program
from jobcast.schedule.job import BatchJob, Demand
from jobcast.schedule.policy import Policy, PreemptRule, Queue
from jobcast.units import GIB

AT = 1_795_780_800
"""The second at which tests begin; a Saturday morning."""
MONDAY = AT - 5 * 86_400
ADA, ROOT = Asker(user="ada"), Asker(user="root", operator=True)

HERE = Machine(name="n1", resources={CPUS: 4, MEMORY: 8 * GIB})
FILES = Files(texts={}, here=HERE)

_QUEUES = {
    "urgent": Queue(name="urgent", priority=10),
    "normal": Queue(name="normal", priority=1),
}
POLICY = Policy(
    name="two classes",
    queues=_QUEUES,
    default_queue="normal",
    preemption=(PreemptRule(queue="urgent", victims=("normal",)),),
)


def read(files: Files) -> LiveSite:
    """Read files, with two classes of which one preempts the other."""
    site = read_live(files)
    return replace(site, configuration=replace(site.configuration, policy=POLICY))


def opened(folder: Path, *, at: int = AT) -> Ledger:
    """Open the ledger in a folder."""
    return open_ledger(Journal(folder), FILES, read, at=at, monday=MONDAY)


def submitted(
    name: str, *, user: str = "ada", tasks: int = 1, queue: str = "normal", **more: object
) -> Submitted:
    """Return a step that could be run."""
    job = BatchJob(
        id=name, demand=Demand(tasks=tasks, per_task={CPUS: 1}), queue=queue, user=user, run_limit=600, **more
    )
    program = Program(arguments=("/bin/true",), directory="/", script="secret", environment={"KEY": "secret"})
    return Submitted(job=job, program=program, notes=Notes(dialect="loadleveler", name="test"))


def submit(ledger: Ledger, *steps: Submitted, at: int = AT) -> Carried:
    """Submit steps as one job."""
    number = int(ledger.journal.meta("number") or 0) + 1
    return accept(Intake(steps=steps), number, ledger, at, as_it_is)


def order(ledger: Ledger, what: OnSteps, asker: Asker = ADA, *, at: int = AT) -> Carried:
    """Give an order."""
    return carry_out(what, asker, ledger, at)


def over(attempt: str, *, at: float = AT + 60, how: End = End.EXITED, exit_code: int = 0) -> Ended:
    """Return the end of an attempt that began half a minute before."""
    return Ended(
        attempt=attempt, began=at - 30, at=at, how=how, exit_code=exit_code, consumed=Consumed(user_cpu=2.5)
    )


def end(ledger: Ledger, news: Ended, again: Retry = retry) -> tuple[object, ...]:
    """Take in the end of an attempt."""
    return take_ends([news], int(news.at), ledger, again)
