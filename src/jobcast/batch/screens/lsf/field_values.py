"""What stands in the fields of ``bjobs -o``.

Source: bjobs(1), option -o. Names and widths are LSF's; fields that nothing is known of here are left out.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from jobcast.batch.record import Step
from jobcast.batch.screens.lsf.job import (
    cpu_time,
    dependency,
    hosts,
    index,
    name,
    number,
    queue,
    ran_for,
    run_limit,
    state,
)
from jobcast.batch.screens.lsf.reasons import pending, termination
from jobcast.batch.screens.lsf.words import limit, memory, short_date, zone_of
from jobcast.batch.snapshot import Snapshot
from jobcast.machine import GPUS
from jobcast.printable import printable
from jobcast.program import NOWHERE

Value = Callable[[Step, Snapshot], str]
"""Returns what stands in a field; empty where there is nothing, which is shown as ``-``."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field that can be asked for."""

    width: int
    """Columns, unless somebody asks for others."""
    value: Value


def _date(pick: Callable[[Step], float | None]) -> Value:
    def value(step: Step, snapshot: Snapshot) -> str:
        second = pick(step)
        return short_date(second, zone_of(snapshot.zone)) if second is not None else ""

    return value


def _keyword(option: str) -> Value:
    return lambda step, _: printable(step.submitted.notes.keywords.get(option, ""))


def _memory(pick: Callable[[Step], int | None]) -> Value:
    def value(step: Step, _: Snapshot) -> str:
        amount = pick(step)
        return memory(amount) if amount is not None else ""

    return value


def _file(pick: Callable[[Step], str]) -> Value:
    return lambda step, _: "" if pick(step) == NOWHERE else printable(pick(step))


def _finish(step: Step, snapshot: Snapshot) -> str:
    """Return when it ended, or with an L behind it when its run limit will end it."""
    zone, seconds = zone_of(snapshot.zone), run_limit(step, snapshot)
    if step.ended is not None:
        return (
            f"{short_date(step.ended, zone)} L"
            if "RUNLIMIT" in termination(step, snapshot)
            else short_date(step.ended, zone)
        )
    if step.began is None or seconds is None:
        return ""
    return f"{short_date(step.began + step.suspended + seconds, zone)} L"


def _left(step: Step, snapshot: Snapshot) -> str:
    seconds = run_limit(step, snapshot)
    if step.began is None or step.ended is not None or seconds is None:
        return ""
    minutes = int(max(seconds - ran_for(step, snapshot.at), 0)) // 60
    return f"{minutes // 60}:{minutes % 60} L"


def _promised(step: Step, snapshot: Snapshot) -> str:
    waits = snapshot.waits.get(step.id)
    return short_date(waits.start, zone_of(snapshot.zone)) if waits and waits.start is not None else ""


def _run_limit(step: Step, snapshot: Snapshot) -> str:
    seconds = run_limit(step, snapshot)
    return f"{seconds / 60:.1f} min" if seconds is not None else ""


def _memory_limit(step: Step, _: Snapshot) -> str:
    found = step.submitted.enforcement
    return limit(found.memory) if found.memory is not None and found.kill_over_memory else ""


def _exit_code(step: Step, snapshot: Snapshot) -> str:
    return str(step.exit_code) if state(step, snapshot) == "EXIT" and step.exit_code is not None else ""


def _gpus(step: Step, _: Snapshot) -> str:
    demand = step.submitted.job.demand
    cards = demand.per_task.get(GPUS, 0) * demand.tasks or demand.per_machine.get(GPUS, 0)
    return str(cards) if cards else ""


def _slots(step: Step) -> str:
    return str(sum(share.tasks for share in step.allocation)) if step.allocation else ""


def _pending(step: Step, snapshot: Snapshot) -> str:
    return f"{pending(step, snapshot)};" if state(step, snapshot) in {"PEND", "PSUSP"} else ""


def _waited(step: Step, snapshot: Snapshot) -> str:
    end = (
        step.dispatched
        if step.dispatched is not None
        else step.ended
        if step.ended is not None
        else snapshot.at
    )
    return f"{max(end - step.at, 0):.0f}"


FIELDS: Mapping[str, Field] = {
    "JOBID": Field(7, lambda step, _: number(step)),
    "JOBINDEX": Field(8, lambda step, _: str(index(step))),
    "STAT": Field(5, state),
    "USER": Field(7, lambda step, _: printable(step.submitted.job.user)),
    "USER_GROUP": Field(15, _keyword("-G")),
    "QUEUE": Field(10, lambda step, snapshot: printable(queue(step, snapshot))),
    "JOB_NAME": Field(10, lambda step, _: name(step)),
    "JOB_DESCRIPTION": Field(17, lambda step, _: printable(step.submitted.notes.comment)),
    "PROJ_NAME": Field(11, lambda step, _: printable(step.submitted.job.project)),
    "APPLICATION": Field(13, _keyword("-app")),
    "JOB_GROUP": Field(10, _keyword("-g")),
    "JOB_PRIORITY": Field(12, lambda step, _: str(step.submitted.job.priority or "")),
    "DEPENDENCY": Field(
        15, lambda step, _: dependency(step.submitted.job.after) if step.submitted.job.after else ""
    ),
    "COMMAND": Field(15, lambda step, _: printable(step.submitted.notes.command)),
    "PRE_EXEC_COMMAND": Field(16, _keyword("-E")),
    "POST_EXEC_COMMAND": Field(17, _keyword("-Ep")),
    "SUB_CWD": Field(10, lambda step, _: printable(step.submitted.told.get("LS_SUBCWD", ""))),
    "EXEC_CWD": Field(
        10, lambda step, _: printable(step.submitted.program.directory) if step.allocation else ""
    ),
    "INPUT_FILE": Field(10, _file(lambda step: step.submitted.program.input)),
    "OUTPUT_FILE": Field(11, _file(lambda step: step.submitted.program.output)),
    "ERROR_FILE": Field(10, _file(lambda step: step.submitted.program.error)),
    "FROM_HOST": Field(11, lambda step, _: printable(step.submitted.notes.host)),
    "FIRST_HOST": Field(11, lambda step, _: printable(step.allocation[0].machine) if step.allocation else ""),
    "EXEC_HOST": Field(11, lambda step, _: ":".join(hosts(step.allocation))),
    "NEXEC_HOST": Field(10, lambda step, _: str(len(step.allocation) or "")),
    "ALLOC_SLOT": Field(20, lambda step, _: ":".join(hosts(step.allocation))),
    "NALLOC_SLOT": Field(10, lambda step, _: _slots(step)),
    "SLOTS": Field(5, lambda step, _: _slots(step)),
    "NREQ_SLOT": Field(10, lambda step, _: str(step.submitted.job.demand.tasks)),
    "MIN_REQ_PROC": Field(12, lambda step, _: str(step.submitted.job.demand.tasks)),
    "SUBMIT_TIME": Field(15, _date(lambda step: step.at)),
    "START_TIME": Field(15, _date(lambda step: step.began)),
    "ESTIMATED_START_TIME": Field(20, _promised),
    "SPECIFIED_START_TIME": Field(20, _date(lambda step: step.submitted.job.begin)),
    "TIME_LEFT": Field(11, _left),
    "FINISH_TIME": Field(16, _finish),
    "PEND_TIME": Field(12, _waited),
    "CPU_USED": Field(15, lambda step, _: f"{cpu_time(step):.1f} second(s)" if step.attempt else ""),
    "RUN_TIME": Field(15, lambda step, snapshot: f"{ran_for(step, snapshot.at):.0f} second(s)"),
    "MEM": Field(15, _memory(lambda step: step.consumed.memory_peak)),
    "MAX_MEM": Field(15, _memory(lambda step: step.consumed.memory_peak)),
    "AVG_MEM": Field(15, _memory(lambda step: step.consumed.memory_mean)),
    "SWAP": Field(15, _memory(lambda step: step.consumed.virtual_peak)),
    "MEMLIMIT": Field(10, _memory_limit),
    "RUNTIMELIMIT": Field(12, _run_limit),
    "GPU_NUM": Field(10, _gpus),
    "COMBINED_RESREQ": Field(20, _keyword("-R")),
    "EFFECTIVE_RESREQ": Field(
        17, lambda step, snapshot: _keyword("-R")(step, snapshot) if step.allocation else ""
    ),
    "EXIT_CODE": Field(10, _exit_code),
    "EXIT_REASON": Field(64, termination),
    "PEND_REASON": Field(11, _pending),
}
"""Full name to field, in the order of ``-o all``."""
