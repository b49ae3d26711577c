"""Steps, machines and classes as they are listed: flat, each field what its name says, sentences in words."""

from collections.abc import Mapping

import msgspec

from jobcast.batch.client import in_words, told_apart
from jobcast.batch.ending import why_over
from jobcast.batch.ledger import Ledger
from jobcast.batch.living import job_of
from jobcast.batch.picture import waits_of
from jobcast.batch.record import Step
from jobcast.batch.snapshot import MachineStanding, Waits
from jobcast.language import say
from jobcast.machine import CPUS


class WaitsListed(msgspec.Struct, kw_only=True):
    """Why a step waits."""

    sentence: str
    """In the asker's language."""
    cause: str
    """A fixed word."""
    start: int | None
    """Second of the epoch at which it starts at the latest, if nobody outruns his estimate; null without a promise."""
    machines: Mapping[str, int]
    """Machine to tasks, where it is planned to run."""
    before: list[str]
    """Steps that are looked at before it; filled in only where one step is asked for."""


class StepListed(msgspec.Struct, kw_only=True):
    """A step."""

    id: str
    job: str
    """Of the job or array that it belongs to; empty where it is its own."""
    name: str
    """Of the job."""
    user: str
    class_: str = msgspec.field(name="class")
    """Class or queue."""
    group: str
    account: str
    state: str
    """A fixed word."""
    state_text: str
    """In the asker's language."""
    tasks: int
    cpus: int
    """Of all tasks."""
    machines: Mapping[str, int]
    """Machine to tasks of the last attempt."""
    submitted: float
    """Second of the epoch."""
    dispatched: float | None
    """Second at which the last attempt was decided."""
    began: float | None
    """Second at which its program began."""
    ended: float | None
    """Second at which it was over."""
    suspended_seconds: float
    """How long the last attempt stood still, up to the last resumption."""
    stopped: float | None
    """Second since which it stands still."""
    attempt: int
    """Which one, from 1; 0 before the first."""
    exit_code: int | None
    how: str
    """How the last attempt ended, a fixed word."""
    detail: str
    """What went wrong."""
    killed_for: str
    """Why it is being killed, or was, a fixed word."""
    run_limit: int | None
    """Seconds."""
    priority: int | None
    """Among its owner's steps, 0 to 100."""
    failing: float | None
    """Chance that it fails, as it was foreseen at its submission; null where it wasn't."""
    confirmed_by: str
    """Who let it go on though it will probably fail; empty where nobody did, or had to."""
    command: str
    comment: str
    cpu_seconds: float | None
    """User and system time of its processes."""
    memory_peak: int | None
    """Bytes."""
    waits: WaitsListed | None
    """Null where it doesn't wait."""


class MachineListed(msgspec.Struct, kw_only=True):
    """A machine."""

    name: str
    state: str
    """`up`, `draining`, `closed` by START or SUSPEND, or `down`."""
    resources: Mapping[str, int]
    """Resource to amount; memory in bytes."""
    used: Mapping[str, int]
    """Taken by running steps, and kept by suspended ones."""
    held: Mapping[str, int]
    """Kept empty for waiting steps."""
    running: Mapping[str, int]
    """Class to running tasks."""
    suspended: Mapping[str, int]
    """Class to suspended tasks."""
    facts: Mapping[str, str | float | bool]
    """What it last told of itself."""


class ClassListed(msgspec.Struct, kw_only=True):
    """A class or queue."""

    name: str
    priority: int
    open: bool
    """Whether its steps start at all."""
    backfill: bool
    """Whether its steps may run on what is reserved for others, if they end in time."""
    run_limit: int | None
    """Seconds for those that ask for none."""
    run_limit_max: int | None
    """Seconds; who asks for more is refused."""
    running: int
    """Steps, suspended ones too."""
    waiting: int
    """Steps."""


def listed(step: Step, ledger: Ledger) -> StepListed:
    """Return a step with why it waits, as the site speaks now."""
    waits = waits_of(step.id, ledger)
    return step_listed(step, None if waits is None else in_words(waits))


def step_listed(step: Step, waits: Waits | None) -> StepListed:
    """Return a step as it is listed."""
    apart, job, notes = told_apart(step, waits), step.submitted.job, step.submitted.notes
    used = step.consumed
    times = [second for second in (used.user_cpu, used.system_cpu) if second is not None]
    return StepListed(
        id=step.id,
        job=job_of(step),
        name=notes.name,
        user=job.user,
        class_=job.queue,
        group=job.group,
        account=job.project,
        state=apart.state,
        state_text=say(f"step_state.{apart.state}"),
        tasks=job.demand.tasks,
        cpus=job.demand.tasks * job.demand.per_task.get(CPUS, 1),
        machines={share.machine: share.tasks for share in step.allocation},
        submitted=step.at,
        dispatched=step.dispatched,
        began=step.began,
        ended=step.ended,
        suspended_seconds=step.suspended,
        stopped=step.stopped,
        attempt=step.attempt,
        exit_code=step.exit_code,
        how=step.how,
        detail=why_over(step),
        killed_for=step.killed_for,
        run_limit=job.run_limit,
        priority=job.priority,
        failing=job.failing,
        confirmed_by="" if step.submitted.foreseen is None else step.submitted.foreseen.confirmed_by,
        command=notes.command,
        comment=notes.comment,
        cpu_seconds=sum(times) if times else None,
        memory_peak=used.memory_peak,
        waits=None if waits is None else _waits(waits),
    )


def _waits(waits: Waits) -> WaitsListed:
    return WaitsListed(
        sentence=waits.sentence,
        cause=waits.cause,
        start=waits.start,
        machines={share.machine: share.tasks for share in waits.machines},
        before=list(waits.before),
    )


def _state(standing: MachineStanding) -> str:
    if standing.draining:
        return "draining"
    return "up" if standing.takes else "closed" if standing.up else "down"


def machine_listed(standing: MachineStanding) -> MachineListed:
    """Return a machine as it is listed."""
    return MachineListed(
        name=standing.machine.name,
        state=_state(standing),
        resources=standing.machine.resources,
        used=standing.used,
        held=standing.held,
        running=standing.tasks_by_queue,
        suspended=standing.suspended_by_queue,
        facts=dict(standing.facts),
    )


def classes_listed(ledger: Ledger) -> list[ClassListed]:
    """Return the classes, those of the highest priority first."""
    state = ledger.state
    running, waiting = dict[str, int](), dict[str, int]()
    for counted, entries in ((running, (state.running, state.suspended)), (waiting, (state.waiting,))):
        for some in entries:
            for entry in some.values():
                counted[entry.queue.name] = counted.get(entry.queue.name, 0) + 1
    return [
        ClassListed(
            name=queue.name,
            priority=queue.priority,
            open=queue.open,
            backfill=queue.backfill,
            run_limit=queue.run_limit,
            run_limit_max=queue.run_limit_max,
            running=running.get(queue.name, 0),
            waiting=waiting.get(queue.name, 0),
        )
        for queue in sorted(state.policy.queues.values(), key=lambda one: (-one.priority, one.name))
    ]
