"""What became of an attempt, by what Slurm, its batch script and accounting say of it."""

import os
from dataclasses import dataclass, field

from jobcast.act.executors.base import Attempt, Consumed, End, Ended, Phase
from jobcast.act.executors.reasons import in_words
from jobcast.act.executors.slurm_answers import Queued, Report
from jobcast.language import say

OVER = frozenset(
    {
        *("BOOT_FAIL", "CANCELLED", "COMPLETED", "DEADLINE", "FAILED", "NODE_FAIL", "OUT_OF_MEMORY"),
        *("PREEMPTED", "REVOKED", "TIMEOUT"),
    }
)
"""States of jobs that are over, their processes too."""
HOPELESS = frozenset(
    {
        *("AccountNotAllowed", "BadConstraints", "InvalidAccount", "InvalidQOS", "PartitionConfig"),
        *("PartitionNodeLimit", "PartitionTimeLimit", "QOSNotAllowed"),
    }
)
"""Why Slurm will not start a job that it was told to start, unless somebody changes the site's files."""
NO_MACHINE = "ReqNodeNotAvail"
"""Begins what Slurm writes where a machine of a job is down or drained."""
LOST = frozenset({"NODE_FAIL", "BOOT_FAIL", "REVOKED"})
"""Of these, those of jobs whose machine is gone."""
_PHASES = {
    "RUNNING": Phase.RUNNING,
    "SUSPENDED": Phase.SUSPENDED,
    "STOPPED": Phase.SUSPENDED,
    "COMPLETING": Phase.EPILOG,
}
_SIGKILL = 9
_OURS = frozenset({End.OVER_MEMORY, End.OVER_CPU_TIME})
"""Ends that the shepherd itself brings about."""


def phase(state: str) -> Phase:
    """Return how far a job that isn't over has come."""
    return _PHASES.get(state, Phase.PROLOG)


@dataclass(frozen=True, kw_only=True, slots=True)
class Traces:
    """All that is known of an attempt that is over."""

    attempt: Attempt
    queued: Queued | None
    """What Slurm says of it; None where nobody remembers it."""
    report: Report = field(default_factory=Report)
    """What its shepherd says."""
    consumed: Consumed = field(default_factory=Consumed)
    """What accounting says."""
    killed_at: float | None = None
    """Second of the epoch at which its end was asked for; None for never."""
    began: float | None = None
    """Second of the epoch at which its program was seen to begin; None where nobody has seen it."""
    is_number_of_another: bool = False
    """Whether another attempt, which still runs somewhere, tells of itself under the number of its job."""
    task_killed: bool = False
    """Whether Slurm killed one of its steps."""


def ended(traces: Traces, now: float) -> Ended:
    """Return the end of an attempt; `now` stands for the second of it where Slurm tells none."""
    queued, told = traces.queued, traces.report.ended
    if queued is None:
        how, detail = _forgotten(traces)
    else:
        how, detail = _by_slurm(traces, queued) or _by_itself(traces, queued)
    began = None if how is End.NOT_BEGUN else _began(traces)
    at = now if queued is None or queued.end is None else queued.end
    if how is End.KILLED and traces.killed_at is not None:
        at = max(at, traces.killed_at)  # Slurm takes the moment of its suspension for that of its end
    return Ended(
        attempt=traces.attempt.id,
        began=began,
        at=at if began is None else max(at, began),
        how=how,
        exit_code=0 if began is None else _exit_code(traces),
        detail=detail,
        exits=told.exits if told else {},
        consumed=Consumed() if began is None else traces.consumed,
    )


def _forgotten(traces: Traces) -> tuple[End, str]:
    if traces.killed_at is not None:
        return End.KILLED, ""
    return End.LOST, say("slurm_executor.forgotten")


def _by_slurm(traces: Traces, queued: Queued) -> tuple[End, str] | None:
    """Return how Slurm or we ended it; None where it ended by itself, or others did that."""
    if (lost := _lost(traces, queued)) is not None:
        return End.LOST, lost
    if _over_memory(traces, queued):
        return End.OVER_MEMORY, say("slurm_executor.over_memory")
    told = traces.report.ended
    if told is not None and told.how in _OURS and queued.state in {"COMPLETED", "FAILED"}:
        return End(told.how), say("slurm_executor.over_memory") if told.how == End.OVER_MEMORY else ""
    if traces.killed_at is not None and (queued.state != "COMPLETED" or (told and told.how == End.KILLED)):
        return End.KILLED, ""
    if queued.state == "TIMEOUT":
        return End.KILLED, say("slurm_executor.timeout")
    return None


def _lost(traces: Traces, queued: Queued) -> str | None:
    """Return how the one run that we asked for was lost; None where it wasn't."""
    if queued.state in LOST:
        return say("slurm_executor.machine_lost", state=queued.state)
    if traces.killed_at is not None:
        return None
    if queued.restarts:
        return say("slurm_executor.requeued")
    return say("slurm_executor.set_back") if _is_set_back(traces, queued) else None


def _is_set_back(traces: Traces, queued: Queued) -> bool:
    """Tell whether slurmctld has forgotten the run that was seen, and tells of a later one, or of none."""
    report = traces.report
    if traces.is_number_of_another:
        return True
    if traces.began is None or report.began is not None or report.ended is not None:
        return False
    return queued.start is None or queued.start > traces.began


def _by_itself(traces: Traces, queued: Queued) -> tuple[End, str]:
    told = traces.report.ended
    if told is not None and told.how == End.NOT_BEGUN:
        return End.NOT_BEGUN, in_words(told.why)
    if queued.state not in {"COMPLETED", "FAILED"}:
        begun = traces.report.began is not None or queued.start not in {None, queued.end}
        return End.SIGNALLED if begun else End.NOT_BEGUN, say(
            "slurm_executor.other_hands", state=queued.state
        )
    detail = in_words(told.why) if told is not None and told.why else ""
    return (End.SIGNALLED if os.WIFSIGNALED(queued.status) else End.EXITED), detail


def _over_memory(traces: Traces, queued: Queued) -> bool:
    """Tell whether it was killed for its memory, also where Slurm doesn't say so (OverMemoryKill)."""
    if queued.state == "OUT_OF_MEMORY":
        return True
    asked, peak = max(traces.attempt.memory.values(), default=0), traces.consumed.memory_peak or 0
    by_signal = os.WIFSIGNALED(queued.status) and os.WTERMSIG(queued.status) == _SIGKILL
    was_killed = queued.state in {"FAILED", "CANCELLED"} and (traces.task_killed or by_signal)
    return was_killed and 0 < asked <= peak and traces.report.ended is None


def _began(traces: Traces) -> float | None:
    report, queued = traces.report, traces.queued
    if report.ended is not None or report.began is not None:
        return report.began
    if traces.began is not None:
        return traces.began
    if queued is None or (queued.state == "CANCELLED" and queued.start == queued.end):
        return None
    return queued.start


def _exit_code(traces: Traces) -> int:
    if traces.report.ended is not None:
        return traces.report.ended.exit_code
    if traces.queued is None:
        return 0
    status = traces.queued.status
    return 128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
