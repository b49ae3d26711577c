"""The environment variables by which LSF tells a job about itself.

Source: "Environment variables set for job execution" in the reference of IBM Spectrum LSF 10.1.
"""

from jobcast.batch.intake.lsf_places import job_and_index
from jobcast.batch.record import Notes
from jobcast.machine import Allocation
from jobcast.program import NOWHERE, Program
from jobcast.schedule.job import BatchJob

_MOST_HOSTS = 4096
"""Characters of LSB_HOSTS; of jobs with more LSF leaves it out, too."""


def told_at_submission(job: BatchJob, notes: Notes, program: Program, directory: str) -> dict[str, str]:
    """Return what is known from the submission on."""
    number, index = job_and_index(job)
    name = f"{notes.name}[{index}]" if job.array else notes.name or notes.command
    told = {
        "LSB_JOBID": number,
        "LSB_JOBINDEX": index,
        "LSB_BATCH_JID": job.id,
        "LSB_JOBNAME": name,
        "LSB_QUEUE": job.queue,
        "LSB_PROJECT_NAME": job.project,
        "LSB_SUB_HOST": notes.host,
        "LSB_SUB_USER": job.user,
        "LSB_UNIXGROUP": notes.unix_group,
        "LSFUSER": job.user,
        "LS_SUBCWD": directory,
    }
    files = {"LSB_OUTPUTFILE": program.output, "LSB_ERRORFILE": program.error}
    return told | {name: path for name, path in files.items() if path != NOWHERE}


def told_at_start(allocation: Allocation) -> dict[str, str]:
    """Return what is known only when the job starts: its hosts, and how many tasks run on each."""
    tasks = sum(share.tasks for share in allocation)
    hosts = " ".join(share.machine for share in allocation for _ in range(min(share.tasks, _MOST_HOSTS)))
    told = {
        "LSB_MCPU_HOSTS": "".join(f"{share.machine} {share.tasks} " for share in allocation),
        "LSB_DJOB_NUMPROC": str(tasks),
        "LSB_MAX_NUM_PROCESSORS": str(tasks),
    }
    return told | ({"LSB_HOSTS": hosts} if len(hosts) <= _MOST_HOSTS else {})
