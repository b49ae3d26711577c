"""The environment that tells a step, and the programs around it, about it ("Run-time environment variables")."""

import jobcast
from jobcast.schedule.job import BatchJob
from jobcast.systems.loadleveler.job_program import JobProgram

_SERIAL = "serial"


def told_of(job: BatchJob, program: JobProgram) -> dict[str, str]:
    """Return what is known of a step at its submission; machines and processes are known only when it starts."""
    runs = program.program
    return {
        "LOADL_ACTIVE": jobcast.__version__,
        "LOADL_JOB_NAME": program.job_name or job.id.rpartition(".")[0],
        "LOADL_STEP_ACCT": job.project,
        "LOADL_STEP_ARGS": program.keywords.get("arguments", ""),
        "LOADL_STEP_CLASS": job.queue,
        "LOADL_STEP_COMMAND": program.command,
        "LOADL_STEP_ERR": runs.error,
        "LOADL_STEP_GROUP": job.group,
        "LOADL_STEP_ID": job.id,
        "LOADL_STEP_IN": runs.input,
        "LOADL_STEP_INITDIR": runs.directory,
        "LOADL_STEP_NAME": program.step_name,
        "LOADL_STEP_NICE": str(runs.nice),
        "LOADL_STEP_OUT": runs.output,
        "LOADL_STEP_OWNER": job.user,
        "LOADL_STEP_TYPE": "SERIAL" if program.kind == _SERIAL else "PARALLEL",
        "LOADL_TOTAL_TASKS": str(job.demand.tasks),
    }
