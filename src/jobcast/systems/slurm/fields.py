"""What the fields of ``sacct`` are called, how they look, and what the states mean.

Source: https://slurm.schedmd.com/sacct.html, sections "Job Accounting Fields" and "JOB STATE CODES".
"""

import re

from jobcast.job import ExitReason, JobState

ASKED = (
    "JobID,JobIDRaw,Cluster,Account,User,Group,Partition,ExitCode,Submit,Start,End,AdminComment,ElapsedRaw,"
    "Suspended,TotalCPU,TimelimitRaw,ReqCPUS,ReqMem,ReqTRES,AllocTRES,NNodes,MaxRSS,TRESUsageInTot,NodeList,"
    "WorkDir,JobName,Comment,SubmitLine,State"
)
"""The fields that `jobcast sample` asks for. SubmitLine exists since Slurm 21.08.

What users fill stands between fields that they can't, so that line breaks in it are seen and mended. AdminComment,
which only hooks and administrators fill, stands before all that: no separator in a job's name moves it.
"""

_READ = (
    "jobid jobidraw cluster account user uid group partition state exitcode submit start end elapsed "
    "elapsedraw suspended totalcpu timelimit timelimitraw reqcpus ncpus alloccpus reqmem reqtres alloctres "
    "nnodes nodelist maxrss tresusageintot workdir jobname comment admincomment submitline "
    "restarts"
)

READ = frozenset(_READ.split())
"""All fields that are understood, in small letters; others may stand in the output and are passed over."""

_XDMOD = (
    "jobid jobidraw cluster partition qos account group gid user uid submit eligible start end elapsed "
    "exitcode state nnodes ncpus reqcpus reqmem reqtres alloctres timelimit nodelist jobname"
)

HEADERLESS = {26: _XDMOD.split()}
"""Known layouts of dumps without a header line, by the number of fields: that of XDMoD's helper."""

FREE_TEXT = ("jobname", "comment", "admincomment", "systemcomment", "submitline", "workdir", "reason")
"""Fields that users fill as they like, and which may therefore hold the separator or a line break."""

_TIME = re.compile(r"(\d{4}-\d\d-\d\dT[\d:.]+([+-]\d\d:?\d\d|Z)?|-?\d+|Unknown|None|N/A|)", re.IGNORECASE)
_NO_LIMIT = "UNLIMITED|Partition_Limit|INVALID"
_SPAN = re.compile(rf"[\d:.-]*|{_NO_LIMIT}")
_COUNT = re.compile(r"\d*(\.\d+)?[KMGTP]?")
_MINUTES = re.compile(rf"{_COUNT.pattern}|{_NO_LIMIT}")
_AMOUNT = re.compile(r"[\d.]*[KMGTP]?[cn]?")
_RESOURCES = re.compile(r"([\w/:.-]+=[^,|]*(,[\w/:.-]+=[^,|]*)*)?")

SHAPES = {
    "jobid": re.compile(r"\d+(_(\d+|\[[^|]*\]))?(\+\d+)?(\.\w[\w+.-]*)?"),
    "jobidraw": re.compile(r"\d+(\+\d+)?(\.\w[\w+.-]*)?"),
    "state": re.compile(r"[A-Z_]+\+?( by \d+)?"),
    "exitcode": re.compile(r"(\d+:\d+)?"),
    **dict.fromkeys(("submit", "eligible", "start", "end"), _TIME),
    **dict.fromkeys(("elapsed", "suspended", "totalcpu", "timelimit", "usercpu", "systemcpu"), _SPAN),
    **dict.fromkeys(("elapsedraw", "reqcpus", "ncpus", "nnodes", "uid", "gid"), _COUNT),
    "timelimitraw": _MINUTES,
    **dict.fromkeys(("reqmem", "maxrss", "averss", "maxvmsize"), _AMOUNT),
    **dict.fromkeys(("reqtres", "alloctres", "tresusageintot"), _RESOURCES),
}
"""How the values of fields look that users can't fill: they show where a damaged record can be mended."""

FINAL_STATES = "BF,CA,CD,DL,F,NF,OOM,PR,RQ,TO"
"""What `jobcast sample` asks for: states in which a run has ended."""

ENDINGS: dict[str, tuple[JobState, ExitReason | None]] = {
    "BOOT_FAIL": (JobState.FAILED, ExitReason.NODE),
    "CANCELLED": (JobState.CANCELLED, None),
    "COMPLETED": (JobState.DONE, None),
    "DEADLINE": (JobState.CANCELLED, ExitReason.UNKNOWN),
    "FAILED": (JobState.FAILED, ExitReason.UNKNOWN),
    "NODE_FAIL": (JobState.FAILED, ExitReason.NODE),
    "OUT_OF_MEMORY": (JobState.FAILED, ExitReason.MEMORY_LIMIT),
    "PREEMPTED": (JobState.FAILED, ExitReason.PREEMPTED),
    "REQUEUED": (JobState.CANCELLED, None),
    "TIMEOUT": (JobState.FAILED, ExitReason.RUN_LIMIT),
}
"""States in which a run has ended: what somebody ended is cancelled, what Slurm ended has failed.

A deadline is mostly one that a waiting job could no longer meet, so that job was given up, and did not fail.
"""

_NOT_ENDED = (
    "COMPLETING CONFIGURING PENDING POWER_UP_NODE REQUEUE_FED REQUEUE_HOLD RESIZING RESV_DEL_HOLD REVOKED "
    "RUNNING SIGNALING SPECIAL_EXIT STAGE_OUT STOPPED SUSPENDED"
)

NOT_ENDED = tuple(_NOT_ENDED.split())
"""States of jobs that wait or run. After RESIZING the job goes on; a REVOKED one runs on another cluster."""
