"""How a job of LSF ended: what its exit status and its termination reason say together."""

from typing import NamedTuple

from jobcast.job import ExitReason, JobState

TERMINATIONS = (
    "TERM_UNKNOWN",
    "TERM_PREEMPT",
    "TERM_WINDOW",
    "TERM_LOAD",
    "TERM_OTHER",
    "TERM_RUNLIMIT",
    "TERM_DEADLINE",
    "TERM_PROCESSLIMIT",
    "TERM_FORCE_OWNER",
    "TERM_FORCE_ADMIN",
    "TERM_REQUEUE_OWNER",
    "TERM_REQUEUE_ADMIN",
    "TERM_CPULIMIT",
    "TERM_CHKPNT",
    "TERM_OWNER",
    "TERM_ADMIN",
    "TERM_MEMLIMIT",
    "TERM_EXTERNAL_SIGNAL",
    "TERM_RMS",
    "TERM_ZOMBIE",
    "TERM_SWAP",
    "TERM_THREADLIMIT",
    "TERM_SLURM",
    "TERM_BUCKET_KILL",
    "TERM_CTRL_PID",
    "TERM_CWD_NOTEXIST",
    "TERM_REMOVE_HUNG_JOB",
    "TERM_ORPHAN_SYSTEM",
    "TERM_PRE_EXEC_FAIL",
    "TERM_DATA",
    "TERM_MC_RECALL",
    "TERM_RC_RECLAIM",
)
"""The number that lsb.acct calls exitInfo is the place in this list; bjobs prints the word."""

_BY_PEOPLE = frozenset(
    {
        "TERM_FORCE_OWNER",
        "TERM_FORCE_ADMIN",
        "TERM_REQUEUE_OWNER",
        "TERM_REQUEUE_ADMIN",
        "TERM_OWNER",
        "TERM_ADMIN",
        "TERM_BUCKET_KILL",
        "TERM_ORPHAN_SYSTEM",
    }
)
"""Ended because somebody wanted it: by bkill, or with the job that it was to follow."""

_REASONS = {
    "TERM_PREEMPT": ExitReason.PREEMPTED,
    "TERM_RC_RECLAIM": ExitReason.PREEMPTED,
    "TERM_RUNLIMIT": ExitReason.RUN_LIMIT,
    "TERM_MEMLIMIT": ExitReason.MEMORY_LIMIT,
    "TERM_SWAP": ExitReason.MEMORY_LIMIT,
    "TERM_ZOMBIE": ExitReason.NODE,
    "TERM_REMOVE_HUNG_JOB": ExitReason.NODE,
    "TERM_RMS": ExitReason.NODE,
    "TERM_SLURM": ExitReason.NODE,
}


class Ending(NamedTuple):
    """The three columns of the history that tell how a job ended."""

    state: JobState
    """A job that somebody killed, or that never started, is cancelled; one that LSF killed has failed."""
    exit_code: int | None
    """128 + n for a job that died of signal n, as shells count; null when nothing ran."""
    exit_reason: ExitReason | None
    """Null for a job that is done or that somebody cancelled."""


_DONE = Ending(JobState.DONE, 0, None)


def done() -> Ending:
    """Return the ending of a job that LSF calls DONE."""
    return _DONE


def ended_badly(code: int | None, termination: str | None, *, started: bool) -> Ending:
    """Return the ending of a job that LSF calls EXIT, with its TERM_ word where one is known."""
    if not started:
        return Ending(JobState.CANCELLED, None, None)
    if termination in _BY_PEOPLE:
        return Ending(JobState.CANCELLED, code, None)
    by_code = ExitReason.EXIT_CODE if code else ExitReason.UNKNOWN
    return Ending(JobState.FAILED, code, _REASONS.get(termination or "", by_code))


def exit_code(wait_status: int) -> int:
    """Read a status as wait(2) gives it: the exit code, or 128 + the signal that killed the job."""
    signal = wait_status & 0x7F
    return 128 + signal if signal else (wait_status >> 8) & 0xFF


def termination(exit_info: int) -> str | None:
    """Return the TERM_ word for an exitInfo of lsb.acct; 0 and numbers unknown here tell nothing."""
    if not 0 < exit_info < len(TERMINATIONS):
        return None
    return TERMINATIONS[exit_info]
