"""The commands by which Slurm is asked and told. None of them prints what a job's owner may write, but `comment`.

Recorded with Slurm 22.05; times in seconds of the epoch through SLURM_TIME_FORMAT.
"""

from collections.abc import Iterable

from jobcast.act.executors.base import Attempt
from jobcast.act.executors.slurm_script import mark, plain
from jobcast.systems.base import Command
from jobcast.units import to_mib

SECONDS = 30.0
"""That a command may take; they give up by themselves after some ten where slurmctld doesn't answer."""
_IN_SECONDS = (("SLURM_TIME_FORMAT", "%s"), ("TZ", "UTC"))
_QUEUE = "JobID:20,State:20,exit_code:20,StartTime:20,EndTime:20,RestartCnt:10,Reason:40"
ALIVE = "PENDING,CONFIGURING,RUNNING,SUSPENDED,COMPLETING,STOPPED,RESIZING,SIGNALING,STAGE_OUT,RESV_DEL_HOLD,REQUEUED"
USED = (
    "JobIDRaw",
    "State",
    "ExitCode",
    "Start",
    "End",
    "MaxRSS",
    "AveRSS",
    "MaxVMSize",
    "UserCPU",
    "SystemCPU",
)


def _command(*arguments: str) -> Command:
    return Command(arguments=arguments, timeout_seconds=SECONDS, environment=_IN_SECONDS)


def submit(attempt: Attempt, partition: str, owner: tuple[str, ...], limit: str) -> Command:
    """Return the sbatch that takes an attempt, held, and reads its script; it prints the job's id.

    `owner` are the options that name whom it runs as; `limit` its time limit as sbatch reads it.
    The machines are named one by one: Slurm has nothing to decide. Of CPUs and memory it grants as much on each as on
    the machine where most is taken: one job of Slurm's can't differ in that.
    """
    machines = [share.machine for share in attempt.allocation]
    tasks, cpus = _tasks(attempt)
    memory = max(attempt.memory.values(), default=0)
    return _command(
        *("sbatch", "--parsable", "--hold", "--no-requeue", "--export=NIL", "--propagate=NONE"),
        *("--chdir=/", "--input=/dev/null", "--output=/dev/null", "--open-mode=append"),
        *(f"--partition={partition}", f"--job-name=jobcast {plain(attempt.job)}"),
        *(f"--comment={mark(attempt.id)}", f"--nodes={len(machines)}", f"--nodelist={','.join(machines)}"),
        *(f"--ntasks={tasks * len(machines)}", f"--ntasks-per-node={tasks}", f"--cpus-per-task={cpus}"),
        *owner,
        *([f"--mem={to_mib(memory)}M"] if memory else []),
        f"--time={limit}",
    )


def minutes(attempt: Attempt, longest: str) -> str:
    """Return Slurm's limit of an attempt: it stands behind ours, which is exact, and holds the user's exits."""
    if attempt.run_limit is None:
        return longest
    exits = attempt.exits
    around = exits.longest * sum(map(bool, (exits.user_prolog, exits.user_epilog)))
    return str(max(1, -(-(attempt.run_limit + around) // 60)))


def _tasks(attempt: Attempt) -> tuple[int, int]:
    """Return how many tasks Slurm starts on each machine, and CPUs of each."""
    tasks = max(share.tasks for share in attempt.allocation)
    cpus = max(attempt.cpus.get(share.machine, share.tasks) for share in attempt.allocation)
    return (tasks, cpus // tasks) if cpus >= tasks and cpus % tasks == 0 else (max(1, cpus), 1)


def comments(partition: str, user: str) -> Command:
    """List jobs of one user that aren't over, with their comments, which nobody else can have written."""
    return _command("squeue", "--noheader", f"--states={ALIVE}", f"--partition={partition}", f"--user={user}",
                    "--format=%A %k")  # fmt: skip


def release(job: str) -> Command:
    """Let a held job start."""
    return _command("scontrol", "release", job)


def hold(job: str) -> Command:
    """Hold a job so that its owner can't release it, where we are root or an operator."""
    return _command("scontrol", "hold", job)


def suspend(job: str) -> Command:
    """Stop a job and free its CPUs, not its memory. Wants an operator's rights."""
    return _command("scontrol", "suspend", job)


def resume(job: str) -> Command:
    """Let it go on."""
    return _command("scontrol", "resume", job)


def limit(job: str, minutes: str, soft_run_limit: int | None) -> Command:
    """Give a job another time limit, and leave its soft run limit for what runs it. Wants an operator's rights."""
    soft = "inf" if soft_run_limit is None else soft_run_limit
    return _command(
        *("scontrol", "update", f"JobId={job}", f"TimeLimit={minutes}"),
        f"AdminComment=soft_run_limit={soft}",
    )


def look_at_limit(job: str) -> Command:
    """Tell what runs an attempt that another soft run limit was left for it."""
    return _command("scancel", "--batch", "--signal=URG", job)


def end(job: str, *, at_once: bool = False) -> Command:
    """Ask what runs an attempt to end it, `at_once` by force: its batch script alone hears of it."""
    return _command("scancel", "--batch", f"--signal={'QUIT' if at_once else 'TERM'}", job)


def cancel(job: str) -> Command:
    """Have Slurm end all of a job, by force after its KillWait; also one that hasn't begun."""
    return _command("scancel", job)


def queue(partition: str) -> Command:
    """List all jobs of a partition that aren't over."""
    return _command(
        "squeue", "--noheader", f"--states={ALIVE}", f"--partition={partition}", f"--Format={_QUEUE}"
    )


def queued(jobs: Iterable[str]) -> Command:
    """List these jobs, over or not, as long as slurmctld remembers them (MinJobAge)."""
    return _command("squeue", "--noheader", "--states=all", f"--jobs={','.join(jobs)}", f"--Format={_QUEUE}")


def comment(job: str) -> Command:
    """Print the comment of one job; its owner may have written it."""
    return _command("squeue", "--noheader", "--states=all", f"--jobs={job}", "--format=%k")


def used(jobs: Iterable[str]) -> Command:
    """List what accounting knows of jobs and their steps."""
    return _command("sacct", "--noheader", "--parsable2", "--duplicates", f"--jobs={','.join(jobs)}",
                    f"--format={','.join(USED)}")  # fmt: skip


def machines(partition: str) -> Command:
    """List the nodes of a partition, with their state, load and free memory in MB."""
    return _command("sinfo", "--noheader", "--Node", f"--partition={partition}", "--format=%N|%T|%O|%e")
