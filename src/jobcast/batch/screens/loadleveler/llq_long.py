"""``llq -l``: all that is known of a step, nothing cut, in the order of recorded outputs.

What LoadLeveler tells of checkpoints, clusters of clusters, NQS and adapters isn't there.
"""

from collections.abc import Iterator
from datetime import tzinfo

from jobcast.batch.ending import why_over
from jobcast.batch.record import Step, StepState
from jobcast.batch.screens.loadleveler import llq, states
from jobcast.batch.screens.loadleveler.amounts import (
    UNDEFINED,
    clock,
    kilobytes,
    long_date,
    resources,
    size_limit,
    time_limit,
)
from jobcast.batch.screens.loadleveler.fields import Field, lines, yes_no
from jobcast.batch.screens.loadleveler.llq_nodes import nodes
from jobcast.batch.snapshot import Snapshot
from jobcast.printable import printable
from jobcast.program import Program
from jobcast.zone import read_zone

_BYTES = ("data", "as", "memlock", "core", "fsize", "stack", "rss")
_LIMITS = ("cpu", "data", "as", "nproc", "memlock", "locks", "nofile", "core", "fsize", "stack", "rss")
"""Names of setrlimit(2), in the order of ``llq -l``."""
_TITLES = {"fsize": "File"}
NO_GROUP = "No_Group"


def long_listing(step: Step, snapshot: Snapshot) -> list[str]:
    """Return the long listing of one step."""
    zone = read_zone(snapshot.zone)
    rows = [
        *_who(step),
        *_times(step, zone),
        *_priorities(step, snapshot),
        *_running(step, snapshot.at),
        *_what(step),
        *_demand(step),
        *_where(step, snapshot),
        *_limits(step, snapshot),
        *_accounting(step, snapshot),
    ]
    title = f"===== Job Step {printable(step.id)} ====="
    return [title, *lines(rows), *(nodes(step) if llq.is_parallel(step) else ())]


def _keyword(step: Step, name: str) -> str:
    return step.submitted.notes.keywords.get(name, "")


def _who(step: Step) -> Iterator[Field]:
    yield "Job Step Id", step.id
    yield "Job Name", llq.job_name(step)
    yield "Step Name", llq.step_name(step)
    yield "Structure Version", "10"
    yield "Owner", step.submitted.job.user


def _times(step: Step, zone: tzinfo) -> Iterator[Field]:
    yield "Queue Date", long_date(step.at, zone)
    yield "Status", states.word(step.state)
    yield "Requested Res. ID", step.submitted.job.booking
    yield "Dispatch Time", long_date(step.dispatched, zone)
    yield "Start Time", long_date(step.began, zone)
    yield "Completion Date", long_date(step.ended, zone)
    yield "Completion Code", llq.completion_code(step)
    yield "Hold Job Until", long_date(step.submitted.job.begin, zone)


def _priorities(step: Step, snapshot: Snapshot) -> Iterator[Field]:
    job, policy = step.submitted.job, snapshot.policy
    queue = policy.queues.get(job.queue)
    yield "Favored Job", yes_no(bool(step.submitted.notes.favoured), ("Yes", "No"))
    yield "User Priority", str(llq.user_priority(step))
    yield "user_sysprio", str(policy.user_priorities.get(job.user, 0))
    yield "class_sysprio", str(queue.priority if queue else 0)
    yield "group_sysprio", str(policy.group_priorities.get(job.group, 0))


def _running(step: Step, at: int) -> Iterator[Field]:
    yield "Notifications", step.submitted.notes.notify.value.capitalize()
    yield "Virtual Image Size", _keyword(step, "image_size")
    yield "Restart", yes_no(step.submitted.job.restartable)
    yield "Preempted For", clock(step.stood_still(at))
    yield "RSet", _keyword(step, "rset") or "RSET_NONE"
    yield "Mcm Affinity Option", _keyword(step, "mcm_affinity_options")
    yield "Task Affinity", _affinity(step.submitted.program)
    yield "Cpus Per Core", _keyword(step, "cpus_per_core")
    yield "Parallel Threads", _keyword(step, "parallel_threads")


def _affinity(program: Program) -> str:
    return f"{program.affinity.unit}({program.affinity.per_task})" if program.affinity else ""


def _what(step: Step) -> Iterator[Field]:
    program = step.submitted.program
    yield "Cmd", step.submitted.notes.command or "".join(program.arguments[:1])
    yield "Args", " ".join(llq.arguments(step))
    yield "Env", _keyword(step, "environment")
    yield "In", program.input
    yield "Out", program.output
    yield "Err", program.error
    yield "Initial Working Dir", program.directory


def _demand(step: Step) -> Iterator[Field]:
    demand = step.submitted.job.demand
    yield "Dependency", _keyword(step, "dependency")
    if _keyword(step, "task_geometry"):
        yield "Task_geometry", _keyword(step, "task_geometry")
    yield "Resources", resources(demand.per_task)
    yield "Node Resources", resources(demand.per_machine)
    yield "Step Resources", resources(demand.floating)
    yield "Requirements", _keyword(step, "requirements")
    yield "Preferences", _keyword(step, "preferences")
    yield "Step Type", yes_no(llq.is_parallel(step), ("General Parallel", "Serial"))


def _where(step: Step, snapshot: Snapshot) -> Iterator[Field]:
    notes = step.submitted.notes
    if not llq.is_parallel(step):
        yield "Allocated Host", llq.running_on(step)
    yield "Node Usage", yes_no(step.submitted.job.demand.layout.exclusive, ("not_shared", "shared"))
    yield "Submitting Host", notes.host
    yield "Schedd Host", snapshot.host
    yield "Notify User", notes.notify_user or f"{step.submitted.job.user}@{notes.host}"
    yield "Shell", step.submitted.program.shell
    yield "LoadLeveler Group", step.submitted.job.group or NO_GROUP
    yield "Class", step.submitted.job.queue


def _limits(step: Step, snapshot: Snapshot) -> Iterator[Field]:
    """Yield hard and soft limits; those of setrlimit(2) are told soft, hard."""
    program = step.submitted.program
    for name in _LIMITS:
        soft, hard = program.limits.get(name, (None, None))
        for kind, value in (("Hard", hard), ("Soft", soft)):
            yield f"{_TITLES.get(name, name.capitalize())} {kind} Limit", _limit(name, value)
    soft, hard = program.job_cpu_limit
    yield "Step Cpu Hard Limit", time_limit(hard)
    yield "Step Cpu Soft Limit", time_limit(soft)
    hard = run_limit(step, snapshot)
    yield "Wall Clk Hard Limit", time_limit(hard)
    yield "Wall Clk Soft Limit", time_limit(step.submitted.warned_after(hard) or hard)


def _limit(name: str, value: int | None) -> str:
    if name == "cpu":
        return time_limit(value)
    if name in _BYTES:
        return size_limit(value)
    return UNDEFINED if value is None else str(value)


def run_limit(step: Step, snapshot: Snapshot) -> int | None:
    """Return its run limit, that of its class where it has none, in seconds."""
    own = step.submitted.job.run_limit
    queue = snapshot.policy.queues.get(step.submitted.job.queue)
    return own if own is not None or queue is None else queue.run_limit


def _accounting(step: Step, snapshot: Snapshot) -> Iterator[Field]:
    notes, waits = step.submitted.notes, snapshot.waits.get(step.id)
    yield "Comment", notes.comment
    yield "Account", step.submitted.job.project
    yield "Unix Group", notes.unix_group
    yield "Negotiator Messages", waits.sentence if waits else why_over(step)
    measured = step.state is not StepState.IDLE and step.attempt > 0
    yield "Step Cpus", str(llq.cpus(step))
    yield "Step Virtual Memory", kilobytes(step.consumed.virtual_peak) if measured else ""
    yield "Step Real Memory", kilobytes(step.consumed.memory_peak) if measured else ""
