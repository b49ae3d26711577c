"""From a step that is over to a job of the history."""

from datetime import UTC, datetime
from typing import NamedTuple

from jobcast.act.executors.base import Consumed, End
from jobcast.batch.described import request_of, submission_of
from jobcast.batch.record import Notes, Step, StepState
from jobcast.decision import Cause
from jobcast.job import ExitReason, Job, JobState, MemoryBasis, Usage
from jobcast.units import Bytes, Seconds, parse_duration, parse_memory

ADVISED_MEMORY, ADVISED_RUN_LIMIT, ADVICE = "advised_memory", "advised_run_limit", "advice"
"""Under which `Notes.keywords` keep what a forecast set: bytes, seconds, and the name of the advice."""


class _Name(NamedTuple):
    """What a step is called in the history."""

    job_id: str
    array_index: int | None = None
    step: str | None = None


class _Ending(NamedTuple):
    state: JobState
    reason: ExitReason | None = None


def job_of(step: Step, cluster: str) -> Job:
    """Return a step that is over as a job of the history; of its attempts, the last one is told.

    Its system is that of whoever submitted it, so that reports advise in those words. Its start is the second at which
    it was given machines: the run limit counts from then.
    """
    submission = submission_of(step.submitted, _moment(step.at))
    name, ending, notes = _name(step), _ending(step), step.submitted.notes
    started = step.dispatched is not None and step.attempt > 0 and step.how != ""
    hosts = tuple(dict.fromkeys(share.machine for share in step.allocation))
    return Job(
        system=notes.dialect,
        cluster=cluster,
        job_id=name.job_id,
        array_index=name.array_index,
        step=name.step,
        name=submission.name,
        user=submission.user,
        group=submission.group,
        project=submission.project,
        queue=submission.queue,
        command=submission.command,
        cwd=submission.cwd,
        description=submission.description,
        submit_time=submission.at,
        start_time=_moment(step.dispatched) if started and step.dispatched is not None else None,
        finish_time=_moment(_ended(step)),
        state=ending.state,
        exit_code=step.exit_code if started else None,
        exit_reason=ending.reason,
        request=request_of(step.submitted, len(hosts) if started else None),
        usage=_usage(step) if started else Usage(),
        hosts=hosts if started else None,
        advised_memory=advised_memory(notes),
        advised_run_time=_advised_run_limit(notes),
        advice_id=notes.keywords.get(ADVICE),
        attempt=max(step.attempt - 1, 0),
    )


def _moment(second: float) -> datetime:
    return datetime.fromtimestamp(second, UTC)


def _ended(step: Step) -> float:
    """Return the second at which a step was over; never before it was given machines, whatever clocks say."""
    return max(step.since if step.ended is None else step.ended, step.dispatched or step.at)


def _name(step: Step) -> _Name:
    array = step.submitted.job.array
    if array:
        return _Name(array, array_index=int(step.id.removeprefix(array).strip("[]")))
    job, _, number = step.id.rpartition(".")
    return _Name(job, step=number) if job else _Name(step.id)


def _usage(step: Step) -> Usage:
    consumed, lasted = step.consumed, _ended(step) - (step.dispatched or step.at)
    return Usage(
        memory_peak=None if not consumed.memory_peak else Bytes(consumed.memory_peak),
        memory_mean=None if not consumed.memory_mean else Bytes(consumed.memory_mean),
        memory_basis=MemoryBasis.RSS_SUM if consumed.memory_peak else None,
        cpu_time=_cpu_time(consumed),
        run_time=Seconds(max(lasted - step.suspended, 0.0)),
        suspended_time=Seconds(step.suspended),
    )


def _cpu_time(consumed: Consumed) -> Seconds | None:
    both = (consumed.user_cpu, consumed.system_cpu)
    known = [each for each in both if each is not None]
    return Seconds(sum(known)) if known else None


_CANCELLED = {StepState.CANCELED, StepState.NOT_RUN}
_KILLED_FOR = {
    Cause.RUN_LIMIT: ExitReason.RUN_LIMIT,
    Cause.PREEMPTED: ExitReason.PREEMPTED,
    Cause.WINDOW_OVER: ExitReason.PREEMPTED,
}
_HOW = {
    End.OVER_MEMORY: ExitReason.MEMORY_LIMIT,
    End.OVER_CPU_TIME: ExitReason.RUN_LIMIT,
    End.LOST: ExitReason.NODE,
}


def _ending(step: Step) -> _Ending:
    if step.state in _CANCELLED:
        return _Ending(JobState.CANCELLED)
    if step.state is StepState.COMPLETED:
        return _Ending(JobState.FAILED, ExitReason.EXIT_CODE) if step.exit_code else _Ending(JobState.DONE)
    known = {str(how): reason for how, reason in _HOW.items()}.get(step.how)
    killed = {str(cause): reason for cause, reason in _KILLED_FOR.items()}.get(step.killed_for)
    return _Ending(JobState.FAILED, known or killed or ExitReason.UNKNOWN)


def advised_memory(notes: Notes) -> Bytes | None:
    """Return the memory of the whole step that an advice has set; None where none has."""
    said = notes.keywords.get(ADVISED_MEMORY)
    return None if said is None else parse_memory(said)


def _advised_run_limit(notes: Notes) -> Seconds | None:
    said = notes.keywords.get(ADVISED_RUN_LIMIT)
    return None if said is None else parse_duration(said)
